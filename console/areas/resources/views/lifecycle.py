"""Enabling a room with its address, disabling it, and deleting it for good."""

from django.http import HttpResponse

from console.areas.directory import scope as directory
from console.areas.directory.forms.addresses import RegisterForm
from console.areas.directory.kinds import place
from console.areas.directory.views.asking import ask, perform
from console.areas.resources import scope
from console.areas.resources.consequences import deleting, disabling
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.ui.forms import ConfirmForm
from console.ui.pages import posted

BILLED = "It can be booked from then on."


@performs("RegisterToWorkMail")
def enable(request: ConsoleRequest, organization: Organization, resource_id: str) -> HttpResponse:
    resource = scope.find(request.actor, "RegisterToWorkMail", organization, resource_id)
    form = RegisterForm(
        posted(request),
        domains=directory.usable_domains(request.actor, "RegisterToWorkMail", organization),
        local=resource.name.partition("@")[0],
    )
    return ask(
        request,
        resource,
        form,
        "RegisterToWorkMail",
        title=f"Enable {resource}",
        verb="Enable",
        note=BILLED,
        message=lambda: f"{resource} is enabled as {form.address}.",
        params=lambda: {"EntityId": resource.entity_id, "Email": form.address},
    )


@performs("DeregisterFromWorkMail")
def disable(request: ConsoleRequest, organization: Organization, resource_id: str) -> HttpResponse:
    resource = scope.find(request.actor, "DeregisterFromWorkMail", organization, resource_id)
    form = ConfirmForm(posted(request))
    if request.method == "POST" and form.is_valid():
        done = f"{resource} is disabled."
        answer = perform(request, resource, form, "DeregisterFromWorkMail", done, EntityId=resource.entity_id)
        if answer is not None:
            return answer
    return pages.confirm_page(
        request,
        form,
        title=f"Disable {resource}?",
        verb="Disable",
        back=place(resource),
        consequences=disabling(request.actor, resource),
        context={"organization": organization},
    )


@performs("DeleteResource")
def delete(request: ConsoleRequest, organization: Organization, resource_id: str) -> HttpResponse:
    resource = scope.find(request.actor, "DeleteResource", organization, resource_id)
    if resource.state == Entity.State.ENABLED:
        return _disable_first(request, resource)
    form = ConfirmForm(posted(request), expected=resource.name)
    if request.method == "POST" and form.is_valid():
        done = f"{resource} is deleted."
        answer = perform(request, resource, form, "DeleteResource", done, ResourceId=resource.entity_id)
        if answer is not None:
            return answer
    return pages.confirm_page(
        request,
        form,
        title=f"Delete {resource}?",
        verb="Delete for good",
        back=place(resource),
        consequences=deleting(request.actor, resource),
        context={"organization": organization},
    )


def _disable_first(request: ConsoleRequest, resource: Entity) -> HttpResponse:
    return pages.problem(
        request,
        title="Disable first",
        happened=f"{resource} is enabled, and WorkMail deletes only what is disabled.",
        not_happened="Nothing was changed.",
        now="Disable it first; that can still be undone for 30 days.",
        status=409,
        back=place(resource, "disable"),
    )
