"""A small form for one operation: ask, perform it as a change, say what came of it where it was asked."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from console.aws import errors
from console.aws.catalogue import CATALOGUE
from console.changes import drafting, engine, later, preview, undo
from console.changes.later import Term
from console.changes.models import Change
from console.changes.plans import Planned
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators.access import ConsoleRequest
from console.ui import pages
from console.ui.forms import ReplacingForm, WhyForm
from console.web import aws_errors

Params = Callable[[], Mapping[str, Any]]
Ends = Callable[[], Planned]


def ask(
    request: ConsoleRequest,
    organization: Organization,
    form: WhyForm,
    operation: str,
    *,
    title: str,
    verb: str,
    message: Callable[[], str],
    params: Params,
    back: str,
    landing: Callable[[], str] | None = None,
    note: str = "",
    expecting: Mapping[str, Any] | None = None,
    target: Entity | None = None,
    ends: Ends | None = None,
    template: str = "partials/form_page.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """A page with one form, which performs `operation` with `params()` once it is valid.

    `back` is where it leads without doing anything, `landing()` where it leads when it is done; `ends()`
    is what takes it away again, at the moment that a form with `until` may ask for.
    """
    if request.method == "POST" and form.is_valid():
        to = landing or (lambda: back)
        answer = perform(
            request,
            organization,
            form,
            operation,
            message,
            params(),
            back=back,
            landing=to,
            title=title,
            expecting=expecting,
            ends=ends,
        )
        if answer is not None:
            return answer
    asked = {"title": title, "verb": verb, "note": note, "back": back, "organization": organization}
    said = {"target": target, "undo": undo.label(operation).text}
    return pages.form_page(request, template, form, {**asked, **said, **(context or {})})


def press(
    request: ConsoleRequest,
    organization: Organization,
    form: WhyForm,
    operation: str,
    *,
    message: Callable[[], str],
    params: Params,
    back: str,
    landing: Callable[[], str] | None = None,
    ends: Ends | None = None,
) -> HttpResponse:
    """A button that performs `operation`; what goes wrong is said on the page it stands on."""
    if not form.is_valid():
        return pages.done(request, "That button is out of date.", back, level=messages.ERROR)
    to = landing or (lambda: back)
    answer = perform(
        request, organization, form, operation, message, params(), back=back, landing=to, ends=ends
    )
    if answer is not None:
        return answer
    said = " ".join(str(error) for errors_of in form.errors.values() for error in errors_of)
    return pages.done(request, said, back, level=messages.ERROR)


def perform(
    request: ConsoleRequest,
    organization: Organization,
    form: WhyForm,
    operation: str,
    message: Callable[[], str],
    params: Mapping[str, Any],
    *,
    back: str,
    landing: Callable[[], str],
    title: str = "",
    expecting: Mapping[str, Any] | None = None,
    ends: Ends | None = None,
) -> HttpResponse | None:
    """The answer to a write, or `None` if the form says what is wrong with it.

    `expecting` is what it is based on, by the names of the read that shows it; a `ReplacingForm` is
    compared with what AWS has.
    """
    target = CATALOGUE[operation].target_of(params)
    try:
        if isinstance(form, ReplacingForm):
            expecting = gateway.current_values(request.actor, operation, organization, **params)
            if not form.compare(target, expecting):
                return None
        given: dict[str, Any] = {"title": title, "expecting": expecting, **form.why(), **params}
        if ends:
            term = Term(ends(), form.cleaned_data.get("until"))
            later.perform(request.actor, operation, organization, term, **given)
        else:
            engine.perform(request.actor, operation, organization, **given)
    except errors.CallFailed as failure:
        if isinstance(form, ReplacingForm) and isinstance(failure, errors.Changed):
            found = {each.field: each.found for each in failure.differences}
            if not form.compare(target, found):
                return None
        if aws_errors.into(form, failure):
            return None
        return aws_errors.page(request, failure, back=back)
    return pages.done(request, message(), landing())


def wants_approval(request: HttpRequest, change: Change) -> HttpResponse:
    """Lead to the change that awaits approval; nothing has been sent."""
    engine.start(change)
    preview.prepare(change, time.monotonic() + drafting.LOOKED_AT)
    told = "Another operator has to approve this first. Nothing has been changed yet."
    return pages.done(
        request,
        told,
        reverse("changes:detail", args=[change.organization.slug, change.pk]),
        level=messages.INFO,
    )
