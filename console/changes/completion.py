"""End changes: final state, stop, pause on failures, and scheduled ends."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from console import clock
from console.actor import Actor
from console.changes.models import DELETION_KIND, END_KIND, FOLLOWING_KINDS, UNDER_WAY, Change, Step
from console.ledger import journal
from console.ledger.models import Entry
from console.plurals import number_of


def record_event(actor: Actor, change: Change, what: str, why: str = "") -> None:
    """Record an event of a change in the audit log; for one user, in their history."""
    journal.record_entry(
        actor,
        Entry.Kind.REQUESTED,
        organization=change.organization.organization_id,
        operation="RunChanges",
        target=str(change.data.get("entity_id") or f"change-{change.pk}"),
        target_name=change.title[:300],
        reason=why or change.reason,
        ticket=change.ticket,
        what=f"“{change.title}” {what}",
        change=change.pk,
        steps=change.total,
    )


State, StepState = Change.State, Step.State
CANARY_STEPS = 3  # the first steps of a long change: if one fails, somebody looks before the rest follows
LONG_CHANGE = 10  # steps from which on a change has a brake
MAX_UNKNOWN_STEPS = 3  # steps whose outcome may be unknown at once before no further step begins
TERM_KEY = "term"  # in a change's data: of what other scheduled ends are replaced once it is done
RESTORABLE_KEY = "revivable"  # in an end's data: it was called off since its beginning failed
CONSOLE_ACTOR = Actor.system("changes")
IDENTITY_MEMBERS = (
    "GroupId",
    "MemberId",
    "EntityId",
    "GranteeId",
    "UserId",
    "DeviceId",
)  # what an end is the end of
OPEN_STEPS = (StepState.PENDING, StepState.RUNNING)


def stop_change(change: Change, note: str) -> bool:
    """Let no further step begin; return false if the change has moved on."""
    with transaction.atomic():
        mine = Change.objects.filter(pk=change.pk, state=change.state)
        if not mine.update(state=State.CANCELLING, note=note[:1100], paused=False, turn_at=clock.now()):
            return False
        _skip_pending_steps(change, note)
    change.state = State.CANCELLING
    return True


def finish_change(change: Change) -> None:
    """Set the final state once every step has ended, and update scheduled ends."""
    change.state = Change.objects.values_list("state", flat=True).get(pk=change.pk)
    if change.state not in UNDER_WAY:
        return
    counts = change.counts()
    if change.state == State.CANCELLING:
        _skip_pending_steps(change, "The change was cancelled.")
        counts = change.counts()
    elif change.reverts and _count_failed(counts) and not counts.get(StepState.RUNNING):
        _skip_pending_steps(change, "A step before it failed.")
        counts = change.counts()
    if any(counts.get(state) for state in OPEN_STEPS):
        return
    came_to, now = _final_state(counts, change.state), clock.now()
    still_open = Exists(Step.objects.filter(change=OuterRef("pk"), state__in=OPEN_STEPS))
    with transaction.atomic():
        mine = Change.objects.filter(~still_open, pk=change.pk, state=change.state)
        if not mine.update(state=came_to, finished_at=now):
            return
        _update_scheduled_ends(change, came_to)
    change.state, change.finished_at = came_to, now


def _skip_pending_steps(change: Change, note: str) -> None:
    change.steps.filter(state=StepState.PENDING).update(state=StepState.SKIPPED, note=note[:1100])


def _update_scheduled_ends(change: Change, came_to: Change.State) -> None:
    """Cancel ends of what was not done, and earlier ends of the same grant."""
    if came_to in (State.FAILED, State.CANCELLED):
        ends = change.followed_by.filter(state=State.SCHEDULED, kind__in=FOLLOWING_KINDS)
        cancel_ends(ends, f"There is nothing to end: “{change}” was not done.", revivable=True)
    elif came_to == State.DONE and TERM_KEY in change.data:
        others = (
            find_scheduled_ends(change, change.data[TERM_KEY]).exclude(follows=change).exclude(pk=change.pk)
        )
        cancel_ends(others, "It was changed or ended in another way.")


def find_scheduled_ends(change: Change, identity: dict[str, str]) -> QuerySet[Change]:
    """Return the scheduled ends of exactly this grant."""
    coming = Step.objects.filter(
        change__organization=change.organization_id, change__state=State.SCHEDULED, change__kind=END_KIND
    )
    same = [step.change_id for step in coming if get_identity(step.params) == identity]
    return Change.objects.filter(pk__in=same)


def get_identity(params: dict[str, object]) -> dict[str, str]:
    """Return the ids that identify a grant, in lower case."""
    return {name: str(params[name]).casefold() for name in IDENTITY_MEMBERS if name in params}


def cancel_ends(ends: Iterable[Change], why: str, *, revivable: bool = False) -> None:
    """Cancel scheduled ends that have nothing to end, with audit entries."""
    for end in ends:
        with transaction.atomic():
            data = {**end.data, RESTORABLE_KEY: True} if revivable else end.data
            mine = Change.objects.filter(pk=end.pk, state=State.SCHEDULED)
            if mine.update(state=State.CANCELLED, note=why[:1100], finished_at=clock.now(), data=data):
                _skip_pending_steps(end, why)
                record_event(CONSOLE_ACTOR, end, "was cancelled", why)


def restore_ends(change: Change) -> None:
    """Schedule ends again that were cancelled when the change failed."""
    for end in change.followed_by.filter(state=State.CANCELLED, kind__in=FOLLOWING_KINDS):
        if end.data.get(RESTORABLE_KEY):
            with transaction.atomic():
                end.steps.filter(state=StepState.SKIPPED).update(state=StepState.PENDING, note="")
                mine = Change.objects.filter(pk=end.pk, state=State.CANCELLED)
                data = {name: value for name, value in end.data.items() if name != RESTORABLE_KEY}
                mine.update(state=State.SCHEDULED, note="", finished_at=None, data=data)


def discard_change(change: Change) -> None:
    """Delete an unsent change and its scheduled ends."""
    with transaction.atomic():
        change.followed_by.filter(kind__in=FOLLOWING_KINDS).delete()
        change.delete()


def _count_failed(counts: dict[str, int]) -> int:
    return counts.get(StepState.REFUSED, 0) + counts.get(StepState.UNKNOWN, 0)


def _final_state(counts: dict[str, int], state: str) -> Change.State:
    """Return the final state from the steps that were done."""
    done, cancelled = counts.get(StepState.DONE, 0), state == State.CANCELLING
    if done == sum(counts.values()) and (done or not cancelled):
        return State.DONE
    if done or counts.get(StepState.UNKNOWN):
        return State.PARTLY
    return State.CANCELLED if cancelled else State.FAILED


def must_stop(change: Change) -> bool:
    """Return whether a step of a change that rolls back has failed."""
    return change.reverts and bool(_count_failed(change.counts()))


def stops_after(change: Change, step: Step) -> bool:
    """Return whether the rollback after this step lets no other begin."""
    return change.reverts and step.state in (StepState.REFUSED, StepState.UNKNOWN)


def pause_if_failing(change: Change, step: Step) -> bool:
    """Pause a long change if its first steps or too many fail; changes of one entity continue."""
    has_failed = step.state in (StepState.REFUSED, StepState.UNKNOWN)
    if concerns_one_entity(change) or change.total < LONG_CHANGE or not has_failed:
        return False
    counts = change.counts()
    failed = _count_failed(counts)
    ended = failed + counts.get(StepState.DONE, 0)
    if ended > CANARY_STEPS and failed * 100 <= change.brake * ended:
        return False
    note = (
        f"Paused: {failed} of the first {number_of(ended, 'step')} failed."
        " Look at them, then let it go on or cancel the rest."
    )
    Change.objects.filter(pk=change.pk, state=State.RUNNING).update(paused=True, note=note)
    change.paused, change.note = True, note
    return True


def concerns_one_entity(change: Change) -> bool:
    return "entity_id" in change.data or "capsule" in change.data


def cancel_if_obsolete(change: Change) -> bool:
    """Return true if a due end has nothing to end or must wait; cancel or postpone it."""
    begun = change.follows if change.kind in FOLLOWING_KINDS else None
    if begun is None:
        return False
    if not begun.is_finished and change.kind == DELETION_KIND:
        return True
    if not begun.is_finished and not _end_beginning(begun):
        return True
    undone = begun.undone_by.filter(state=State.DONE).exists()
    if not undone and begun.state not in (State.FAILED, State.CANCELLED):
        return _postpone_if_early(change, begun)
    what = "undone" if undone else "not done"
    cancel_ends([change], f"There is nothing to end: “{begun}” was {what}.", revivable=not undone)
    return True


def _end_beginning(begun: Change) -> bool:
    """Stop the beginning; return false while one of its calls may still take effect."""
    if begun.state != State.CANCELLING:
        stop_change(begun, "The time that it was meant for is over.")
    finish_change(begun)
    return begun.is_finished


def _postpone_if_early(change: Change, begun: Change) -> bool:
    """Postpone an end that is due some days after its beginning ended."""
    days = change.data.get("days")
    if not days or begun.finished_at is None:
        return False
    due = begun.finished_at + timedelta(days=days)
    if due <= clock.now():
        return False
    Change.objects.filter(pk=change.pk, state=State.SCHEDULED).update(not_before=due)
    return True
