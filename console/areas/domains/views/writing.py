"""One write of a form, and what is said of it."""

from typing import Any

from django.http import HttpResponse

from console.aws import errors
from console.changes import engine
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest
from console.ui import pages
from console.ui.forms import WhyForm
from console.web import aws_errors


def perform(
    request: ConsoleRequest,
    organization: Organization,
    form: WhyForm,
    operation: str,
    message: str,
    to: str,
    **params: Any,
) -> HttpResponse | None:
    """The answer to a write, or `None` if the form says what is wrong with it."""
    why: dict[str, Any] = form.why()
    try:
        engine.perform_write(request.actor, operation, organization, **why, **params)
    except errors.CallFailed as failure:
        if aws_errors.add_to_form(form, failure):
            return None
        return aws_errors.error_page(request, failure, back=to)
    return pages.done(request, message, to)
