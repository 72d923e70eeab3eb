"""The page of one entity: shown from the mirror at once, and read anew from WorkMail behind it."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse

from console.actor import Actor
from console.areas.directory import kinds, showing
from console.aws import errors
from console.mirror.models import Entity
from console.operators.access import ConsoleRequest
from console.sync import mirror_refresh
from console.ui import pages
from console.web import aws_errors

Context = Callable[[Actor, Entity], dict[str, Any]]


def show(request: ConsoleRequest, entity: Entity, context: Context) -> HttpResponse:
    """`context` is what the mirror knows, for the template that each kind has."""
    return pages.render_page(
        request, _template(entity), {**context(request.actor, entity), "stale": showing.is_stale(entity)}
    )


def refresh(request: ConsoleRequest, entity: Entity, context: Context) -> HttpResponse:
    """The same read from WorkMail; while that is away, the mirror's copy and a word about it."""
    if pages.is_prefetch(request):
        return HttpResponse(status=204)
    notice: dict[str, Any] = {}
    try:
        entity = mirror_refresh.refresh_entity(request.actor, entity.organization, entity)
    except errors.CallFailed as failure:
        notice = {
            "notice": aws_errors.explain_error(failure, wrote=False),
            "detail": aws_errors.error_detail(failure),
        }
    shown = {**context(request.actor, entity), **notice}
    return pages.render_page(request, _template(entity), shown, fragment=kinds.of(entity).noun)


def _template(entity: Entity) -> str:
    return f"{kinds.of(entity).space}/detail.html"
