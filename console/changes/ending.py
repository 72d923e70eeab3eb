"""When a change is over, when it has to stop before that, and what its end means for what follows on it."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from console import clock
from console.actor import Actor
from console.changes import trail
from console.changes.models import UNDER_WAY, Change, Step
from console.plurals import number_of

State, StepState = Change.State, Step.State
CANARIES = 3  # the first steps of a long change: if one fails, somebody looks before the rest follows
END, THAW, DELETION = "end", "thaw", "offboard-delete"
ENDS = (END, THAW)  # kinds of changes that take away, at a moment, what another one gave or did for a while
FOLLOWING = (*ENDS, DELETION)
LONG = 10  # steps from which on a change has a brake
IN_DOUBT = 3  # steps whose outcome may be unknown at once before no further step begins
TERM = "term"  # in a change's data: of what other scheduled ends are replaced once it is done
REVIVABLE = "revivable"  # in an end's data: it was called off since its beginning failed
CONSOLE = Actor.system("changes")
IDENTITY = ("GroupId", "MemberId", "EntityId", "GranteeId", "UserId", "DeviceId")  # what an end is the end of
OPEN_STEPS = (StepState.PENDING, StepState.RUNNING)


def stop(change: Change, note: str) -> bool:
    """Let no further step begin; what runs is accounted for when it has ended. False if it has moved on."""
    with transaction.atomic():
        mine = Change.objects.filter(pk=change.pk, state=change.state)
        if not mine.update(state=State.CANCELLING, note=note[:1100], paused=False, turn_at=clock.now()):
            return False
        _skip_pending(change, note)
    change.state = State.CANCELLING
    return True


def finish(change: Change) -> None:
    """Enter the end of it if every step has ended; the ends that follow on it follow what was done."""
    change.state = Change.objects.values_list("state", flat=True).get(pk=change.pk)
    if change.state not in UNDER_WAY:
        return
    counts = change.counts()
    if change.state == State.CANCELLING:
        _skip_pending(change, "The change was cancelled.")
        counts = change.counts()
    elif change.reverts and _failed(counts) and not counts.get(StepState.RUNNING):
        _skip_pending(change, "A step before it failed.")
        counts = change.counts()
    if any(counts.get(state) for state in OPEN_STEPS):
        return
    came_to, now = _came_to(counts, change.state), clock.now()
    still_open = Exists(Step.objects.filter(change=OuterRef("pk"), state__in=OPEN_STEPS))
    with transaction.atomic():
        mine = Change.objects.filter(~still_open, pk=change.pk, state=change.state)
        if not mine.update(state=came_to, finished_at=now):
            return
        _settle_ends(change, came_to)
    change.state, change.finished_at = came_to, now


def _skip_pending(change: Change, note: str) -> None:
    change.steps.filter(state=StepState.PENDING).update(state=StepState.SKIPPED, note=note[:1100])


def _settle_ends(change: Change, came_to: Change.State) -> None:
    """Call off the ends of what was not done, and earlier ends of what is given anew."""
    if came_to in (State.FAILED, State.CANCELLED):
        ends = change.followed_by.filter(state=State.SCHEDULED, kind__in=FOLLOWING)
        call_off(ends, f"There is nothing to end: “{change}” was not done.", revivable=True)
    elif came_to == State.DONE and TERM in change.data:
        others = ends_of(change, change.data[TERM]).exclude(follows=change).exclude(pk=change.pk)
        call_off(others, "It was changed or ended in another way.")


def ends_of(change: Change, identity: dict[str, str]) -> QuerySet[Change]:
    """Scheduled ends, in the organization of a change, of exactly what the identity names."""
    coming = Step.objects.filter(
        change__organization=change.organization_id, change__state=State.SCHEDULED, change__kind=END
    )
    same = [step.change_id for step in coming if identity_of(step.params) == identity]
    return Change.objects.filter(pk__in=same)


def identity_of(params: dict[str, object]) -> dict[str, str]:
    """Return the ids that name what is given; ids of devices come in any case."""
    return {name: str(params[name]).casefold() for name in IDENTITY if name in params}


def call_off(ends: Iterable[Change], why: str, *, revivable: bool = False) -> None:
    """Cancel scheduled changes that have nothing left to end, with an entry in the audit log."""
    for end in ends:
        with transaction.atomic():
            data = {**end.data, REVIVABLE: True} if revivable else end.data
            mine = Change.objects.filter(pk=end.pk, state=State.SCHEDULED)
            if mine.update(state=State.CANCELLED, note=why[:1100], finished_at=clock.now(), data=data):
                _skip_pending(end, why)
                trail.enter(CONSOLE, end, "was cancelled", why)


def revive(change: Change) -> None:
    """Schedule the ends again that were called off because the change had failed."""
    for end in change.followed_by.filter(state=State.CANCELLED, kind__in=FOLLOWING):
        if end.data.get(REVIVABLE):
            with transaction.atomic():
                end.steps.filter(state=StepState.SKIPPED).update(state=StepState.PENDING, note="")
                mine = Change.objects.filter(pk=end.pk, state=State.CANCELLED)
                data = {name: value for name, value in end.data.items() if name != REVIVABLE}
                mine.update(state=State.SCHEDULED, note="", finished_at=None, data=data)


def discard(change: Change) -> None:
    """Remove a change of which nothing was sent, together with the ends that were scheduled for it."""
    with transaction.atomic():
        change.followed_by.filter(kind__in=FOLLOWING).delete()
        change.delete()


def _failed(counts: dict[str, int]) -> int:
    return counts.get(StepState.REFUSED, 0) + counts.get(StepState.UNKNOWN, 0)


def _came_to(counts: dict[str, int], state: str) -> Change.State:
    """Derive the end of a change from what was really done of it."""
    done, cancelled = counts.get(StepState.DONE, 0), state == State.CANCELLING
    if done == sum(counts.values()) and (done or not cancelled):
        return State.DONE
    if done or counts.get(StepState.UNKNOWN):
        return State.PARTLY
    return State.CANCELLED if cancelled else State.FAILED


def has_to_stop(change: Change) -> bool:
    """Whether a step of a change that is undone as a whole has failed already."""
    return change.reverts and bool(_failed(change.counts()))


def stops(change: Change, step: Step) -> bool:
    """Whether nothing may follow, since all of it will be taken back."""
    return change.reverts and step.state in (StepState.REFUSED, StepState.UNKNOWN)


def brakes(change: Change, step: Step) -> bool:
    """Pause a long change whose steps fail: at once among the first three, later by their share.

    What is about one person, a leaver above all, goes on: its steps are no sample of each other.
    """
    has_failed = step.state in (StepState.REFUSED, StepState.UNKNOWN)
    if is_about_one(change) or change.total < LONG or not has_failed:
        return False
    counts = change.counts()
    failed = _failed(counts)
    ended = failed + counts.get(StepState.DONE, 0)
    if ended > CANARIES and failed * 100 <= change.brake * ended:
        return False
    note = (
        f"Paused: {failed} of the first {number_of(ended, 'step')} failed."
        " Look at them, then let it go on or cancel the rest."
    )
    Change.objects.filter(pk=change.pk, state=State.RUNNING).update(paused=True, note=note)
    change.paused, change.note = True, note
    return True


def is_about_one(change: Change) -> bool:
    return "entity_id" in change.data or "capsule" in change.data


def is_moot(change: Change) -> bool:
    """Whether what is due has nothing to end, or not yet: its beginning has not come to its end.

    What follows on a beginning that was never done, or was undone since, is called off. A beginning that
    is still open when its end is due is stopped, and its end waits until it is known what was done of it.
    """
    begun = change.follows if change.kind in FOLLOWING else None
    if begun is None:
        return False
    if not begun.is_finished and change.kind == DELETION:
        return True
    if not begun.is_finished and not _is_over(begun):
        return True
    undone = begun.undone_by.filter(state=State.DONE).exists()
    if not undone and begun.state not in (State.FAILED, State.CANCELLED):
        return _is_early(change, begun)
    what = "undone" if undone else "not done"
    call_off([change], f"There is nothing to end: “{begun}” was {what}.", revivable=not undone)
    return True


def _is_over(begun: Change) -> bool:
    """Stop what was meant to have ended by now; false while a call of it may still take effect."""
    if begun.state != State.CANCELLING:
        stop(begun, "The time that it was meant for is over.")
    finish(begun)
    return begun.is_finished


def _is_early(change: Change, begun: Change) -> bool:
    """What is to come days after the end of another change waits for them to pass."""
    days = change.data.get("days")
    if not days or begun.finished_at is None:
        return False
    due = begun.finished_at + timedelta(days=days)
    if due <= clock.now():
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
