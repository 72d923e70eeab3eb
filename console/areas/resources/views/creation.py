"""A new room or piece of equipment, as a change that is looked at before it happens."""

from django.http import HttpResponse
from django.urls import reverse

from console.areas import failures
from console.areas.directory import kinds
from console.areas.directory import scope as directory
from console.areas.directory.kinds import Kind
from console.areas.resources import plans
from console.areas.resources.forms.creation import CreateForm
from console.aws import errors
from console.changes import drafting
from console.changes.models import Change
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages

DELEGATE = "AssociateDelegateToResource"


@performs("CreateResource")
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = _form(request, organization)
    back = reverse("resources:list", args=[organization.slug])
    if request.method == "POST" and form.is_valid():
        try:
            change = _draft(request, organization, form)
            return pages.SeeOther(reverse("changes:detail", args=[organization.slug, change.pk]))
        except policy.Denied as denial:
            form.add_error(None, f"{denial}. Nothing was made.")
        except errors.CallFailed as failure:
            if not failures.into(form, failure):
                return failures.page(request, failure, back=back)
    context = {"organization": organization, "words": kinds.OF[Kind.RESOURCE], "back": back}
    return pages.form_page(request, "resources/create.html", form, context)


def _form(request: ConsoleRequest, organization: Organization) -> CreateForm:
    """Nothing new has a domain yet that a narrowed right could reach: it is made, and enabled by others."""
    actor, domains = request.actor, list[str]()
    if policy.reaches_all(actor, "RegisterToWorkMail", organization):
        domains = directory.usable_domains(actor, "RegisterToWorkMail", organization)
    people = directory.entities(actor, DELEGATE, organization).filter(kind__in=[Kind.USER, Kind.GROUP])
    living = people.exclude(state=Entity.State.DELETED)
    return CreateForm(pages.posted(request), domains=domains, delegates=living)


def _draft(request: ConsoleRequest, organization: Organization, form: CreateForm) -> Change:
    whole = bool(form.domains)
    steps = plans.making(
        form.params(),
        form.address if whole else "",
        form.cleaned_data["delegates"] if whole else (),
        form.options if whole else None,
    )
    title = f"New {form.cleaned_data['Type'].lower()} {form.cleaned_data['Name']}"
    return drafting.draft(request.actor, organization, title, steps, kind="create-resource", **form.why())
