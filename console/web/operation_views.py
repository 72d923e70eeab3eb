"""Generic views that perform one operation from a form."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from console.aws import errors
from console.aws.catalogue import CATALOGUE
from console.changes import drafts, engine, preview, schedule, undo
from console.changes.models import Change
from console.changes.schedule import ScheduledEnd
from console.changes.steps import PlannedStep
from console.gateway import gateway
from console.mirror.models import Entity
from console.operators.access import ConsoleRequest
from console.ui import pages
from console.ui.forms import ReasonForm, ReplaceForm
from console.web import aws_errors

ParamsGetter = Callable[[], Mapping[str, Any]]
EndGetter = Callable[[], PlannedStep]


def operation_page(
    request: ConsoleRequest,
    form: ReasonForm,
    operation: str,
    *,
    title: str,
    verb: str,
    message: Callable[[], str],
    params: ParamsGetter,
    back: str,
    landing: Callable[[], str] | None = None,
    note: str = "",
    expecting: Mapping[str, Any] | None = None,
    target: Entity | None = None,
    ends: EndGetter | None = None,
    template: str = "partials/form_page.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Return a page with one form that performs `operation` once the form is valid.

    `back` is where it leads without doing anything, `landing()` where it leads when it is done; `ends()`
    is what takes it away again, at the moment that a form with `until` may ask for.
    """
    if request.method == "POST" and form.is_valid():
        to = landing or (lambda: back)
        answer = perform_operation(
            request,
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
    asked = {"title": title, "verb": verb, "note": note, "back": back, "organization": request.organization}
    said = {"target": target, "undo": undo.get_label(operation).text}
    return pages.form_page(request, template, form, {**asked, **said, **(context or {})})


def operation_button(
    request: ConsoleRequest,
    form: ReasonForm,
    operation: str,
    *,
    message: Callable[[], str],
    params: ParamsGetter,
    back: str,
    landing: Callable[[], str] | None = None,
    ends: EndGetter | None = None,
) -> HttpResponse:
    """Perform `operation` from a button, and show errors on the page of the button."""
    if not form.is_valid():
        return pages.redirect_with_message(request, "That button is out of date.", back, level=messages.ERROR)
    to = landing or (lambda: back)
    answer = perform_operation(request, form, operation, message, params(), back=back, landing=to, ends=ends)
    if answer is not None:
        return answer
    said = " ".join(str(error) for errors_of in form.errors.values() for error in errors_of)
    return pages.redirect_with_message(request, said, back, level=messages.ERROR)


def perform_operation(
    request: ConsoleRequest,
    form: ReasonForm,
    operation: str,
    message: Callable[[], str],
    params: Mapping[str, Any],
    *,
    back: str,
    landing: Callable[[], str],
    title: str = "",
    expecting: Mapping[str, Any] | None = None,
    ends: EndGetter | None = None,
) -> HttpResponse | None:
    """Perform `operation`; return the response, or `None` if the form has errors to show.

    `expecting` is what it is based on, by the names of the read that shows it; a `ReplacingForm` is
    compared with what AWS has.
    """
    target = CATALOGUE[operation].target_of(params)
    try:
        if isinstance(form, ReplaceForm):
            expecting = gateway.read_current_values(request.actor, operation, request.organization, **params)
            if not form.compare(target, expecting):
                return None
        given: dict[str, Any] = {"title": title, "expecting": expecting, **form.why(), **params}
        if ends:
            term = ScheduledEnd(ends(), form.cleaned_data.get("until"))
            schedule.perform_temporary(request.actor, operation, request.organization, term, **given)
        else:
            engine.perform_write(request.actor, operation, request.organization, **given)
    except errors.CallFailed as failure:
        if isinstance(form, ReplaceForm) and isinstance(failure, errors.Changed):
            found = {each.field: each.found for each in failure.differences}
            if not form.compare(target, found):
                return None
        if aws_errors.add_to_form(form, failure):
            return None
        return aws_errors.error_page(request, failure, back=back)
    return pages.redirect_with_message(request, message(), landing())


def redirect_to_approval(request: HttpRequest, change: Change) -> HttpResponse:
    """Redirect to the change that needs approval; nothing has been sent."""
    engine.start_change(change)
    preview.prepare_preview(change, time.monotonic() + drafts.PREVIEW_SECONDS)
    told = "Another operator has to approve this first. Nothing has been changed yet."
    return pages.redirect_with_message(
        request,
        told,
        reverse("changes:detail", args=[change.organization.slug, change.pk]),
        level=messages.INFO,
    )
