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
from console.operators.access import ConsoleRequest, performs
from console.ui import pages

State = Change.State
SAID = {
    State.DONE: "Done.",
    State.AWAITING: "It waits for somebody else to approve it.",
    State.SCHEDULED: "It is scheduled; the calendar has it.",
    State.RUNNING: "It is under way.",
    State.PARTLY: "A part of it could not be done; the steps say why.",
    State.FAILED: "Nothing of it could be done; the steps say why.",
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
    return _doing(request, change, lambda: SAID[State(_run(request, change, form).state)])


def _run(request: ConsoleRequest, change: Change, form: LaterForm) -> Change:
    control.run(request.actor, change, form.cleaned_data["when"] or change.not_before)
    change.refresh_from_db()
    return change


@require_POST
@performs("ApproveChanges")
def approve(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    change = find(request, organization, pk)

    def approved() -> str:
        control.approve(request.actor, change)
        change.refresh_from_db()
        return f"Approved. {SAID[State(change.state)]}"

    return _doing(request, change, approved)


@require_POST
@performs("RunChanges")
def cancel(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    change = find(request, organization, pk)
    form = CancelForm(request.POST)
    why = form.cleaned_data["why"] if form.is_valid() else ""

    def cancelled() -> str:
        control.cancel(request.actor, change, why)
        return "Nothing more of it happens. What is done stays done."

    return _doing(request, change, cancelled)


@require_POST
@performs("RunChanges")
def pause(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    change = find(request, organization, pk)

    def paused() -> str:
        control.pause(request.actor, change)
        return "Paused."

    return _doing(request, change, paused)


@require_POST
@performs("RunChanges")
def resume(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    change = find(request, organization, pk)

    def resumed() -> str:
        control.resume(request.actor, change)
        return "It goes on."

    return _doing(request, change, resumed)


@require_POST
@performs("RunChanges")
def retry(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    change = find(request, organization, pk)

    def again() -> str:
        count = control.retry(request.actor, change)
        return f"{count} steps are tried again." if count else "There is nothing to try again."

    return _doing(request, change, again)


@require_POST
@performs("RunChanges")
def undo_it(request: ConsoleRequest, organization: Organization, pk: int) -> HttpResponse:
    """Leads to the undo's own preview; nothing has happened yet."""
    change = find(request, organization, pk)
    try:
        undone = undo.draft(request.actor, change)
    except CannotUndo as reason:
        return _told(request, change, str(reason), messages.ERROR)
    left = undo.plan(change).left
    note = f" {len(left)} steps cannot be taken back." if left else ""
    return pages.done(
        request, f"This is what would be taken back.{note}", address(undone), level=messages.INFO
    )


def _doing(request: ConsoleRequest, change: Change, act: Callable[[], str]) -> HttpResponse:
    try:
        return _told(request, change, act(), messages.SUCCESS)
    except control.NotNow as reason:
        return _told(request, change, str(reason), messages.ERROR)


def _told(request: ConsoleRequest, change: Change, message: str, level: int) -> HttpResponse:
    return pages.done(request, message, address(change), level=level)
