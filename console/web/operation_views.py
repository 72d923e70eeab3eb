"""Generic views that perform one operation from a form."""

import time
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from console.aws import errors
from console.aws.catalogue import CATALOGUE
from console.changes import drafts, engine, preview, schedule
from console.changes.models import Change
from console.changes.schedule import ScheduledEnd
from console.gateway import gateway
from console.operators.access import ConsoleRequest
from console.ui import pages
from console.ui.forms import ReplaceForm
from console.web.operation_forms import ConfirmWriteForm, WriteForm


def operation_page(
    request: ConsoleRequest,
    form: WriteForm,
    *,
    back: str = "",
    landing: Callable[[], str] | None = None,
    template: str = "partials/form_page.html",
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Show the form, and perform its operation once it is valid.

    `back` is where *Cancel* and a failure lead, by default where the view's object is shown; `landing()` is
    where success leads, by default there too.
    """
    if form.is_valid() and (answer := perform_form(request, form, back=back, landing=landing)):
        return answer
    page_context = {
        "title": form.title,
        "verb": form.submit,
        "note": form.note,
        "back": back or request.back,
        "undo": form.undo_text,
    }
    return pages.form_page(request, template, form, {**page_context, **(context or {})})


def confirmation_page(
    request: ConsoleRequest,
    form: ConfirmWriteForm,
    *,
    back: str = "",
    landing: Callable[[], str] | None = None,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """Ask for a confirmation, and perform the form's operation once it is given."""
    if form.is_valid() and (answer := perform_form(request, form, back=back, landing=landing)):
        return answer
    return pages.confirm_page(
        request,
        form,
        title=form.question,
        verb=form.submit,
        back=back or request.back,
        consequences=form.consequences,
        danger=form.is_dangerous,
        context=context,
    )


def operation_button(
    request: ConsoleRequest,
    form: WriteForm,
    *,
    back: str = "",
    landing: Callable[[], str] | None = None,
) -> HttpResponse:
    """Perform the form's operation from a button, and show errors on the page of the button."""
    back = back or request.back
    if not form.is_valid():
        return pages.redirect_with_message(request, "That button is out of date.", back, level=messages.ERROR)
    answer = perform_form(request, form, back=back, landing=landing)
    if answer is not None:
        return answer
    error_text = " ".join(str(error) for field_errors in form.errors.values() for error in field_errors)
    return pages.redirect_with_message(request, error_text, back, level=messages.ERROR)


def perform_form(
    request: ConsoleRequest,
    form: WriteForm,
    *,
    back: str = "",
    landing: Callable[[], str] | None = None,
) -> HttpResponse | None:
    """Perform the operation of a valid form; return the response, or `None` if the form has errors to show.

    `form.answer` is AWS's answer, for `form.success()` and `landing()`. Raise what `write_form` raises.
    """
    request.back = back or request.back
    if not form.has_changes():
        return pages.redirect_with_message(
            request, "There was nothing to change.", request.back, level=messages.INFO
        )
    if not write_form(request, form):
        return None
    return pages.redirect_with_message(request, form.success(), landing() if landing else request.back)


def write_form(request: ConsoleRequest, form: WriteForm) -> bool:
    """Perform the operation of a valid form; return false if the form has errors to show.

    A `ReplaceForm` is compared with what AWS has, and the write is based on that. Raise `errors.CallFailed`
    for what the form cannot show, which becomes an error page that leads to `request.back`.
    """
    params = form.params()
    target = CATALOGUE[form.operation].target_of(params)
    expected = form.expected_values()
    try:
        if isinstance(form, ReplaceForm):
            expected = gateway.read_current_values(
                request.actor, form.operation, request.organization, **params
            )
            if not form.compare(target, expected):
                return False
        _perform(request, form, expected, params)
    except errors.CallFailed as failure:
        if isinstance(form, ReplaceForm) and isinstance(failure, errors.Changed):
            current = {each.field: each.found for each in failure.differences}
            if not form.compare(target, current):
                return False
        if form.add_failure(failure):
            return False
        raise
    return True


def _perform(
    request: ConsoleRequest,
    form: WriteForm,
    expected: Mapping[str, Any] | None,
    params: Mapping[str, Any],
) -> None:
    arguments: dict[str, Any] = {"title": form.title, "expecting": expected, **form.why(), **params}
    end = form.end_step()
    if end is None:
        form.answer = engine.perform_write(request.actor, form.operation, request.organization, **arguments)
    else:
        term = ScheduledEnd(end, form.cleaned_data.get("until"))
        form.answer = schedule.perform_temporary(
            request.actor, form.operation, request.organization, term, **arguments
        )


def redirect_to_approval(request: HttpRequest, change: Change) -> HttpResponse:
    """Redirect to the change that needs approval; nothing has been sent."""
    engine.start_change(change)
    preview.prepare_preview(change, time.monotonic() + drafts.PREVIEW_SECONDS)
    return pages.redirect_with_message(
        request,
        "Another operator has to approve this first. Nothing has been changed yet.",
        reverse("changes:detail", args=[change.organization.slug, change.pk]),
        level=messages.INFO,
    )
