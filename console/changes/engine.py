"""Runs changes: short ones in the request, long ones by workers, each step once, whoever is killed.

A step is written down as running, with the id that its intent in the ledger will have, before AWS
is called. Whoever finds a running step that nobody holds any more looks there: without an intent
nothing was sent; with one, settling says what became of it. Nothing is repeated on a guess.
"""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from console.aws import errors, gateway
from console.aws.catalogue import CATALOGUE
from console.celery import hint
from console.changes import budget, conditions, drafting, ending, recovery, resolving
from console.changes.models import Change, Step
from console.changes.plans import Planned
from console.mirror.models import Organization
from console.operators import policy
from console.operators.actors import Actor

logger = logging.getLogger(__name__)
State, StepState = Change.State, Step.State
TASK = "console.changes.tasks.sweep"
INLINE = 8  # steps that a request may run itself
LEASE = timedelta(seconds=90)  # longer than a step takes with all its reads and repeats
SLICE = 2.0  # seconds before it is another change's turn
SWEEP = 25.0
REQUEST = 15.0  # seconds that a request gives its own change
PATIENT = 0.5  # seconds that a worker waits for the budget rather than doing something else
# Operations that the console does in its own way, such as queueing an export: what answers for a step.
Performer = Callable[[Actor, Step, dict[str, Any]], dict[str, Any]]
performers: dict[str, Performer] = {}


class NotYet(Exception):
    """A performer's step that cannot be done now; it is tried again after `delay`."""

    def __init__(self, why: str, delay: timedelta = timedelta(seconds=10)) -> None:
        super().__init__(why)
        self.delay = delay


class WantsApproval(Exception):
    """The write is kept as a change that somebody else has to agree to first."""

    def __init__(self, change: Change) -> None:
        super().__init__("somebody else has to approve this first")
        self.change = change


class Lost(Exception):
    """Another worker has taken the change over."""


def perform(
    actor: Actor,
    operation: str,
    organization: Organization,
    *,
    title: str = "",
    reason: str = "",
    ticket: str = "",
    expecting: Mapping[str, Any] | None = None,
    kind: str = "",
    kept: Callable[[Change], None] | None = None,
    **params: Any,
) -> dict[str, Any]:
    """One write as a change of one step, done at once; returns and raises what `gateway.call` does.

    Raises `WantsApproval` where the organization asks for it. What was never sent leaves no change.
    `kept` gets the change before anything is sent; what it raises stops it.
    """
    given = {name: value for name, value in params.items() if value is not None}
    step = Planned(operation, given, expects=expecting)
    named = title or CATALOGUE[operation].title
    change = drafting.keep(actor, organization, named, [step], reason=reason, ticket=ticket, kind=kind)
    try:
        if kept:
            kept(change)
    except BaseException:
        change.delete()
        raise
    if conditions.wants_approval(change):
        raise WantsApproval(change)
    return _at_once(actor, change)


def _at_once(actor: Actor, change: Change) -> dict[str, Any]:
    _begin(change)
    lease = claim(change)
    assert lease is not None
    step = change.steps.get()
    try:
        return _call(actor, change, step)
    except (errors.Invalid, errors.Changed, policy.Denied, policy.OutOfScope):
        change.delete()
        raise
    except BaseException as failure:
        _enter(step, failure)
        raise
    finally:
        if change.pk:
            ending.finish(change)
            _release(change)


def start(change: Change, actor: Actor | None = None, *, here: bool = False) -> Change:
    """Let it run: here if it is short, by a worker if not; schedule or ask for approval where that is due.

    With `here` it begins here however long it is: what must not be stored is known here alone.

    Only a draft, an approved or a scheduled change starts; others stay as they are.
    """
    if change.state not in (State.DRAFT, State.AWAITING, State.SCHEDULED):
        return change
    if conditions.wants_approval(change):
        return _put(change, State.AWAITING)
    if change.not_before and change.not_before > timezone.now():
        return _put(change, State.SCHEDULED)
    _begin(change)
    if here or change.total <= INLINE:
        run(change, actor or change.requester, time.monotonic() + REQUEST)
    hint(TASK)
    return change


def sweep() -> int:
    """Start what is due and work on what runs, each in its turn; returns the number of slices."""
    for due in Change.objects.filter(state=State.SCHEDULED, not_before__lte=timezone.now()):
        if not ending.is_moot(due):
            start(due)
    deadline, slices = time.monotonic() + SWEEP, 0
    while time.monotonic() < deadline:
        change = Change.objects.due(timezone.now()).select_related("organization").first()
        if change is None:
            break
        slices += run(change, change.requester, time.monotonic() + SLICE)
    return slices


def run(change: Change, actor: Actor, deadline: float) -> bool:
    """Work on it until the deadline, if nobody else does; false if somebody does."""
    if claim(change) is None:
        return False
    try:
        if recovery.recover(change):
            _work(change, actor, deadline)
        ending.finish(change)
    except Lost:
        logger.info("change %s was taken over", change.pk)
        return True
    _release(change)
    if change.is_finished and ending.wants_reverting(change):
        ending.revert(change)
    return True


def claim(change: Change) -> Change | None:
    """One conditional UPDATE: of any number of workers one gets the row, with a new attempt."""
    now = timezone.now()
    due = Change.objects.due(now).filter(pk=change.pk, attempt=change.attempt).order_by()
    taken = Change.objects.filter(pk__in=due.values("pk"), attempt=change.attempt)
    if not taken.update(attempt=F("attempt") + 1, lease_until=now + LEASE):
        return None
    secrets = change.secrets
    change.refresh_from_db()
    change.secrets = secrets
    return change


def _begin(change: Change) -> None:
    now = timezone.now()
    begun = Change.objects.filter(pk=change.pk, state=change.state)
    begun.update(state=State.RUNNING, started_at=now, turn_at=now, note="", paused=False)
    change.state, change.started_at, change.turn_at = State.RUNNING, now, now


def _put(change: Change, state: Change.State) -> Change:
    Change.objects.filter(pk=change.pk, state=change.state).update(state=state)
    change.state = state
    return change


def _release(change: Change) -> None:
    mine = Change.objects.filter(pk=change.pk, attempt=change.attempt)
    mine.update(lease_until=None, turn_at=max(timezone.now(), change.turn_at))


def _hold(change: Change) -> None:
    """Prove that the row is still this worker's, and learn whether somebody wants it to stop."""
    mine = Change.objects.filter(pk=change.pk, attempt=change.attempt)
    if not mine.update(lease_until=timezone.now() + LEASE):
        raise Lost
    change.state, change.paused = Change.objects.values_list("state", "paused").get(pk=change.pk)


def _work(change: Change, actor: Actor, deadline: float) -> None:
    for step in resolving.waiting(change):
        _hold(change)
        if change.paused or change.state != State.RUNNING or time.monotonic() >= deadline:
            return
        if not _affords(change, step):
            return
        if not _one(change, actor, step):
            return
        if ending.stops(change, step) or ending.brakes(change, step):
            return


def _affords(change: Change, step: Step) -> bool:
    """Wait for the organization's budget if it is a moment; else give the turn away until then."""
    calls = 1 + 2 * len(CATALOGUE[step.operation].reads)
    wait = budget.reserve(change.organization, calls)
    if wait.total_seconds() <= PATIENT:
        time.sleep(wait.total_seconds())
        return True
    budget.give_back(change.organization, timezone.now() + wait)
    change.turn_at = timezone.now() + wait
    return False


def _one(change: Change, actor: Actor, step: Step) -> bool:
    """One step; false if the change has to wait after it."""
    if why := resolving.obstacle(change, step):
        step.end(StepState.SKIPPED, note=why)
        return True
    try:
        _call(actor, change, step)
    except NotYet as waiting:
        step.end(StepState.PENDING, note=str(waiting))
        change.turn_at = timezone.now() + waiting.delay
        return False
    except errors.Throttled as throttled:
        budget.slower(change.organization)
        step.end(StepState.PENDING, note=str(throttled))
        change.turn_at = timezone.now() + timedelta(seconds=5)
        return False
    except Exception as failure:
        _enter(step, failure)
        change.turn_at = timezone.now() + (recovery.AGAIN if step.state == StepState.RUNNING else timedelta())
        return step.state != StepState.RUNNING
    budget.faster(change.organization)
    return True


def _call(actor: Actor, change: Change, step: Step) -> dict[str, Any]:
    """Do it, with what earlier steps brought; the answer, of which the row keeps what is no secret."""
    rule = CATALOGUE[step.operation]
    params = resolving.params(change, step)
    step.begin()
    if performer := performers.get(step.operation):
        answer = performer(actor, step, params)
    elif rule.is_read:
        answer = gateway.call(actor, rule.name, change.organization, **params)
        resolving.require_shown(step, answer)
    else:
        answer = write(actor, step, params)
    step.end(StepState.DONE, result=resolving.kept(rule.name, answer))
    return answer


def write(
    actor: Actor,
    step: Step,
    params: Mapping[str, Any],
    *,
    operation: str = "",
    expecting: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Send it so that whoever comes after a crash finds it; performers may send something else instead."""
    change = step.change
    return gateway.call(
        actor,
        operation or step.operation,
        change.organization,
        reason=change.reason,
        ticket=change.ticket,
        expecting=resolving.expected(step) if expecting is None else expecting,
        call_id=step.call,
        **params,
    )


def _enter(step: Step, failure: BaseException) -> None:
    """A call that may have happened stays running: recovery finds out."""
    if isinstance(failure, errors.Unreachable) and failure.sent:
        step.note = str(failure)[:1100]
        step.save(update_fields=["note"])
        return
    code = getattr(failure, "code", "") or type(failure).__name__
    if isinstance(failure, errors.CallFailed | policy.Denied | policy.OutOfScope | resolving.NotShown):
        step.end(StepState.REFUSED, code=code, note=str(failure))
        return
    logger.exception("step %s of change %s failed", step.position, step.change_id)
    with transaction.atomic():
        step.note = f"The console failed here ({code})."
        step.save(update_fields=["note"])
