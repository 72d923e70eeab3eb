"""What the small forms of a person's page have in common: ask, perform one operation, say what came of it."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.urls import reverse

from console.areas import failures
from console.areas.users import scope
from console.aws import errors, gateway
from console.mirror.models import Entity
from console.operators.access import ConsoleRequest
from console.ui import pages
from console.ui.forms import WhyForm

Params = Callable[[], Mapping[str, Any]]


def address(person: Entity) -> str:
    return reverse("users:detail", args=[person.organization.slug, person.entity_id])


def posted(request: ConsoleRequest) -> QueryDict | None:
    """What a form is bound to: also an empty POST is an answer."""
    return request.POST if request.method == "POST" else None


def perform(
    request: ConsoleRequest, person: Entity, form: WhyForm, operation: str, message: str, **params: Any
) -> HttpResponse | None:
    """The answer to a write, or `None` if the form says what is wrong with it."""
    try:
        why: dict[str, Any] = form.why()
        gateway.call(request.actor, operation, person.organization, **why, **params)
    except errors.CallFailed as failure:
        if failures.into(form, failure):
            return None
        return failures.page(request, failure, back=address(person))
    return pages.done(request, message, landing(request, person))


def landing(request: ConsoleRequest, person: Entity) -> str:
    """Her page, unless the write took her out of the operator's sight."""
    seen = scope.people(request.actor, person.organization).filter(pk=person.pk)
    return address(person) if seen.exists() else reverse("users:list", args=[person.organization.slug])


def ask(
    request: ConsoleRequest,
    person: Entity,
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
        answer = perform(request, person, form, operation, message(), **params())
        if answer is not None:
            return answer
    asked = {"title": title, "verb": verb, "note": note, "back": address(person), "person": person}
    return pages.form_page(request, "users/form.html", form, {**asked, "organization": person.organization})


def press(
    request: ConsoleRequest,
    person: Entity,
    form: WhyForm,
    operation: str,
    *,
    message: Callable[[], str],
    params: Params,
) -> HttpResponse:
    """A button that performs `operation`; what goes wrong is said on the page it stands on."""
    if not form.is_valid():
        return pages.done(request, "That button is out of date.", address(person), level=messages.ERROR)
    answer = perform(request, person, form, operation, message(), **params())
    if answer is not None:
        return answer
    said = " ".join(str(error) for errors_of in form.errors.values() for error in errors_of)
    return pages.done(request, said, address(person), level=messages.ERROR)
