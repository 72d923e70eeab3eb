"""What went wrong with a call to AWS, in the words of whoever asked for it; every area says it alike."""

from django import forms
from django.http import HttpRequest, HttpResponse

from console.aws import errors
from console.aws.model import Problem
from console.ui import pages
from console.web.aws_messages import (
    APPROVAL,
    BUSY,
    CHANGED,
    INVALID,
    KNOWN,
    NOT_REACHED,
    OTHER,
    STOPPED,
    THROTTLED,
    UNKNOWN,
    Explanation,
)


def explain(failure: errors.CallFailed, *, wrote: bool = True) -> Explanation:
    """`wrote` tells a write from a read, of which nobody has to find out whether it happened."""
    match failure:
        case errors.Throttled():
            return THROTTLED
        case errors.Refused(code=code):
            return KNOWN.get(code, OTHER)
        case errors.Unreachable(sent=sent):
            return UNKNOWN if sent and wrote else NOT_REACHED
        case errors.Changed():
            return CHANGED
        case errors.Busy():
            return BUSY
        case errors.ApprovalRequired():
            return APPROVAL
        case errors.Stopped():
            return STOPPED
        case _:
            return INVALID


def detail(failure: errors.CallFailed) -> str:
    """What AWS itself said, for whoever is asked for help."""
    code = getattr(failure, "code", "")
    said = str(failure) if code in str(failure) else f"{code}: {failure}"
    request_id = getattr(failure, "request_id", "")
    return f"{said} ({request_id})" if request_id else said


def page(request: HttpRequest, failure: errors.CallFailed, *, back: str = "") -> HttpResponse:
    """A page of its own for what no form can mend."""
    wrote = request.method == "POST"
    told = explain(failure, wrote=wrote)
    return pages.problem(
        request,
        title=told.title,
        happened=told.happened,
        not_happened=told.not_happened if wrote else "",
        now=told.now,
        status=told.status,
        detail=detail(failure),
        back=back,
    )


def into(form: forms.BaseForm, failure: errors.CallFailed) -> bool:
    """Say it in the form if correcting it or sending it again can help; `False` if it wants a page."""
    if isinstance(failure, errors.Invalid):
        _apply(form, failure.problems)
        return True
    if isinstance(failure, errors.Busy):
        form.add_error(None, f"{BUSY.happened} {BUSY.not_happened} {BUSY.now}")
        return True
    if not isinstance(failure, errors.Refused):
        return False
    told = explain(failure)
    field = next((name for name in told.fields if name in form.fields), None)
    form.add_error(field, told.sentence if told.now else f"{told.sentence} ({failure})")
    return True


def _apply(form: forms.BaseForm, problems: list[Problem]) -> None:
    for problem in problems:
        field = problem.field if problem.field in form.fields else None
        form.add_error(field, f"{problem.field} {problem.message}.")
