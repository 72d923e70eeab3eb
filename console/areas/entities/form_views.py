"""Responses for forms that perform an operation on an entity."""

from typing import Any

from django.http import HttpResponse

from console.areas.entities import kinds, scope
from console.areas.entities.forms import EntityConfirmForm, EntityWriteForm
from console.areas.entities.kinds import Kind
from console.mirror.models import Entity
from console.operators.access import ConsoleRequest
from console.web import operation_views


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
    return {"entity": entity, "words": kinds.get_kind_info(entity)}
