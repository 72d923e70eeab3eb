"""Who answers for a room: one more, one less, and never nobody."""

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from console.areas.directory import scope as directory
from console.areas.directory.kinds import Kind, place
from console.areas.directory.views.asking import ask, press
from console.areas.directory.views.suggestions import name_of, suggest
from console.areas.resources import reading, scope
from console.areas.resources.forms.delegates import DelegateForm, RemovedDelegateForm
from console.aws import errors
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import aws_errors

COPIES = "A delegate gets a copy of each request, answers it, and may open and change the calendar."
REMAINS = "Name another delegate first, or let {} accept requests automatically (Edit)."


@performs("AssociateDelegateToResource")
def add(request: ConsoleRequest, organization: Organization, resource_id: str) -> HttpResponse:
    operation = "AssociateDelegateToResource"
    resource = scope.find(request.actor, operation, organization, resource_id)
    eligible = directory.entities(request.actor, operation, organization).exclude(state=Entity.State.DELETED)
    eligible = eligible.filter(kind__in=[Kind.USER, Kind.GROUP])
    form = DelegateForm(pages.post_data(request), delegates=eligible, suggest=suggest(organization, "all"))
    return ask(
        request,
        resource,
        form,
        operation,
        title=f"Another delegate for {resource}",
        verb="Add the delegate",
        note=COPIES,
        message=lambda: f"{form.cleaned_data['other']} now answers for {resource}.",
        params=lambda: {
            "ResourceId": resource.entity_id,
            "EntityId": form.cleaned_data["other"].entity_id,
        },
    )


@require_POST
@performs("DisassociateDelegateFromResource")
def remove(request: ConsoleRequest, organization: Organization, resource_id: str) -> HttpResponse:
    operation = "DisassociateDelegateFromResource"
    resource = scope.find(request.actor, operation, organization, resource_id)
    form = RemovedDelegateForm(request.POST)
    if form.is_valid() and (refusal := _refusal(request, resource, form.cleaned_data["other"])):
        return refusal
    return press(
        request,
        resource,
        form,
        operation,
        message=lambda: f"{name_of(form.cleaned_data['other'], organization)} no longer answers for it.",
        params=lambda: {"ResourceId": resource.entity_id, "EntityId": form.cleaned_data["other"]},
    )


def _refusal(request: ConsoleRequest, resource: Entity, delegate_id: str) -> HttpResponse | None:
    """AWS would refuse the last one with an error that says nothing of what to do [inferred]."""
    try:
        now = reading.now(request.actor, resource)
    except errors.CallFailed as failure:
        return aws_errors.error_page(request, failure, back=place(resource))
    if not now.is_last(delegate_id):
        return None
    return pages.problem_page(
        request,
        title="The last delegate",
        happened=f"Without this delegate nobody would answer requests for {resource}.",
        not_happened="Nothing was changed.",
        now=REMAINS.format(resource),
        status=409,
        back=place(resource),
    )
