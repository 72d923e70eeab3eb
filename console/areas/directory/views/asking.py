"""What the small forms of an entity's page have in common: ask, perform, say what came of it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from console.areas import failures
from console.areas.directory import kinds, scope
from console.areas.directory.kinds import Kind
from console.aws import errors, gateway
from console.mirror.models import Entity
from console.operators.access import ConsoleRequest
from console.ui import pages
from console.ui.forms import WhyForm

Params = Callable[[], Mapping[str, Any]]


def perform(
    request: ConsoleRequest, entity: Entity, form: WhyForm, operation: str, message: str, **params: Any
) -> HttpResponse | None:
    """The answer to a write, or `None` if the form says what is wrong with it."""
    try:
        why: dict[str, Any] = form.why()
        gateway.call(request.actor, operation, entity.organization, **why, **params)
    except errors.CallFailed as failure:
        if failures.into(form, failure):
            return None
        return failures.page(request, failure, back=kinds.place(entity))
    return pages.done(request, message, landing(request, entity))


def landing(request: ConsoleRequest, entity: Entity) -> str:
    """Its page, unless the write took it out of the operator's sight."""
    seen = scope.of_kind(request.actor, entity.organization, Kind(entity.kind)).filter(pk=entity.pk)
    return kinds.place(entity) if seen.exists() else kinds.home(entity)


def ask(
    request: ConsoleRequest,
    entity: Entity,
    form: WhyForm,
    operation: str,
    *,
    title: str,
    verb: str,
    message: Callable[[], str],
    params: Params,
    note: str = "",
) -> HttpResponse:
    """A page with one form, which performs `operation` with `params()` once it is valid."""
    if request.method == "POST" and form.is_valid():
        answer = perform(request, entity, form, operation, message(), **params())
        if answer is not None:
            return answer
    asked = {"title": title, "verb": verb, "note": note, "back": kinds.place(entity)}
    return pages.form_page(request, "directory/form.html", form, {**asked, **about(entity)})


def press(
    request: ConsoleRequest,
    entity: Entity,
    form: WhyForm,
    operation: str,
    *,
    message: Callable[[], str],
    params: Params,
) -> HttpResponse:
    """A button that performs `operation`; what goes wrong is said on the page it stands on."""
    back = kinds.place(entity)
    if not form.is_valid():
        return pages.done(request, "That button is out of date.", back, level=messages.ERROR)
    answer = perform(request, entity, form, operation, message(), **params())
    if answer is not None:
        return answer
    said = " ".join(str(error) for errors_of in form.errors.values() for error in errors_of)
    return pages.done(request, said, back, level=messages.ERROR)


def about(entity: Entity) -> dict[str, Any]:
    """What the trail of every page about an entity needs."""
    return {"organization": entity.organization, "entity": entity, "words": kinds.of(entity)}
