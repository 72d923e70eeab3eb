"""Generic views of the console's own rows, such as named networks: each shows one form.

`request.back` is the page that lists the rows; a view sets it first.
"""

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model
from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from console.operators.access import ConsoleRequest
from console.ui import pages
from console.web.record_forms import RecordDeletionForm, RecordForm

M = TypeVar("M", bound=Model)


def get_row(request: ConsoleRequest, model: type[M], pk: int) -> M:
    """Return a row of the request's organization; raise `Http404` if there is none."""
    return get_object_or_404(model, organization=request.organization, pk=pk)


def row_form_page(
    request: ConsoleRequest,
    form: RecordForm,
    *,
    landing: Callable[[], str] | None = None,
    template: str = "partials/form_page.html",
) -> HttpResponse:
    """Show the form, and save its row once it is valid; success leads to `landing()` or back."""
    if form.is_valid() and form.save_recorded(request.actor):
        return pages.redirect_with_message(request, form.success(), landing() if landing else request.back)
    context = {"title": form.title, "verb": form.submit, "note": form.note, "back": request.back}
    return pages.form_page(request, template, form, context)


def row_deletion_page(request: ConsoleRequest, form: RecordDeletionForm) -> HttpResponse:
    """Ask for a confirmation, and delete the form's row once it is given."""
    if form.is_valid():
        form.delete_recorded(request.actor)
        return pages.redirect_with_message(request, form.success(), request.back)
    return pages.confirm_page(
        request,
        form,
        title=form.title,
        verb=form.submit,
        back=request.back,
        consequences=form.consequences,
    )
