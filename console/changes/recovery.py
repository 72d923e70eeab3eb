"""Steps that somebody began and did not end: what became of them stands in the ledger."""

from datetime import timedelta

from django.utils import timezone

from console.aws import settling
from console.aws.catalogue import CATALOGUE
from console.changes.models import Change, Step
from console.ledger.models import Entry

AGAIN = timedelta(seconds=15)
Outcome = Entry.Outcome
ENDS = {
    Outcome.DONE: Step.State.DONE,
    Outcome.APPLIED: Step.State.DONE,
    Outcome.REFUSED: Step.State.REFUSED,
    Outcome.NOT_APPLIED: Step.State.PENDING,
    Outcome.UNDETERMINED: Step.State.UNKNOWN,
}


def recover(change: Change) -> bool:
    """Find out about every step that was left running; false while AWS has to be asked again later."""
    left = [_settled(step) for step in change.steps.filter(state=Step.State.RUNNING)]
    if not all(left):
        change.turn_at = timezone.now() + AGAIN
    return all(left)


def _settled(step: Step) -> bool:
    """Without an intent nothing was sent, so the step is as it was before."""
    intent = Entry.objects.of_call(step.call).filter(kind=Entry.Kind.INTENT).first()
    if intent is None:
        step.end(Step.State.PENDING)
        return True
    found = _outcome(intent)
    if found is None and intent.at < timezone.now() - settling.QUIET:
        settling.settle_one(intent)
        found = _outcome(intent)
    if found is None:
        return False
    error = found.body.get("error") or {}
    result = {**(found.body.get("result") or {}), **_created(intent, found)}
    step.end(
        ENDS[Outcome(found.outcome)], code=error.get("code", ""), note=error.get("message", ""), result=result
    )
    return True


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
