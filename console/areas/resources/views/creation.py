"""A new room or piece of equipment, as a change that is looked at before it happens."""

from django.http import HttpResponse
from django.urls import reverse

from console.areas.directory import kinds
from console.areas.directory import scope as directory
from console.areas.directory.kinds import Kind
from console.areas.directory.views.drafts import draft
from console.areas.resources import plans
from console.areas.resources.forms.creation import CreateForm
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages

DELEGATE = "AssociateDelegateToResource"


@performs("CreateResource")
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    form = _form(request, organization)
    if request.method == "POST" and form.is_valid() and (answer := _draft(request, organization, form)):
        return answer
    back = reverse("resources:list", args=[organization.slug])
    context = {"organization": organization, "words": kinds.OF[Kind.RESOURCE], "back": back}
    return pages.form_page(request, "resources/create.html", form, context)


def _form(request: ConsoleRequest, organization: Organization) -> CreateForm:
    """Nothing new has a domain yet that a narrowed right could reach: it is made, and enabled by others."""
    actor, domains = request.actor, list[str]()
    if policy.covers_organization(actor, "RegisterToWorkMail", organization):
        domains = directory.usable_domains(actor, "RegisterToWorkMail", organization)
    people = directory.entities(actor, DELEGATE, organization).filter(kind__in=[Kind.USER, Kind.GROUP])
    living = people.exclude(state=Entity.State.DELETED)
    return CreateForm(pages.post_data(request), domains=domains, delegates=living)


def _draft(request: ConsoleRequest, organization: Organization, form: CreateForm) -> HttpResponse | None:
    whole = bool(form.domains)
    steps = plans.making(
        form.params(),
        form.address if whole else "",
        form.cleaned_data["delegates"] if whole else (),
        form.options if whole else None,
    )
    title = f"New {form.cleaned_data['Type'].lower()} {form.cleaned_data['Name']}"
    return draft(request, organization, form, title, steps, "create-resource")
