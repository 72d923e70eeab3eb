"""What a change would make different, read from AWS step by step, before anybody agrees to it."""

import time
from typing import Any

from django.db.models import Exists, OuterRef

from console import clock
from console.aws import changed_fields, errors
from console.aws.catalogue import CATALOGUE
from console.changes import budget
from console.changes.models import Change, Step
from console.changes.plans import links
from console.gateway import before_after
from console.ledger import journal

CHUNK = 50
NEW = "(new)"
Overlay = dict[tuple[str, str], Any]


def prepare(change: Change, deadline: float) -> bool:
    """Go on reading until it is complete (true) or `time.monotonic()` has reached the deadline.

    What an earlier step of the change makes of a value is what a later one begins with.
    """
    overlay = _overlay(change)
    waiting = change.steps.filter(before__isnull=True, state=Step.State.PENDING).order_by("position")
    while chunk := list(waiting[:CHUNK]):
        for step in chunk:
            if time.monotonic() >= deadline or not _look(change, step, overlay):
                return False
    unread = Step.objects.filter(change=OuterRef("pk"), before__isnull=True, state=Step.State.PENDING)
    complete = Change.objects.filter(~Exists(unread), pk=change.pk, prepared_at=None)
    complete.update(prepared_at=clock.now())
    change.refresh_from_db(fields=["prepared_at"])
    return True


def _overlay(change: Change) -> Overlay:
    """What the steps that were looked at already will have changed, where a target has several."""
    seen = change.steps.exclude(after__isnull=True).order_by("position")
    told = (step for step in seen.only("operation", "params", "target", "after") if _exists(step))
    return {(step.target, name): value for step in told for name, value in (step.after or {}).items()}


def _exists(step: Step) -> bool:
    """Whether the step is about something that is there already; what is made anew has no before."""
    return not CATALOGUE[step.operation].creates and not links(step.params)


def _look(change: Change, step: Step, overlay: Overlay) -> bool:
    """False if AWS asked to wait."""
    rule = CATALOGUE[step.operation]
    if rule.is_read:
        step.before, step.after = {}, dict(step.expects or {})
        _store(step)
        return True
    if not _read(change, step):
        return False
    exists, before = _exists(step), step.before or {}
    if exists:
        before = {name: overlay.get((step.target, name), value) for name, value in before.items()}
    params = {**step.params, **dict.fromkeys(dict(links(step.params)), NEW)}
    step.before, step.after = before, journal.plain(changed_fields.then(step.operation, before, params))
    _store(step)
    if exists:
        overlay |= {(step.target, name): value for name, value in (step.after or {}).items()}
    return True


def _store(step: Step) -> None:
    """Store what was read, unless the step has begun or another preview has read it meanwhile."""
    waiting = Step.objects.filter(pk=step.pk, state=Step.State.PENDING, before__isnull=True)
    read = {name: getattr(step, name) for name in ("before", "after", "state", "code", "note")}
    if not waiting.update(**read):
        step.refresh_from_db(fields=list(read))


def _read(change: Change, step: Step) -> bool:
    rule, organization = CATALOGUE[step.operation], change.organization
    step.before = {}
    if waiting := dict(links(step.params)):
        params = {**step.params, **dict.fromkeys(waiting, NEW)}
        step.before = changed_fields.now(step.operation, {}, params)
        return True
    time.sleep(min(budget.reserve(organization, len(rule.reads)).total_seconds(), 1))
    try:
        shown = before_after.before(rule, organization, _params(change, step))
    except errors.Throttled:
        budget.slower(organization)
        return False
    except errors.Refused as refusal:
        step.state, step.code, step.note = Step.State.REFUSED, refusal.code, str(refusal)[:1100]
        return True
    except errors.Unreachable:
        return False
    step.before = journal.plain(changed_fields.now(step.operation, shown, step.params))
    return True


def _params(change: Change, step: Step) -> dict[str, Any]:
    return {"OrganizationId": change.organization.organization_id, **step.params}
