"""Undo: the steps of a change taken back in reverse, as a change of their own with its own preview."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min

from console import clock
from console.actor import Actor
from console.aws.catalogue import CATALOGUE
from console.changes import authority, drafting, engine
from console.changes.inverses import UNDO, CannotUndo, Written
from console.changes.models import Change, Step
from console.changes.plans import Planned
from console.ledger.models import Entry

# What an area knows better of the inverse of a step; `None` leaves it to `inverses`.
Special = Callable[[Step, Written], list[Planned] | None]
specials: list[Special] = []


@dataclass(frozen=True, slots=True)
class Label:
    """Whether something can be undone, in the words that stand beside the button; `until` may be open."""

    possible: bool
    text: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """`steps` take back what can be taken back; `left` are the steps that stay, each with the reason."""

    steps: list[Planned]
    left: list[tuple[Step, str]]
    until: datetime | None = None


def label(operation: str, done_at: datetime | None = None) -> Label:
    """What to say of one operation before it is done, or after it was at `done_at`."""
    undo = UNDO[operation]
    if undo.inverse is None:
        return Label(False, f"Cannot be undone. {undo.why}")
    if undo.days is None:
        return Label(True, "Can be undone.")
    now = clock.now()
    until = (done_at or now) + timedelta(days=undo.days)
    if until < now:
        return Label(False, f"Could be undone until {until:%-d %B %Y}.", until)
    return Label(True, f"Can be undone until {until:%-d %B %Y}.", until)


def labels(change: Change) -> list[tuple[str, Label]]:
    """Of every kind of write in the change."""
    firsts = change.steps.order_by().values("operation").annotate(first=Min("position")).order_by("first")
    operations = [each["operation"] for each in firsts]
    writes = [each for each in operations if not CATALOGUE[each].is_read]
    return [(each, label(each, change.finished_at)) for each in writes]


def plan(change: Change) -> Plan:
    """What would take the change back, latest step first."""
    planned: list[Planned] = []
    left: list[tuple[Step, str]] = []
    until: datetime | None = None
    for step in change.steps.filter(state=Step.State.DONE).order_by("-position"):
        if CATALOGUE[step.operation].is_read:
            continue
        told = label(step.operation, step.finished_at)
        try:
            found = _inverse(step, told)
        except CannotUndo as reason:
            left.append((step, str(reason)))
            continue
        until = min(filter(None, (until, told.until)), default=None)
        planned += [_moved(each, len(planned)) for each in found]
    return Plan(planned, left, until)


def draft(actor: Actor, change: Change, *, reason: str = "", ticket: str = "") -> Change:
    """Return the undo as a draft; raise `CannotUndo` if nothing can be undone, or what `authority` raises."""
    authority.require(actor, change, "undo")
    found = plan(change)
    if not found.steps:
        raise CannotUndo(" ".join(dict.fromkeys(why for _, why in found.left)) or "Nothing of it was done.")
    return drafting.draft(
        actor,
        change.organization,
        f"Undo: {change.title.removeprefix('Undo: ')}",
        found.steps,
        kind="undo",
        reason=reason or f"Undo of change {change.pk}",
        ticket=ticket or change.ticket,
        undoes=change,
    )


def revert(change: Change) -> Change | None:
    """The same at once, for a change that did not hold; `None` if nothing could be taken back."""
    try:
        undone = draft(change.runner, change, reason=change.reason, ticket=change.ticket)
    except CannotUndo:
        return None
    return engine.start(undone)


def _inverse(step: Step, told: Label) -> list[Planned]:
    undo = UNDO[step.operation]
    if undo.inverse is None or not told.possible:
        raise CannotUndo(told.text)
    written = of(step)
    if written is None:
        raise CannotUndo("The ledger has nothing of this step.")
    found = (special(step, written) for special in specials)
    known = next((steps for steps in found if steps is not None), None)
    return undo.inverse(written) if known is None else known


def of(step: Step) -> Written | None:
    """What the ledger kept of a done step."""
    entries = list(Entry.objects.of_call(step.call)) if step.call else []
    intents = [each for each in entries if each.kind == Entry.Kind.INTENT]
    if not intents:
        return None
    bodies = [each.body for each in entries if each.kind == Entry.Kind.OUTCOME]
    after: dict[str, Any] = next((body["after"] for body in reversed(bodies) if body.get("after")), {})
    result = next((body["result"] for body in reversed(bodies) if body.get("result")), step.result)
    params = {name: value for name, value in intents[0].body["params"].items() if name != "OrganizationId"}
    before = intents[0].body.get("before") or {}
    return Written(step.operation, params, before, after, {**step.result, **result})


def _moved(step: Planned, by: int) -> Planned:
    """Within the whole plan; what an inverse needs is among its own steps."""
    return replace(step, needs=None if step.needs is None else step.needs + by)
