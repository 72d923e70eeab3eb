"""Show AWS errors as pages and form errors."""

from django import forms
from django.http import HttpRequest, HttpResponse

from console.aws import errors
from console.aws.model import Problem
from console.ui import pages
from console.web.aws_messages import (
    APPROVAL_REQUIRED,
    BUSY,
    CHANGED,
    INVALID,
    MESSAGES,
    NOT_REACHED,
    OTHER_REFUSAL,
    RESULT_UNKNOWN,
    STOPPED,
    THROTTLED,
    Explanation,
)


def explain_error(failure: errors.CallFailed, *, wrote: bool = True) -> Explanation:
    """Return the explanation of a failure; `wrote` says that the call was a write."""
    match failure:
        case errors.Throttled():
            return THROTTLED
        case errors.Refused(code=code):
            return MESSAGES.get(code, OTHER_REFUSAL)
        case errors.Unreachable(sent=sent):
            return RESULT_UNKNOWN if sent and wrote else NOT_REACHED
        case errors.Changed():
            return CHANGED
        case errors.Busy():
            return BUSY
        case errors.ApprovalRequired():
            return APPROVAL_REQUIRED
        case errors.Stopped():
            return STOPPED
        case _:
            return INVALID


def error_detail(failure: errors.CallFailed) -> str:
    """Return AWS's own message with code and request id."""
    code = getattr(failure, "code", "")
    message = str(failure) if code in str(failure) else f"{code}: {failure}"
    request_id = getattr(failure, "request_id", "")
    return f"{message} ({request_id})" if request_id else message


def error_page(request: HttpRequest, failure: errors.CallFailed, *, back: str = "") -> HttpResponse:
    """Return an error page."""
    wrote = request.method == "POST"
    explanation = explain_error(failure, wrote=wrote)
    return pages.problem_page(
        request,
        title=explanation.title,
        happened=explanation.happened,
        not_happened=explanation.not_happened if wrote else "",
        now=explanation.now,
        status=explanation.status,
        detail=error_detail(failure),
        back=back,
    )


def add_to_form(form: forms.BaseForm, failure: errors.CallFailed) -> bool:
    """Add the failure to the form; return false if it needs a page of its own."""
    if isinstance(failure, errors.Invalid):
        _add_problems(form, failure.problems)
        return True
    if isinstance(failure, errors.Busy):
        form.add_error(None, f"{BUSY.happened} {BUSY.not_happened} {BUSY.now}")
        return True
    if not isinstance(failure, errors.Refused):
        return False
    explanation = explain_error(failure)
    field = next((name for name in explanation.fields if name in form.fields), None)
    form.add_error(field, explanation.sentence if explanation.now else f"{explanation.sentence} ({failure})")
    return True


def _add_problems(form: forms.BaseForm, problems: list[Problem]) -> None:
    for problem in problems:
        field = problem.field if problem.field in form.fields else None
        form.add_error(field, f"{problem.field} {problem.message}.")
