"""Undo a change with a new change that reverses its steps."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min

from console import clock
from console.actor import Actor
from console.aws import changed_fields
from console.aws.catalogue import CATALOGUE, Undo
from console.aws.catalogue.inverses import CannotUndo, WrittenCall
from console.changes import authority, drafts
from console.changes.models import Change, Step
from console.changes.steps import PlannedStep
from console.ledger.models import Entry

# Inverses that areas register in `console.extensions`; `None` leaves a step to its operation's row.
SpecialInverse = Callable[[Step, WrittenCall], list[PlannedStep] | None]
special_inverses: list[SpecialInverse] = []


@dataclass(frozen=True, slots=True)
class UndoLabel:
    """Whether and until when an operation can be undone, in words."""

    possible: bool
    text: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """The steps that undo a change, and those that cannot be undone with the reason."""

    steps: list[PlannedStep]
    left: list[tuple[Step, str]]
    until: datetime | None = None


def get_undo(operation: str) -> Undo:
    """Return how a write is undone; raise `KeyError` for a read."""
    undo = CATALOGUE[operation].undo
    if undo is None:
        raise KeyError(operation)
    return undo


def get_label(operation: str, done_at: datetime | None = None) -> UndoLabel:
    """Return whether an operation can be undone, before it is done or after `done_at`."""
    undo = get_undo(operation)
    if undo.inverse is None:
        return UndoLabel(False, f"Cannot be undone. {undo.why}")
    if undo.days is None:
        return UndoLabel(True, "Can be undone.")
    now = clock.now()
    until = (done_at or now) + timedelta(days=undo.days)
    if until < now:
        return UndoLabel(False, f"Could be undone until {until:%-d %B %Y}.", until)
    return UndoLabel(True, f"Can be undone until {until:%-d %B %Y}.", until)


def list_labels(change: Change) -> list[tuple[str, UndoLabel]]:
    """Return the label of each kind of write in the change."""
    firsts = change.steps.order_by().values("operation").annotate(first=Min("position")).order_by("first")
    operations = [each["operation"] for each in firsts]
    writes = [each for each in operations if not CATALOGUE[each].is_read]
    return [(each, get_label(each, change.finished_at)) for each in writes]


def plan_undo(change: Change) -> UndoPlan:
    """Return the steps that undo the change, latest first."""
    planned: list[PlannedStep] = []
    left: list[tuple[Step, str]] = []
    until: datetime | None = None
    for step in change.steps.filter(state=Step.State.DONE).order_by("-position"):
        if CATALOGUE[step.operation].is_read:
            continue
        told = get_label(step.operation, step.finished_at)
        try:
            found = _plan_inverse(step, told)
        except CannotUndo as reason:
            left.append((step, str(reason)))
            continue
        until = min(filter(None, (until, told.until)), default=None)
        planned += [_shift_needs(each, len(planned)) for each in found]
    return UndoPlan(planned, left, until)


def draft_undo(actor: Actor, change: Change, *, reason: str = "", ticket: str = "") -> Change:
    """Create the undo as a draft; raise `CannotUndo` if nothing can be undone."""
    authority.require_authority(actor, change, "undo")
    found = plan_undo(change)
    if not found.steps:
        raise CannotUndo(" ".join(dict.fromkeys(why for _, why in found.left)) or "Nothing of it was done.")
    return drafts.create_draft(
        actor,
        change.organization,
        f"Undo: {change.title.removeprefix('Undo: ')}",
        found.steps,
        kind="undo",
        reason=reason or f"Undo of change {change.pk}",
        ticket=ticket or change.ticket,
        undoes=change,
    )


def _plan_inverse(step: Step, told: UndoLabel) -> list[PlannedStep]:
    undo = get_undo(step.operation)
    if undo.inverse is None or not told.possible:
        raise CannotUndo(told.text)
    written = load_written(step)
    if written is None:
        raise CannotUndo("The ledger has nothing of this step.")
    found = (special(step, written) for special in special_inverses)
    known = next((steps for steps in found if steps is not None), None)
    if known is not None:
        return known
    return [PlannedStep(call.operation, call.params, needs=call.needs) for call in undo.inverse(written)]


def load_written(step: Step) -> WrittenCall | None:
    """Return what the audit log has of a done step."""
    entries = list(Entry.objects.of_call(step.call)) if step.call else []
    intents = [each for each in entries if each.kind == Entry.Kind.INTENT]
    if not intents:
        return None
    bodies = [each.body for each in entries if each.kind == Entry.Kind.OUTCOME]
    after: dict[str, Any] = next((body["after"] for body in reversed(bodies) if body.get("after")), {})
    result = next((body["result"] for body in reversed(bodies) if body.get("result")), step.result)
    params = {name: value for name, value in intents[0].body["params"].items() if name != "OrganizationId"}
    before = intents[0].body.get("before") or {}
    values = changed_fields.read_values(step.operation, before, params)
    return WrittenCall(step.operation, params, before, after, {**step.result, **result}, values)


def _shift_needs(step: PlannedStep, by: int) -> PlannedStep:
    """Shift `needs` to its position in the whole plan."""
    return replace(step, needs=None if step.needs is None else step.needs + by)
