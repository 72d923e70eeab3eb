"""What is done with a change: run, approve, hold, stop, try again, undo. Each is a POST."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from console.areas.changes.forms import CancelForm, LaterForm
from console.areas.changes.views import address, find
from console.changes import control, undo
from console.changes.inverses import CannotUndo
from console.changes.models import Change
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest, DeclaredView, performs
from console.plurals import number_of
from console.ui import pages

State = Change.State
SAID = {
    State.DONE: "Done.",
    State.AWAITING: "Another operator has to approve this change before it runs.",
    State.APPROVED: "The requester can run it within 24 hours.",
    State.SCHEDULED: "Scheduled.",
    State.RUNNING: "Running.",
    State.CANCELLING: "Cancelling.",
    State.CANCELLED: "Cancelled before any step was done.",
    State.PARTLY: "Some steps were not done. Each step shows the reason.",
    State.FAILED: "No step was done. Each step shows the reason.",
}


@require_POST
@performs("RunChanges")
def run(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    change = find(request, organization, pk)
    form = LaterForm(request.POST)
    if not form.is_valid():
        return _told(request, change, " ".join(str(each) for each in form.errors["when"]), messages.ERROR)
    if change.prepared_at is None:
        return _told(request, change, "The preview is still being read.", messages.ERROR)
    try:
        control.run_draft(request.actor, change, form.cleaned_data["when"] or change.not_before)
    except control.InvalidState as reason:
        return _told(request, change, str(reason), messages.ERROR)
    change.refresh_from_db()
    return _told(request, change, SAID[State(change.state)], messages.SUCCESS)


def _doing(right: str, act: Callable[[ConsoleRequest, Change], str]) -> DeclaredView:
    """A view that does `act` and says its sentence; what makes no sense now is said, too."""

    @require_POST
    @performs(right)
    def view(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
        change = find(request, organization, pk)
        try:
            return _told(request, change, act(request, change), messages.SUCCESS)
        except control.InvalidState as reason:
            return _told(request, change, str(reason), messages.ERROR)

    return view


def _approved(request: ConsoleRequest, change: Change) -> str:
    control.approve_change(request.actor, change, request.POST.get("digest", ""))
    change.refresh_from_db()
    return f"Approved. {SAID[State(change.state)]}"


def _cancelled(request: ConsoleRequest, change: Change) -> str:
    form = CancelForm(request.POST)
    control.cancel_change(request.actor, change, form.cleaned_data["why"] if form.is_valid() else "")
    if change.state == State.CANCELLING:
        return "No further step begins. A step that is running now is shown here when it has ended."
    return "No further step begins. Steps that are done stay done."


def _paused(request: ConsoleRequest, change: Change) -> str:
    control.pause_change(request.actor, change)
    return "Paused."


def _resumed(request: ConsoleRequest, change: Change) -> str:
    control.resume_change(request.actor, change)
    return "It goes on."


def _tried_again(request: ConsoleRequest, change: Change) -> str:
    count = control.retry_change(request.actor, change)
    return (
        f"{number_of(count, 'step is', 'steps are')} tried again."
        if count
        else "There is nothing to try again."
    )


approve = _doing("ApproveChanges", _approved)
cancel = _doing("RunChanges", _cancelled)
pause = _doing("RunChanges", _paused)
resume = _doing("RunChanges", _resumed)
retry = _doing("RunChanges", _tried_again)


@require_POST
@performs("RunChanges")
def undo_it(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    """Leads to the undo's own preview; nothing has happened yet."""
    change = find(request, organization, pk)
    try:
        undone = undo.draft_undo(request.actor, change)
    except CannotUndo as reason:
        return _told(request, change, str(reason), messages.ERROR)
    left = undo.plan_undo(change).left
    note = f" {number_of(len(left), 'step')} cannot be undone." if left else ""
    return pages.done(
        request, f"This is what would be taken back.{note}", address(undone), level=messages.INFO
    )


def _told(request: ConsoleRequest, change: Change, message: str, level: int) -> HttpResponse:
    return pages.done(request, message, address(change), level=level)
