"""Run one step: resolve its parameters, send it, record and recover its outcome."""

import logging
import secrets
import string
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from console import clock
from console.actor import Actor
from console.aws import errors
from console.aws.catalogue import CATALOGUE
from console.aws.redaction import redact_result
from console.changes import attended_changes, budget, completion
from console.changes.models import Change, Step
from console.changes.steps import find_links, get_absent_value, is_generated
from console.gateway import gateway, unknown_outcomes
from console.jobs import LeaseLost
from console.ledger import journal
from console.ledger.models import Entry
from console.operators import policy

logger = logging.getLogger(__name__)
StepState = Step.State
BATCH_SIZE = 100
PASSWORD_CHARACTERS = string.ascii_letters + string.digits
NOT_DONE_STATES = (Step.State.REFUSED, Step.State.SKIPPED, Step.State.UNKNOWN)


class ProofFailed(Exception):
    """A proof failed: AWS does not show the expected state."""

    code = "NotAsExpected"


def iterate_pending_steps(change: Change) -> Iterator[Step]:
    """Yield the pending steps in order, read in batches."""
    position = -1
    while chunk := list(
        change.steps.filter(state=Step.State.PENDING, position__gt=position).order_by("position")[:BATCH_SIZE]
    ):
        for step in chunk:
            step.change = change
            yield step
        position = chunk[-1].position


class PendingOutcomes:
    """The steps with an unknown outcome, and which steps must wait for them."""

    def __init__(self, change: Change) -> None:
        self.in_order = change.reverts or completion.concerns_one_entity(change)
        self.positions: set[int] = set()
        self.targets: set[str] = set()
        self.count = 0
        self.next_look: datetime | None = None
        for step in change.steps.filter(state=Step.State.RUNNING):
            self.add(step)

    def add(self, step: Step) -> None:
        self.count += 1
        self.next_look = min(filter(None, (self.next_look, step.look_at)), default=None)
        self._hold_back(step)

    def must_wait_all(self) -> bool:
        """Return whether no step may begin."""
        return self.count >= completion.MAX_UNKNOWN_STEPS or bool(self.count and self.in_order)

    def holds(self, step: Step) -> bool:
        """Return whether this step must wait: it depends on such a step or has the same target."""
        linked = {link.step for _, link in find_links(step.params)} | {step.needs}
        if not linked.isdisjoint(self.positions) or step.target in self.targets:
            self._hold_back(step)
            return True
        return False

    def _hold_back(self, step: Step) -> None:
        self.positions.add(step.position)
        self.targets |= {step.target} - {""}


def find_obstacle(change: Change, step: Step) -> str:
    """Return why the step cannot run, or ""."""
    if step.needs is not None:
        needed = change.steps.get(position=step.needs)
        if needed.state in NOT_DONE_STATES:
            return f"Step {needed.position + 1} ({needed}) was not done."
    if attended_changes.lacks_secrets(step) and step.position not in change.secrets:
        return "The console does not store the secret that was entered for this step. Start it again."
    if attended_changes.reveals_secret(step) and not change.is_attended:
        return "Only the operator who requested this can run it, on the page of the change."
    return ""


def resolve_params(change: Change, step: Step) -> dict[str, Any]:
    """Return all parameters: stored ones, secrets and results of earlier steps."""
    found = {**step.params, **change.secrets.get(step.position, {})}
    found |= {name: _earlier_result(change, link.step, link.member) for name, link in find_links(step.params)}
    return {name: generate_password() if is_generated(value) else value for name, value in found.items()}


def get_expected_values(step: Step) -> Mapping[str, Any] | None:
    """Return the values that must be unchanged: the form's or the preview's."""
    seen: Mapping[str, Any] | None = None if find_links(step.params) else step.before
    return seen if step.expects is None else step.expects


def require_proof(step: Step, answer: Mapping[str, Any]) -> None:
    shown = journal.plain(answer)
    for name, value in (step.expects or {}).items():
        if unwanted := get_absent_value(value):
            if unwanted in (shown.get(name) or []):
                raise ProofFailed(f"{name} should be without {unwanted}, but WorkMail still shows it.")
        elif (shown.get(name) or None) != (value or None):
            raise ProofFailed(f"{name} should be {value}, but WorkMail shows {shown.get(name) or 'nothing'}.")


def storable_result(operation: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the scalar values of the answer, without secrets."""
    plain: dict[str, Any] = journal.plain(redact_result(operation, answer))
    return {name: value for name, value in plain.items() if isinstance(value, str | int | float | bool)}


def generate_password() -> str:
    """Return a strong password with every class that WorkMail requires [documented]."""
    return "".join(secrets.choice(PASSWORD_CHARACTERS) for _ in range(40)) + "aA1!"


def _earlier_result(change: Change, position: int, member: str) -> Any:
    return change.steps.get(position=position).result.get(member)


FIRST_LOOK = unknown_outcomes.FIRST_LOOK
RETRY_DELAY = timedelta(seconds=15)
MAX_LOOK_INTERVAL = timedelta(minutes=10)  # between two looks at what cannot be found out for long
Outcome = Entry.Outcome
STATE_BY_OUTCOME = {
    Outcome.DONE: Step.State.DONE,
    Outcome.APPLIED: Step.State.DONE,
    Outcome.REFUSED: Step.State.REFUSED,
    Outcome.NOT_APPLIED: Step.State.PENDING,
    Outcome.UNDETERMINED: Step.State.UNKNOWN,
}


def recover_steps(change: Change) -> None:
    """Recover the steps that were left running and are due."""
    for step in change.steps.filter(state=Step.State.RUNNING):
        step.change = change
        if step.look_at is None or step.look_at <= clock.now():
            _recover_step(change, step)


def _recover_step(change: Change, step: Step) -> None:
    """Find the outcome in the audit log; without an intent nothing was sent."""
    intent = _find_intent(step)
    if intent is None:
        step.end(Step.State.PENDING)
        return
    found = _find_outcome(intent)
    if found is None and unknown_outcomes.is_due(intent):
        unknown_outcomes.settle_intent(intent)
        found = _find_outcome(intent)
    if found is None:
        step.mark_unknown(step.note, _next_look_delay(intent))
        return
    error = found.body.get("error") or {}
    result = {**(found.body.get("result") or {}), **_created_id(intent, found)}
    step.end(
        STATE_BY_OUTCOME[Outcome(found.outcome)],
        code=error.get("code", ""),
        note=error.get("message", ""),
        result=result,
    )
    completion.pause_if_failing(change, step)


def _next_look_delay(intent: Entry) -> timedelta:
    """Return when to look again: a delay that grows with the call's age."""
    now = clock.now()
    waited = max(FIRST_LOOK, min(now - intent.at, MAX_LOOK_INTERVAL))
    decides = intent.at + unknown_outcomes.QUIET_PERIOD - now
    return min(waited, decides) if decides > timedelta() else waited


def is_proven_unapplied(step: Step) -> bool:
    """Return whether the audit log proves that the call changed nothing."""
    intent = _find_intent(step)
    if intent is None:
        return True
    found = _find_outcome(intent)
    return found is not None and found.outcome in (Outcome.REFUSED, Outcome.NOT_APPLIED)


def _find_intent(step: Step) -> Entry | None:
    if step.call is None:
        return None
    return Entry.objects.of_call(step.call).filter(kind=Entry.Kind.INTENT).first()


def _find_outcome(intent: Entry) -> Entry | None:
    """Return the latest outcome other than `unknown`."""
    settled = Entry.objects.filter(call=intent.call, kind=Entry.Kind.OUTCOME).exclude(outcome=Outcome.UNKNOWN)
    return settled.order_by("-seq").first()


def _created_id(intent: Entry, found: Entry) -> dict[str, str]:
    """Return the id of a created object that settling found, for later steps."""
    creates = CATALOGUE[intent.operation].creates
    after = found.body.get("after") or {}
    shown = next((each for each in after.values() if isinstance(each, dict)), {})
    value = shown.get(creates)
    return {creates: str(value)} if creates and value else {}


# What runs the steps of an operation in place of the gateway; areas register theirs in `console.extensions`.
StepPerformer = Callable[[Actor, Step, dict[str, Any]], dict[str, Any]]
performers: dict[str, StepPerformer] = {}


class RetryLater(Exception):
    """A performer cannot run the step now; it is retried after `delay`."""

    def __init__(self, why: str, delay: timedelta = timedelta(seconds=10)) -> None:
        super().__init__(why)
        self.delay = delay


def mark_outcome_unknown(step: Step, note: str) -> None:
    """Mark the outcome as unknown; a failure to store that leaves the step running."""
    try:
        step.mark_unknown(note, FIRST_LOOK)
    except Exception:
        logger.exception("step %s of change %s is left running", step.position, step.change_id)


def is_known_unapplied(step: Step) -> bool:
    """Return whether it is known that the call changed nothing."""
    try:
        return is_proven_unapplied(step)
    except Exception:
        logger.exception("what became of %s of change %s cannot be read", step.operation, step.change_id)
        return False


def run_step(change: Change, actor: Actor, step: Step) -> bool:
    """Run one step; return false if the change has to wait after it."""
    if why := find_obstacle(change, step):
        step.end(StepState.SKIPPED, note=why)
        return True
    try:
        call_step(actor, change, step)
    except errors.Stopped:
        return False
    except Exception as failure:
        if isinstance(failure, LeaseLost):
            raise
        return record_failure(change, step, failure)
    budget.speed_up(change.organization)
    return True


def call_step(actor: Actor, change: Change, step: Step) -> dict[str, Any]:
    """Send the step with its resolved parameters and return the answer."""
    rule = CATALOGUE[step.operation]
    params = resolve_params(change, step)
    if not step.begin():
        raise errors.Stopped
    if performer := performers.get(step.operation):
        answer = performer(actor, step, params)
    elif rule.is_read:
        answer = gateway.call(actor, rule.name, change.organization, **params)
        require_proof(step, answer)
    else:
        answer = send_write(actor, step, params)
        if attended_changes.reveals_secret(step):
            change.answers[step.position] = answer
    try:
        step.end(StepState.DONE, result={**step.result, **storable_result(rule.name, answer)})
    except Exception:
        # The ledger has the outcome, so the call is done; recovery ends the step by it.
        logger.exception("step %s of change %s is done and could not be ended", step.position, change.pk)
    return answer


def send_write(
    actor: Actor,
    step: Step,
    params: Mapping[str, Any],
    *,
    operation: str = "",
    expecting: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Send the step's call through the gateway; performers may send another operation."""
    change = step.change
    return gateway.call(
        actor,
        operation or step.operation,
        change.organization,
        **change.why,
        expecting=get_expected_values(step) if expecting is None else expecting,
        call_id=step.call,
        fence=step,
        parties=change.parties,
        approval=change.approval,
        steps=change.total,
        **params,
    )


def record_failure(change: Change, step: Step, failure: Exception) -> bool:
    """Record why a step failed; return false if the change has to wait."""
    if not is_known_unapplied(step):
        logger.warning("the outcome of step %s of change %s is unknown", step.position, change.pk)
        mark_outcome_unknown(step, str(failure))
        return True
    match failure:
        case RetryLater():
            step.end(StepState.PENDING, note=str(failure))
            change.turn_at = clock.now() + failure.delay
            return False
        case errors.Busy():
            step.end(StepState.PENDING, note=str(failure))
            change.turn_at = clock.now() + timedelta(seconds=2)
            return False
        case errors.Throttled():
            budget.slow_down(change.organization)
            step.end(StepState.PENDING, note=str(failure))
            change.turn_at = clock.now() + timedelta(seconds=5)
            return False
        case errors.CallFailed() | policy.Denied() | policy.OutOfScope() | ProofFailed():
            refuse_step(step, failure)
            return True
    logger.exception("step %s of change %s failed", step.position, change.pk)
    step.mark_unknown(f"The console failed here ({type(failure).__name__}).", RETRY_DELAY)
    change.turn_at = clock.now() + RETRY_DELAY
    return False


def refuse_step(step: Step, failure: Exception) -> None:
    code = getattr(failure, "code", "") or type(failure).__name__
    step.end(StepState.REFUSED, code=code, note=str(failure))
