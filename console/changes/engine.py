"""Run changes: short ones in the request, long ones in workers, each step once."""

import logging
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from console import clock
from console.actor import Actor
from console.aws import errors
from console.aws.catalogue import CATALOGUE
from console.aws.catalogue.inverses import CannotUndo
from console.celery import hint
from console.changes import attended_changes, budget, completion, drafts, execution, policies
from console.changes.execution import (
    call_step,
    is_known_unapplied,
    mark_outcome_unknown,
    refuse_step,
    run_step,
)
from console.changes.models import Change, Step
from console.changes.steps import PlannedStep
from console.changes.undo import draft_undo
from console.gateway import gateway, requirements
from console.jobs import LeaseLost
from console.mirror.models import Organization

logger = logging.getLogger(__name__)
State, StepState = Change.State, Step.State
SWEEP_TASK = "console.changes.tasks.sweep"
STARTABLE_STATES = (State.DRAFT, State.AWAITING, State.SCHEDULED)
MAX_INLINE_STEPS = 8  # steps that a request may run itself
APPROVAL_NEEDED = "A change policy requires approval for the steps that are left."
LEASE_DURATION = timedelta(seconds=90)  # longer than a step takes with all its reads and repeats
MAX_EXPIRED_LEASES = 5  # in a row, after which a change is paused: it may be what ends the workers
SLICE_SECONDS = 2.0  # seconds before it is another change's turn
SWEEP_SECONDS = 25.0
REQUEST_SECONDS = 15.0  # seconds that a request gives its own change
MAX_BUDGET_WAIT = 0.5  # seconds that a worker waits for the budget rather than doing something else


class ApprovalNeeded(Exception):
    """The write is stored as a change that needs approval by another operator."""

    def __init__(self, change: Change) -> None:
        super().__init__("another operator has to approve this first")
        self.change = change


def perform_write(
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
    """Perform one write as a change of one step; return and raise what `gateway.call` does.

    Raises `WantsApproval` where the organization asks for it. What was never sent leaves no change, nor
    the ends that were scheduled for it. `kept` gets the change before anything is sent; what it raises
    stops it.
    """
    given = {name: value for name, value in params.items() if value is not None}
    step = PlannedStep(operation, given, expects=expecting)
    named = title or CATALOGUE[operation].title
    change = drafts.create_change(
        actor, organization, named, [step], reason=reason, ticket=ticket, kind=kind, data=data
    )
    try:
        if kept:
            kept(change)
    except BaseException:
        completion.discard_change(change)
        raise
    if policies.needs_approval(change):
        raise ApprovalNeeded(change)
    return _run_at_once(actor, change)


def read_secret(
    actor: Actor,
    operation: str,
    organization: Organization,
    *,
    title: str,
    reason: str = "",
    ticket: str = "",
    **params: Any,
) -> dict[str, Any]:
    """Return an answer that is shown once and never stored.

    Raises `WantsApproval` with a change where the organization requires an approval: once it is approved,
    its requester runs it and is shown the answer then.
    """
    if requirements.get_requirements(organization).wants_approval(operation):
        step = PlannedStep(operation, params, label=title)
        raise ApprovalNeeded(
            drafts.create_change(actor, organization, title, [step], reason=reason, ticket=ticket)
        )
    return gateway.call(actor, operation, organization, reason=reason, ticket=ticket, **params)


def _run_at_once(actor: Actor, change: Change) -> dict[str, Any]:
    if not _begin_change(change, held=True):
        raise errors.Stopped
    step = change.steps.get()
    try:
        return call_step(actor, change, step)
    except BaseException as failure:
        _record_failed_call(change, step, failure)
        raise
    finally:
        _close_change(change)


def _record_failed_call(change: Change, step: Step, failure: BaseException) -> None:
    """Record a failure by what the audit log says; raise OutcomeUnknown where the failure does not say so."""
    if isinstance(failure, LeaseLost):
        raise errors.OutcomeUnknown("Another worker of the console has taken this change over.") from failure
    if not is_known_unapplied(step):
        mark_outcome_unknown(step, str(failure))
        change.turn_at = step.look_at or change.turn_at
        if isinstance(failure, errors.OutcomeUnknown) or not isinstance(failure, Exception):
            return
        raise _outcome_unknown(failure) from failure
    try:
        if isinstance(failure, errors.Refused | errors.Unreachable):
            refuse_step(step, failure)
        else:
            completion.discard_change(change)
    except Exception as fault:
        # The change is still there, so a worker may take it up.
        raise _outcome_unknown(fault) from fault


def _outcome_unknown(failure: BaseException) -> errors.OutcomeUnknown:
    name = type(failure).__name__
    return errors.OutcomeUnknown(f"The console failed before the result was recorded ({name}).", name)


def _close_change(change: Change) -> None:
    """End and release the change; a worker completes what fails here."""
    if change.pk is None:
        return
    try:
        completion.finish_change(change)
        _release_lease(change)
    except Exception:
        logger.exception("change %s could not be closed", change.pk)


def start_change(change: Change, actor: Actor | None = None, *, here: bool = False) -> Change:
    """Run the change here if short, else by a worker; schedule it or await approval if due.

    With `here` it begins here however long it is: what must not be stored is known here alone.

    Only a draft, an approved or a scheduled change starts; others stay as they are.
    """
    if change.state in STARTABLE_STATES and admit_change(change, here=here):
        run_admitted(change, actor)
    return change


def admit_change(change: Change, *, here: bool = False, **given: Any) -> bool:
    """Move the change to running, scheduled or awaiting approval; return false if it has moved on.

    `given` is stored by the UPDATE that changes the state, so one operator's values never belong to what
    another one has started.
    """
    for name, value in given.items():
        setattr(change, name, value)
    if policies.needs_approval(change):
        return _set_state(change, State.AWAITING, given)
    if change.not_before and change.not_before > clock.now():
        return _set_state(change, State.SCHEDULED, given)
    return _begin_change(change, held=here or change.total <= MAX_INLINE_STEPS, given=given)


def run_admitted(change: Change, actor: Actor | None = None) -> None:
    """Run an admitted change here if it was claimed, else by a worker."""
    if change.state != State.RUNNING:
        return
    if change.lease_until is not None:
        _run_claimed(change, actor or change.runner, time.monotonic() + REQUEST_SECONDS)
    hint(SWEEP_TASK)


def sweep() -> int:
    """Start due changes and run those under way; return the number of slices."""
    for due in Change.objects.filter(state=State.SCHEDULED, not_before__lte=clock.now()):
        try:
            if not completion.cancel_if_obsolete(due):
                start_change(due)
        except Exception:
            logger.exception("change %s is due and could not be started", due.pk)
    attended_changes.expire_approvals()
    deadline, slices = time.monotonic() + SWEEP_SECONDS, 0
    while time.monotonic() < deadline:
        change = Change.objects.due(clock.now()).select_related("organization").first()
        if change is None:
            break
        try:
            slices += run_change(change, change.runner, time.monotonic() + SLICE_SECONDS)
        except Exception:
            logger.exception("change %s failed; others go on", change.pk)
    return slices


def run_change(change: Change, actor: Actor, deadline: float) -> bool:
    """Run the change until the deadline; return false if another worker holds it."""
    if claim_change(change) is None:
        return False
    _run_claimed(change, actor, deadline)
    return True


def _run_claimed(change: Change, actor: Actor, deadline: float) -> None:
    """Run a claimed change and release its lease."""
    try:
        if _pause_if_fatal(change):
            return
        execution.recover_steps(change)
        if not completion.must_stop(change):
            _run_steps(change, actor, deadline)
        completion.finish_change(change)
    except LeaseLost:
        logger.info("change %s was taken over", change.pk)
        return
    except Exception:
        change.turn_at = clock.now() + execution.RETRY_DELAY
        raise
    finally:
        _release_lease(change)
    if change.is_finished and needs_rollback(change):
        roll_back(change)


def claim_change(change: Change) -> Change | None:
    """Claim the row for this worker."""
    is_ours = change.claim(Change.objects.due(clock.now()), LEASE_DURATION)
    return _refresh(change) if is_ours else None


def _pause_if_fatal(change: Change) -> bool:
    """Pause a change in which several workers in a row ended."""
    if change.expired_leases < MAX_EXPIRED_LEASES or change.state != State.RUNNING:
        return False
    change.paused = True
    note = (
        f"Paused: {MAX_EXPIRED_LEASES} workers in a row ended during this change."
        " Check their logs, then resume."
    )
    Change.objects.filter(pk=change.pk, attempt=change.attempt).update(paused=True, note=note)
    return True


def _begin_change(change: Change, *, held: bool, given: Mapping[str, Any] | None = None) -> bool:
    """Start the change, and with `held` claim it in the same UPDATE."""
    now = clock.now()
    begun = change.claim(
        Change.objects.filter(state=change.state),
        LEASE_DURATION if held else None,
        state=State.RUNNING,
        started_at=now,
        turn_at=now,
        note="",
        paused=False,
        **(given or {}),
    )
    _refresh(change)
    return begun


def _refresh(change: Change) -> Change:
    """Reload the row, keeping secrets."""
    secrets = change.secrets
    change.refresh_from_db()
    change.secrets = secrets
    return change


def _set_state(change: Change, state: Change.State, given: Mapping[str, Any]) -> bool:
    moved = Change.objects.filter(pk=change.pk, state=change.state).update(state=state, **given)
    _refresh(change)
    return bool(moved)


def _release_lease(change: Change) -> None:
    change.release(turn_at=max(clock.now(), change.turn_at))


def _renew_lease(change: Change) -> None:
    """Renew the lease and reload state and pause; raise `LeaseLost` if it is gone."""
    change.hold(LEASE_DURATION)
    change.state, change.paused = Change.objects.values_list("state", "paused").get(pk=change.pk)


def _run_steps(change: Change, actor: Actor, deadline: float) -> None:
    """Run the pending steps in order, checking policies before each.

    The policies are asked before each step, so one that was set meanwhile holds for the rest.
    """
    doubt = execution.PendingOutcomes(change)
    agreed = policies.StepApproval(change)
    for step in execution.iterate_pending_steps(change):
        if doubt.must_wait_all() or time.monotonic() >= deadline:
            break
        if doubt.holds(step):
            continue
        _renew_lease(change)
        if change.paused or change.state != State.RUNNING:
            return
        if not agreed.covers(step):
            _await_approval(change, policies.ALTERED if agreed.is_altered else APPROVAL_NEEDED)
            return
        if not (_wait_for_budget(change, step) and run_step(change, actor, step)):
            return
        if step.state == StepState.RUNNING:
            doubt.add(step)
        if completion.stops_after(change, step) or completion.pause_if_failing(change, step):
            return
    else:
        _postpone(change, doubt)
        return
    if doubt.must_wait_all():
        _postpone(change, doubt)


def _await_approval(change: Change, note: str) -> None:
    """Wait for another operator to approve the remaining steps."""
    mine = Change.objects.filter(pk=change.pk, attempt=change.attempt, state=State.RUNNING)
    if mine.update(state=State.AWAITING, note=note, approved_at=None):
        change.state, change.note, change.approved_at = State.AWAITING, note, None


def _postpone(change: Change, doubt: execution.PendingOutcomes) -> None:
    """Postpone the change until the next look at an unknown outcome."""
    if doubt.next_look:
        change.turn_at = max(change.turn_at, doubt.next_look)


def _wait_for_budget(change: Change, step: Step) -> bool:
    """Wait briefly for the call budget; return false if the wait is long."""
    calls = 1 + 2 * len(CATALOGUE[step.operation].reads)
    wait = budget.reserve_calls(change.organization, calls)
    if wait.total_seconds() <= MAX_BUDGET_WAIT:
        time.sleep(wait.total_seconds())
        return True
    budget.release_calls(change.organization, clock.now() + wait)
    change.turn_at = clock.now() + wait
    return False


def needs_rollback(change: Change) -> bool:
    if not change.reverts or change.state == State.DONE or change.undone_by.exists():
        return False
    return change.steps.filter(state=StepState.DONE).exists()


def roll_back(change: Change) -> None:
    """Roll back what was done, and note the result."""
    undone = start_rollback(change)
    note = (
        "It did not hold, so what was done was taken back."
        if undone
        else "It did not hold, and nothing could be taken back."
    )
    Change.objects.filter(pk=change.pk).update(note=note)
    change.note = note


def start_rollback(change: Change) -> Change | None:
    """Start the rollback of a change; return `None` if nothing can be undone."""
    try:
        undone = draft_undo(change.runner, change, reason=change.reason, ticket=change.ticket)
    except CannotUndo:
        return None
    return start_change(undone)
