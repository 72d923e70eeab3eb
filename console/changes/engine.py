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

from django.db.models import Case, F, Value, When

from console import clock
from console.actor import Actor
from console.aws import errors
from console.aws.catalogue import CATALOGUE
from console.celery import hint
from console.changes import attended, budget, conditions, drafting, ending, recovery, resolving
from console.changes.models import Change, Lost, Step
from console.changes.plans import Planned
from console.gateway import gateway, requirements
from console.mirror.models import Organization
from console.operators import policy

logger = logging.getLogger(__name__)
State, StepState = Change.State, Step.State
TASK = "console.changes.tasks.sweep"
STARTABLE = (State.DRAFT, State.AWAITING, State.SCHEDULED)
INLINE = 8  # steps that a request may run itself
WANTED = "A change policy requires approval for the steps that are left."
LEASE = timedelta(seconds=90)  # longer than a step takes with all its reads and repeats
EXPIRED_LEASES = 5  # in a row, after which a change is paused: it may be what ends the workers
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
    """The write is stored as a change that another operator has to approve first."""

    def __init__(self, change: Change) -> None:
        super().__init__("another operator has to approve this first")
        self.change = change


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
    data: Mapping[str, Any] | None = None,
    **params: Any,
) -> dict[str, Any]:
    """One write as a change of one step, done at once; returns and raises what `gateway.call` does.

    Raises `WantsApproval` where the organization asks for it. What was never sent leaves no change, nor
    the ends that were scheduled for it. `kept` gets the change before anything is sent; what it raises
    stops it.
    """
    given = {name: value for name, value in params.items() if value is not None}
    step = Planned(operation, given, expects=expecting)
    named = title or CATALOGUE[operation].title
    change = drafting.keep(
        actor, organization, named, [step], reason=reason, ticket=ticket, kind=kind, data=data
    )
    try:
        if kept:
            kept(change)
    except BaseException:
        ending.discard(change)
        raise
    if conditions.wants_approval(change):
        raise WantsApproval(change)
    return _at_once(actor, change)


def reveal(
    actor: Actor,
    operation: str,
    organization: Organization,
    *,
    title: str,
    reason: str = "",
    ticket: str = "",
    **params: Any,
) -> dict[str, Any]:
    """Return an answer that is shown to its reader alone and stored nowhere.

    Raises `WantsApproval` with a change where the organization requires an approval: once it is approved,
    its requester runs it and is shown the answer then.
    """
    if requirements.get(organization).wants_approval(operation):
        step = Planned(operation, params, label=title)
        raise WantsApproval(drafting.keep(actor, organization, title, [step], reason=reason, ticket=ticket))
    return gateway.call(actor, operation, organization, reason=reason, ticket=ticket, **params)


def _at_once(actor: Actor, change: Change) -> dict[str, Any]:
    if not _begin(change, held=True):
        raise errors.Stopped
    step = change.steps.get()
    try:
        return _call(actor, change, step)
    except BaseException as failure:
        _account(change, step, failure)
        raise
    finally:
        _close(change)


def _account(change: Change, step: Step, failure: BaseException) -> None:
    """Enter a failure by what the ledger says of the call, not by what the exception claims.

    Raises OutcomeUnknown in the place of a failure that does not say so itself.
    """
    if isinstance(failure, Lost):
        raise errors.OutcomeUnknown("Another worker of the console has taken this change over.") from failure
    if not _is_undone(step):
        _suspect(step, str(failure))
        change.turn_at = step.look_at or change.turn_at
        if isinstance(failure, errors.OutcomeUnknown) or not isinstance(failure, Exception):
            return
        raise _unknown(failure) from failure
    try:
        if isinstance(failure, errors.Refused | errors.Unreachable):
            _refuse(step, failure)
        else:
            ending.discard(change)
    except Exception as fault:
        # The change is still there, so a worker may take it up.
        raise _unknown(fault) from fault


def _unknown(failure: BaseException) -> errors.OutcomeUnknown:
    name = type(failure).__name__
    return errors.OutcomeUnknown(f"The console failed before the result was recorded ({name}).", name)


def _suspect(step: Step, note: str) -> None:
    """Say that the outcome is unknown; if that cannot be entered the step is running all the same."""
    try:
        step.suspect(note, recovery.FIRST_LOOK)
    except Exception:
        logger.exception("step %s of change %s is left running", step.position, step.change_id)


def _is_undone(step: Step) -> bool:
    """Whether it is known that the step's call changed nothing."""
    try:
        return recovery.is_undone(step)
    except Exception:
        logger.exception("what became of %s of change %s cannot be read", step.operation, step.change_id)
        return False


def _close(change: Change) -> None:
    """End and release it; what a fault leaves undone here a worker does once the lease is over."""
    if change.pk is None:
        return
    try:
        ending.finish(change)
        _release(change)
    except Exception:
        logger.exception("change %s could not be closed", change.pk)


def start(change: Change, actor: Actor | None = None, *, here: bool = False) -> Change:
    """Let it run: here if it is short, by a worker if not; schedule or ask for approval where that is due.

    With `here` it begins here however long it is: what must not be stored is known here alone.

    Only a draft, an approved or a scheduled change starts; others stay as they are.
    """
    if change.state in STARTABLE and admit(change, here=here):
        proceed(change, actor)
    return change


def admit(change: Change, *, here: bool = False, **given: Any) -> bool:
    """Let it begin, or wait for its time or an approval; false if it has moved on meanwhile.

    `given` is stored by the UPDATE that changes the state, so one operator's values never belong to what
    another one has started.
    """
    for name, value in given.items():
        setattr(change, name, value)
    if conditions.wants_approval(change):
        return _put(change, State.AWAITING, given)
    if change.not_before and change.not_before > clock.now():
        return _put(change, State.SCHEDULED, given)
    return _begin(change, held=here or change.total <= INLINE, given=given)


def proceed(change: Change, actor: Actor | None = None) -> None:
    """Work on what was admitted: here if it was claimed for this process, by a worker if not."""
    if change.state != State.RUNNING:
        return
    if change.lease_until is not None:
        _run_held(change, actor or change.runner, time.monotonic() + REQUEST)
    hint(TASK)


def sweep() -> int:
    """Start what is due and work on what runs, each in its turn; returns the number of slices."""
    for due in Change.objects.filter(state=State.SCHEDULED, not_before__lte=clock.now()):
        try:
            if not ending.is_moot(due):
                start(due)
        except Exception:
            logger.exception("change %s is due and could not be started", due.pk)
    attended.expire_approvals()
    deadline, slices = time.monotonic() + SWEEP, 0
    while time.monotonic() < deadline:
        change = Change.objects.due(clock.now()).select_related("organization").first()
        if change is None:
            break
        try:
            slices += run(change, change.runner, time.monotonic() + SLICE)
        except Exception:
            logger.exception("change %s failed; others go on", change.pk)
    return slices


def run(change: Change, actor: Actor, deadline: float) -> bool:
    """Work on it until the deadline, if nobody else does; false if somebody does."""
    if claim(change) is None:
        return False
    _run_held(change, actor, deadline)
    return True


def _run_held(change: Change, actor: Actor, deadline: float) -> None:
    """Work on a change whose lease this process holds, and give the lease back."""
    try:
        if _pause_if_fatal(change):
            return
        recovery.recover(change)
        if not ending.has_to_stop(change):
            _work(change, actor, deadline)
        ending.finish(change)
    except Lost:
        logger.info("change %s was taken over", change.pk)
        return
    except Exception:
        change.turn_at = clock.now() + recovery.AGAIN
        raise
    finally:
        _release(change)
    if change.is_finished and ending.wants_reverting(change):
        ending.revert(change)


def claim(change: Change) -> Change | None:
    """One conditional UPDATE: of any number of workers one gets the row, with a new attempt."""
    now = clock.now()
    due = Change.objects.due(now).filter(pk=change.pk, attempt=change.attempt).order_by()
    expired = Case(When(lease_until=None, then=Value(0)), default=F("expired_leases") + 1)
    if not due.update(attempt=F("attempt") + 1, lease_until=now + LEASE, expired_leases=expired):
        return None
    return _reread(change)


def _pause_if_fatal(change: Change) -> bool:
    """Pause a change during which one worker after the other ended."""
    if change.expired_leases < EXPIRED_LEASES or change.state != State.RUNNING:
        return False
    change.paused = True
    note = (
        f"Paused: {EXPIRED_LEASES} workers in a row ended during this change. Check their logs, then resume."
    )
    Change.objects.filter(pk=change.pk, attempt=change.attempt).update(paused=True, note=note)
    return True


def _begin(change: Change, *, held: bool, given: Mapping[str, Any] | None = None) -> bool:
    """Begin it, and with `held` claim it for this process in the same UPDATE; false if it has moved on.

    No worker can take it in between, so what is known to this process alone is still here to be sent.
    """
    now = clock.now()
    begun = Change.objects.filter(pk=change.pk, state=change.state, attempt=change.attempt).update(
        state=State.RUNNING,
        started_at=now,
        turn_at=now,
        note="",
        paused=False,
        attempt=F("attempt") + 1,
        lease_until=now + LEASE if held else None,
        **(given or {}),
    )
    _reread(change)
    return bool(begun)


def _reread(change: Change) -> Change:
    """Refresh it, but for what only this process knows."""
    secrets = change.secrets
    change.refresh_from_db()
    change.secrets = secrets
    return change


def _put(change: Change, state: Change.State, given: Mapping[str, Any]) -> bool:
    moved = Change.objects.filter(pk=change.pk, state=change.state).update(state=state, **given)
    _reread(change)
    return bool(moved)


def _release(change: Change) -> None:
    mine = Change.objects.filter(pk=change.pk, attempt=change.attempt)
    mine.update(lease_until=None, turn_at=max(clock.now(), change.turn_at))


def _hold(change: Change) -> None:
    """Prove that the row is still this worker's, and learn whether somebody wants it to stop."""
    mine = Change.objects.filter(pk=change.pk, attempt=change.attempt)
    if not mine.update(lease_until=clock.now() + LEASE):
        raise Lost
    change.state, change.paused = Change.objects.values_list("state", "paused").get(pk=change.pk)


def _work(change: Change, actor: Actor, deadline: float) -> None:
    """Do step after step; those that depend on one whose outcome is unknown wait for it.

    The policies are asked before each step, so one that was set meanwhile holds for the rest.
    """
    doubt = resolving.Doubt(change)
    agreed = conditions.Agreement(change)
    for step in resolving.waiting(change):
        if doubt.holds_all() or time.monotonic() >= deadline:
            break
        if doubt.holds(step):
            continue
        _hold(change)
        if change.paused or change.state != State.RUNNING:
            return
        if not agreed.covers(step):
            _await_approval(change, conditions.ALTERED if agreed.is_altered else WANTED)
            return
        if not (_affords(change, step) and _one(change, actor, step)):
            return
        if step.state == StepState.RUNNING:
            doubt.add(step)
        if ending.stops(change, step) or ending.brakes(change, step):
            return
    else:
        _wait_for_answers(change, doubt)
        return
    if doubt.holds_all():
        _wait_for_answers(change, doubt)


def _await_approval(change: Change, note: str) -> None:
    """Give the change back until another operator has approved what is left of it."""
    mine = Change.objects.filter(pk=change.pk, attempt=change.attempt, state=State.RUNNING)
    if mine.update(state=State.AWAITING, note=note, approved_at=None):
        change.state, change.note, change.approved_at = State.AWAITING, note, None


def _wait_for_answers(change: Change, doubt: resolving.Doubt) -> None:
    """Nothing can begin before it is known what became of the steps in doubt."""
    if doubt.next_look:
        change.turn_at = max(change.turn_at, doubt.next_look)


def _affords(change: Change, step: Step) -> bool:
    """Wait for the organization's budget if it is a moment; else give the turn away until then."""
    calls = 1 + 2 * len(CATALOGUE[step.operation].reads)
    wait = budget.reserve(change.organization, calls)
    if wait.total_seconds() <= PATIENT:
        time.sleep(wait.total_seconds())
        return True
    budget.give_back(change.organization, clock.now() + wait)
    change.turn_at = clock.now() + wait
    return False


def _one(change: Change, actor: Actor, step: Step) -> bool:
    """One step; false if the change has to wait after it."""
    if why := resolving.obstacle(change, step):
        step.end(StepState.SKIPPED, note=why)
        return True
    try:
        _call(actor, change, step)
    except errors.Stopped:
        return False
    except Exception as failure:
        if isinstance(failure, Lost):
            raise
        return _enter(change, step, failure)
    budget.faster(change.organization)
    return True


def _call(actor: Actor, change: Change, step: Step) -> dict[str, Any]:
    """Do it, with what earlier steps brought; the answer, of which the row keeps what is no secret."""
    rule = CATALOGUE[step.operation]
    params = resolving.params(change, step)
    if not step.begin():
        raise errors.Stopped
    if performer := performers.get(step.operation):
        answer = performer(actor, step, params)
    elif rule.is_read:
        answer = gateway.call(actor, rule.name, change.organization, **params)
        resolving.require_shown(step, answer)
    else:
        answer = write(actor, step, params)
        if attended.reveals(step):
            change.answers[step.position] = answer
    try:
        step.end(StepState.DONE, result={**step.result, **resolving.kept(rule.name, answer)})
    except Exception:
        # The ledger has the outcome, so the call is done; recovery ends the step by it.
        logger.exception("step %s of change %s is done and could not be ended", step.position, change.pk)
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
        **change.why,
        expecting=resolving.expected(step) if expecting is None else expecting,
        call_id=step.call,
        fence=step,
        parties=change.parties,
        approval=change.approval,
        steps=change.total,
        **params,
    )


def _enter(change: Change, step: Step, failure: Exception) -> bool:
    """Enter why a step failed, by what the ledger says of its call; false if the change has to wait.

    A call that may have happened leaves the step running: recovery finds out.
    """
    if not _is_undone(step):
        logger.warning("the outcome of step %s of change %s is unknown", step.position, change.pk)
        _suspect(step, str(failure))
        return True
    match failure:
        case NotYet():
            step.end(StepState.PENDING, note=str(failure))
            change.turn_at = clock.now() + failure.delay
            return False
        case errors.Busy():
            step.end(StepState.PENDING, note=str(failure))
            change.turn_at = clock.now() + timedelta(seconds=2)
            return False
        case errors.Throttled():
            budget.slower(change.organization)
            step.end(StepState.PENDING, note=str(failure))
            change.turn_at = clock.now() + timedelta(seconds=5)
            return False
        case errors.CallFailed() | policy.Denied() | policy.OutOfScope() | resolving.NotShown():
            _refuse(step, failure)
            return True
    logger.exception("step %s of change %s failed", step.position, change.pk)
    step.suspect(f"The console failed here ({type(failure).__name__}).", recovery.AGAIN)
    change.turn_at = clock.now() + recovery.AGAIN
    return False


def _refuse(step: Step, failure: Exception) -> None:
    code = getattr(failure, "code", "") or type(failure).__name__
    step.end(StepState.REFUSED, code=code, note=str(failure))
