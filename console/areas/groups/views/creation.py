"""A new group as one change: created, enabled, filled; what fails is taken up again where it stopped."""

from django.http import HttpResponse
from django.urls import reverse

from console.areas.directory import scope as directory
from console.areas.directory.kinds import OF, Kind
from console.areas.directory.views.drafts import draft
from console.areas.groups import membership, scope
from console.areas.groups.forms.creation import CreateForm
from console.changes.steps import FromStep, PlannedStep
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.pages import post_data


@performs("CreateGroup")
def create(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    candidates = scope.candidates(request.actor, None, organization)
    form = CreateForm(
        post_data(request),
        organization=organization,
        domains=_domains(request, organization),
        entities=candidates,
    )
    if request.method == "POST" and form.is_valid():
        title = f"Create the group {form.cleaned_data['Name']}"
        if answer := draft(request, organization, form, title, _steps(form), "group"):
            return answer
    back = reverse("groups:list", args=[organization.slug])
    context = {"organization": organization, "words": OF[Kind.GROUP], "back": back, "title": "New group"}
    return pages.form_page(request, "groups/create.html", form, context)


def _steps(form: CreateForm) -> list[PlannedStep]:
    name, made = str(form.cleaned_data["Name"]), FromStep(0, "GroupId")
    steps = [PlannedStep("CreateGroup", form.params(), f"Create {name}")]
    if form.address:
        steps.append(
            PlannedStep(
                "RegisterToWorkMail", {"EntityId": made, "Email": form.address}, f"Enable {name}", needs=0
            )
        )
        resolved = form.cleaned_data.get("people")
        steps += membership.joined(made, name, resolved.entities if resolved else (), needs=1)
    return steps


def _domains(request: ConsoleRequest, organization: Organization) -> list[str]:
    """Where she may enable something new, which has no domain yet that a narrowed right could reach."""
    if not policy.covers_organization(request.actor, "RegisterToWorkMail", organization):
        return []
    return directory.usable_domains(request.actor, "RegisterToWorkMail", organization)
