"""When a change is over, when it has to stop before that, and when it takes itself back."""

from datetime import timedelta

from django.utils import timezone

from console.changes.models import Change, Step

State, StepState = Change.State, Step.State
CANARIES = 3  # the first steps of a long change: if one fails, somebody looks before the rest follows
END, THAW, DELETION = "end", "thaw", "offboard-delete"
ENDS = (END, THAW)  # kinds of changes that take away, at a moment, what another one gave or did for a while
FOLLOWING = (*ENDS, DELETION)
LONG = 10  # steps from which on a change has a brake


def finish(change: Change) -> None:
    """Enter the end of it, if every step has ended."""
    counts = change.counts()
    if change.reverts and _failed(counts) and not counts.get(StepState.RUNNING):
        change.steps.filter(state=StepState.PENDING).update(
            state=StepState.SKIPPED, note="A step before it failed."
        )
        counts = change.counts()
    if change.state != State.RUNNING or counts.get(StepState.PENDING) or counts.get(StepState.RUNNING):
        return
    change.state, change.finished_at = _came_to(counts), timezone.now()
    mine = Change.objects.filter(pk=change.pk, state=State.RUNNING)
    mine.update(state=change.state, finished_at=change.finished_at)


def _failed(counts: dict[str, int]) -> int:
    return counts.get(StepState.REFUSED, 0) + counts.get(StepState.UNKNOWN, 0)


def _came_to(counts: dict[str, int]) -> Change.State:
    done = counts.get(StepState.DONE, 0)
    if done == sum(counts.values()):
        return State.DONE
    return State.PARTLY if done or counts.get(StepState.UNKNOWN) else State.FAILED


def stops(change: Change, step: Step) -> bool:
    """Whether nothing may follow, since all of it will be taken back."""
    return change.reverts and step.state in (StepState.REFUSED, StepState.UNKNOWN)


def brakes(change: Change, step: Step) -> bool:
    """Pause a long change whose steps fail: at once among the first three, later by their share.

    What is about one person, a leaver above all, goes on: its steps are no sample of each other.
    """
    about_one = "entity_id" in change.data or "capsule" in change.data
    if about_one or change.total < LONG or step.state not in (StepState.REFUSED, StepState.UNKNOWN):
        return False
    counts = change.counts()
    failed = _failed(counts)
    ended = failed + counts.get(StepState.DONE, 0)
    if ended > CANARIES and failed * 100 <= change.brake * ended:
        return False
    note = (
        f"Paused: {failed} of the first {ended} steps failed."
        " Look at them, then let it go on or cancel the rest."
    )
    Change.objects.filter(pk=change.pk, state=State.RUNNING).update(paused=True, note=note)
    change.paused, change.note = True, note
    return True


def is_moot(change: Change) -> bool:
    """Whether what is due has nothing to end, or not yet: its beginning has not come to its end.

    What follows on a beginning that was never done, or was taken back since, is called off.
    """
    begun = change.follows if change.kind in FOLLOWING else None
    if begun is None:
        return False
    if not begun.is_finished and change.kind == DELETION:
        return True
    undone = begun.undone_by.filter(state=State.DONE).exists()
    if not undone and begun.state not in (State.FAILED, State.CANCELLED):
        return _is_early(change, begun)
    note = f"There is nothing to end: “{begun}” was {'taken back' if undone else 'not done'}."
    over = Change.objects.filter(pk=change.pk, state=State.SCHEDULED)
    over.update(state=State.CANCELLED, note=note[:1100], finished_at=timezone.now())
    return True


def _is_early(change: Change, begun: Change) -> bool:
    """What is to come days after the end of another change waits for them to pass."""
    days = change.data.get("days")
    if not days or begun.finished_at is None:
        return False
    due = begun.finished_at + timedelta(days=days)
    if due <= timezone.now():
        return False
    Change.objects.filter(pk=change.pk, state=State.SCHEDULED).update(not_before=due)
    return True


def wants_reverting(change: Change) -> bool:
    if not change.reverts or change.state == State.DONE or change.undone_by.exists():
        return False
    return change.steps.filter(state=StepState.DONE).exists()


def revert(change: Change) -> None:
    """Take back what was done, since the whole of it did not hold."""
    from console.changes import undo

    undone = undo.revert(change)
    note = (
        "It did not hold, so what was done was taken back."
        if undone
        else "It did not hold, and nothing could be taken back."
    )
    Change.objects.filter(pk=change.pk).update(note=note)
    change.note = note
