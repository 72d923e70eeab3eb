"""The change policies of an organization: reason, ticket and approval."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from console.areas.changes.forms import ConditionsForm
from console.changes import policies
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators import policy, refusals
from console.operators.access import ConsoleRequest, performs
from console.ui import pages


@performs("SetConditions")
def edit(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = ConditionsForm(pages.posted(request), instance=policies.get_policies(organization))
    if form.is_valid() and _save(request, organization, form):
        return pages.done(request, "Change policies saved.", _list(organization))
    context = {"title": "Change policies", "organization": organization, "back": _list(organization)}
    return pages.form_page(request, "changes/conditions.html", form, context)


@transaction.atomic
def _save(request: ConsoleRequest, organization: Organization, form: ConditionsForm) -> bool:
    """Save the policies unless they are no longer as the form showed them; false if the form says why not."""
    held = policies.lock_policies(organization)
    if not form.require_unchanged(held):
        return False
    loosened = policies.describe_loosening(held, form.instance)
    if loosened and not policy.allows(request.actor, "LoosenConditions", organization):
        _refuse(request, organization, form, loosened)
        return False
    form.instance.pk, form.instance.organization = held.pk, organization
    form.instance.save(force_update=True)
    journal.record_entry(
        request.actor,
        Entry.Kind.CHANGED,
        organization=organization.organization_id,
        operation="SetConditions",
        what="the change policies",
        loosened=loosened,
        **form.values(form.instance),
    )
    return True


def _refuse(
    request: ConsoleRequest, organization: Organization, form: ConditionsForm, loosened: list[str]
) -> None:
    """Say that only an owner may loosen the policies, and enter the attempt."""
    refusals.record_refusal(
        request.actor, policy.Denied("; ".join(loosened)), organization, "LoosenConditions"
    )
    form.add_error(
        None,
        ValidationError(
            f"Only an owner can loosen change policies ({'; '.join(loosened)}). Nothing was saved."
            " Ask an owner of the organization to do it."
        ),
    )


def _list(organization: Organization) -> str:
    return reverse("changes:list", args=[organization.slug])
