"""Read from AWS what each step of a change would change."""

import time
from typing import Any

from django.db.models import Exists, OuterRef

from console import clock
from console.aws import changed_fields, errors
from console.aws.catalogue import CATALOGUE
from console.changes import budget
from console.changes.models import Change, Step
from console.changes.steps import find_links
from console.gateway import before_after
from console.ledger import journal

BATCH_SIZE = 50
NEW_VALUE = "(new)"
PlannedValues = dict[tuple[str, str], Any]


def prepare_preview(change: Change, deadline: float) -> bool:
    """Read the preview until it is complete (true) or the deadline is reached (false).

    What an earlier step of the change makes of a value is what a later one begins with.
    """
    overlay = _planned_values(change)
    waiting = change.steps.filter(before__isnull=True, state=Step.State.PENDING).order_by("position")
    while chunk := list(waiting[:BATCH_SIZE]):
        for step in chunk:
            if time.monotonic() >= deadline or not _preview_step(change, step, overlay):
                return False
    unread = Step.objects.filter(change=OuterRef("pk"), before__isnull=True, state=Step.State.PENDING)
    complete = Change.objects.filter(~Exists(unread), pk=change.pk, prepared_at=None)
    complete.update(prepared_at=clock.now())
    change.refresh_from_db(fields=["prepared_at"])
    return True


def _planned_values(change: Change) -> PlannedValues:
    """Return the values that previewed steps will have set, for later steps of the same target."""
    seen = change.steps.exclude(after__isnull=True).order_by("position")
    told = (step for step in seen.only("operation", "params", "target", "after") if _is_about_existing(step))
    return {(step.target, name): value for step in told for name, value in (step.after or {}).items()}


def _is_about_existing(step: Step) -> bool:
    """Return whether the step's target exists already."""
    return not CATALOGUE[step.operation].creates and not find_links(step.params)


def _preview_step(change: Change, step: Step, overlay: PlannedValues) -> bool:
    """Preview one step; return false if AWS throttles or does not answer."""
    rule = CATALOGUE[step.operation]
    if rule.is_read:
        step.before, step.after = {}, dict(step.expects or {})
        _store_preview(step)
        return True
    if not _read_before(change, step):
        return False
    exists, before = _is_about_existing(step), step.before or {}
    if exists:
        before = {name: overlay.get((step.target, name), value) for name, value in before.items()}
    params = {**step.params, **dict.fromkeys(dict(find_links(step.params)), NEW_VALUE)}
    step.before, step.after = (
        before,
        journal.plain(changed_fields.expected_values(step.operation, before, params)),
    )
    _store_preview(step)
    if exists:
        overlay |= {(step.target, name): value for name, value in (step.after or {}).items()}
    return True


def _store_preview(step: Step) -> None:
    """Store the preview, unless the step has begun or was previewed meanwhile."""
    waiting = Step.objects.filter(pk=step.pk, state=Step.State.PENDING, before__isnull=True)
    read = {name: getattr(step, name) for name in ("before", "after", "state", "code", "note")}
    if not waiting.update(**read):
        step.refresh_from_db(fields=list(read))


def _read_before(change: Change, step: Step) -> bool:
    rule, organization = CATALOGUE[step.operation], change.organization
    step.before = {}
    if waiting := dict(find_links(step.params)):
        params = {**step.params, **dict.fromkeys(waiting, NEW_VALUE)}
        step.before = changed_fields.read_values(step.operation, {}, params)
        return True
    time.sleep(min(budget.reserve_calls(organization, len(rule.reads)).total_seconds(), 1))
    try:
        shown = before_after.read_before(rule, organization, _read_params(change, step))
    except errors.Throttled:
        budget.slow_down(organization)
        return False
    except errors.Refused as refusal:
        step.state, step.code, step.note = Step.State.REFUSED, refusal.code, str(refusal)[:1100]
        return True
    except errors.Unreachable:
        return False
    step.before = journal.plain(changed_fields.read_values(step.operation, shown, step.params))
    return True


def _read_params(change: Change, step: Step) -> dict[str, Any]:
    return {"OrganizationId": change.organization.organization_id, **step.params}
