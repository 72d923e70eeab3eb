"""Steps that were begun and did not end: what became of them stands in the ledger."""

from datetime import timedelta

from console import clock
from console.aws.catalogue import CATALOGUE
from console.changes import ending
from console.changes.models import Change, Step
from console.gateway import unknown_outcomes
from console.ledger.models import Entry

FIRST_LOOK = unknown_outcomes.FIRST_LOOK
AGAIN = timedelta(seconds=15)
RARELY = timedelta(minutes=10)  # between two looks at what cannot be found out for long
Outcome = Entry.Outcome
ENDS = {
    Outcome.DONE: Step.State.DONE,
    Outcome.APPLIED: Step.State.DONE,
    Outcome.REFUSED: Step.State.REFUSED,
    Outcome.NOT_APPLIED: Step.State.PENDING,
    Outcome.UNDETERMINED: Step.State.UNKNOWN,
}


def recover(change: Change) -> None:
    """Find out about the steps that were left running, as far as it is time to look."""
    for step in change.steps.filter(state=Step.State.RUNNING):
        step.change = change
        if step.look_at is None or step.look_at <= clock.now():
            _recover(change, step)


def _recover(change: Change, step: Step) -> None:
    """Without an intent nothing was sent, so the step is as it was before."""
    intent = _intent(step)
    if intent is None:
        step.end(Step.State.PENDING)
        return
    found = _outcome(intent)
    if found is None and unknown_outcomes.is_due(intent):
        unknown_outcomes.settle_one(intent)
        found = _outcome(intent)
    if found is None:
        step.suspect(step.note, _patience(intent))
        return
    error = found.body.get("error") or {}
    result = {**(found.body.get("result") or {}), **_created(intent, found)}
    step.end(
        ENDS[Outcome(found.outcome)], code=error.get("code", ""), note=error.get("message", ""), result=result
    )
    ending.brakes(change, step)


def _patience(intent: Entry) -> timedelta:
    """Wait as long as the call has been open already, and not beyond the moment that decides."""
    now = clock.now()
    waited = max(FIRST_LOOK, min(now - intent.at, RARELY))
    decides = intent.at + unknown_outcomes.QUIET - now
    return min(waited, decides) if decides > timedelta() else waited


def is_undone(step: Step) -> bool:
    """Whether the ledger proves that the step's call changed nothing: no intent, or a refusal."""
    intent = _intent(step)
    if intent is None:
        return True
    found = _outcome(intent)
    return found is not None and found.outcome in (Outcome.REFUSED, Outcome.NOT_APPLIED)


def _intent(step: Step) -> Entry | None:
    if step.call is None:
        return None
    return Entry.objects.of_call(step.call).filter(kind=Entry.Kind.INTENT).first()


def _outcome(intent: Entry) -> Entry | None:
    """A finding, which beats `unknown`."""
    settled = Entry.objects.filter(call=intent.call, kind=Entry.Kind.OUTCOME).exclude(outcome=Outcome.UNKNOWN)
    return settled.order_by("-seq").first()


def _created(intent: Entry, found: Entry) -> dict[str, str]:
    """The id of what a creation made, where looking found it: later steps wait for it."""
    creates = CATALOGUE[intent.operation].creates
    after = found.body.get("after") or {}
    shown = next((each for each in after.values() if isinstance(each, dict)), {})
    value = shown.get(creates)
    return {creates: str(value)} if creates and value else {}
