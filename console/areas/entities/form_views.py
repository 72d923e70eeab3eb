"""Responses for forms that perform an operation on an entity or create a draft."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse

from console.areas.entities import kinds, scope
from console.areas.entities.forms import EntityConfirmForm, EntityWriteForm
from console.areas.entities.kinds import Kind
from console.aws import errors
from console.changes import drafts
from console.changes.steps import PlannedStep
from console.mirror.models import Entity
from console.operators import policy, refusals
from console.operators.access import ConsoleRequest
from console.ui.forms import ReasonForm
from console.ui.pages import SeeOther
from console.web import aws_errors, operation_views


def get_requested_entity(request: ConsoleRequest, entity_id: str, kind: Kind) -> Entity:
    """Return the entity on which the operator may perform the view's operation; failures lead back to it.

    Raise what `scope.get_entity` raises.
    """
    entity = scope.get_entity(request.actor, request.operation, request.organization, entity_id, kind)
    request.back = kinds.entity_url(entity)
    return entity


def landing_url(request: ConsoleRequest, entity: Entity) -> str:
    """Return the URL of its detail page, or of the list if the write moved it out of the operator's scope."""
    seen = scope.visible_of_kind(request.actor, entity.organization, Kind(entity.kind)).filter(pk=entity.pk)
    return kinds.entity_url(entity) if seen.exists() else kinds.list_url(entity)


def entity_operation_page(request: ConsoleRequest, form: EntityWriteForm) -> HttpResponse:
    """Show a form that performs its operation on its entity."""
    return operation_views.operation_page(
        request,
        form,
        landing=lambda: landing_url(request, form.entity),
        template="directory/form.html",
        context=entity_context(form.entity),
    )


def entity_operation_button(request: ConsoleRequest, form: EntityWriteForm) -> HttpResponse:
    """Perform the operation of a button on the detail page, where errors are shown."""
    return operation_views.operation_button(request, form, landing=lambda: landing_url(request, form.entity))


def entity_confirmation_page(request: ConsoleRequest, form: EntityConfirmForm) -> HttpResponse:
    """Ask for a confirmation of an operation on the form's entity."""
    return operation_views.confirmation_page(
        request,
        form,
        landing=lambda: landing_url(request, form.entity),
        context=entity_context(form.entity),
    )


def entity_context(entity: Entity) -> dict[str, Any]:
    """Return the context that the breadcrumb of every entity page needs."""
    return {"organization": entity.organization, "entity": entity, "words": kinds.get_kind_info(entity)}


def create_draft_from_form(
    request: ConsoleRequest,
    form: ReasonForm,
    title: str,
    steps: Sequence[PlannedStep],
    kind: str,
    *,
    reverts: bool = False,
) -> HttpResponse | None:
    """Create a draft and redirect to it, or return `None` if the form has errors.

    `reverts` undoes completed steps when a later one fails.
    """
    if not steps:
        form.add_error(None, "There is nothing to do: it is all as it should be.")
        return None
    try:
        change = drafts.create_draft(
            request.actor, request.organization, title, steps, kind=kind, reverts=reverts, **form.why()
        )
    except policy.Denied as denied:
        refusals.record_request_refusal(request, request.actor, denied)
        form.add_error(None, f"{denied}.")
    except errors.CallFailed as failure:
        if not aws_errors.add_to_form(form, failure):
            return aws_errors.error_page(request, failure)
    else:
        return SeeOther(reverse("changes:detail", args=[request.organization.slug, change.pk]))
    return None
