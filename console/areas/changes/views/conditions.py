"""What an organization asks of every change: a reason, a ticket, a second pair of eyes."""

from django.http import HttpResponse
from django.urls import reverse

from console.areas.changes.forms import ConditionsForm
from console.changes import conditions
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages


@performs("SetConditions")
def edit(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    held = conditions.kept(organization)
    form = ConditionsForm(pages.posted(request), instance=held)
    if request.method == "POST" and form.is_valid():
        form.save()
        journal.record(
            request.actor,
            Entry.Kind.CHANGED,
            organization=organization.organization_id,
            operation="SetConditions",
            what="the conditions of changes",
            **form.cleaned_data,
        )
        return pages.done(request, "Every change is held to this from now on.", _list(organization))
    context = {"title": "Conditions of changes", "organization": organization, "back": _list(organization)}
    return pages.form_page(request, "changes/conditions.html", form, context)


def _list(organization: Organization) -> str:
    return reverse("changes:list", args=[organization.slug])
