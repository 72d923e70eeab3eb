"""The small forms of an entity's page: they lead back to it, unless the write took it out of sight."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from console.areas.directory import kinds, scope
from console.areas.directory.kinds import Kind
from console.mirror.models import Entity
from console.operators.access import ConsoleRequest
from console.ui.forms import ReasonForm
from console.web import operation_views
from console.web.operation_views import EndGetter, ParamsGetter


def perform(
    request: ConsoleRequest, entity: Entity, form: ReasonForm, operation: str, message: str, **params: Any
) -> HttpResponse | None:
    """The answer to a write, or `None` if the form says what is wrong with it."""
    return operation_views.perform_operation(
        request,
        entity.organization,
        form,
        operation,
        lambda: message,
        params,
        back=kinds.place(entity),
        landing=lambda: landing(request, entity),
        title=message,
    )


def landing(request: ConsoleRequest, entity: Entity) -> str:
    """Its page, unless the write took it out of the operator's sight."""
    seen = scope.of_kind(request.actor, entity.organization, Kind(entity.kind)).filter(pk=entity.pk)
    return kinds.place(entity) if seen.exists() else kinds.home(entity)


def ask(
    request: ConsoleRequest,
    entity: Entity,
    form: ReasonForm,
    operation: str,
    *,
    params: ParamsGetter,
    **words: Any,
) -> HttpResponse:
    """A page with one form, which performs `operation` with `params()` once it is valid."""
    return operation_views.operation_page(
        request,
        entity.organization,
        form,
        operation,
        params=params,
        back=kinds.place(entity),
        landing=lambda: landing(request, entity),
        template="directory/form.html",
        context=about(entity),
        **words,
    )


def press(
    request: ConsoleRequest,
    entity: Entity,
    form: ReasonForm,
    operation: str,
    *,
    message: Callable[[], str],
    params: ParamsGetter,
    ends: EndGetter | None = None,
) -> HttpResponse:
    """A button that performs `operation`; what goes wrong is said on the page it stands on."""
    return operation_views.operation_button(
        request,
        entity.organization,
        form,
        operation,
        message=message,
        params=params,
        back=kinds.place(entity),
        landing=lambda: landing(request, entity),
        ends=ends,
    )


def about(entity: Entity) -> dict[str, Any]:
    """What the trail of every page about an entity needs."""
    return {"organization": entity.organization, "entity": entity, "words": kinds.of(entity)}
