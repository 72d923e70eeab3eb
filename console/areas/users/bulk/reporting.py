"""What came of a file, kept with its change: rows that cannot be done, rows that ask for nothing, cells."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from console.actor import Actor
from console.areas.changes import display
from console.areas.users import scope
from console.areas.users.bulk import cells
from console.areas.users.bulk.importing import Plan
from console.changes.models import Change, Step
from console.mirror import lookup
from console.mirror.models import Organization

SHOWN = 200
STEPS = 50


def data(filename: str, plan: Plan) -> dict[str, Any]:
    """For `Change.data`: `left` are the rows without a step, and why; the result file has a line for each."""
    return {
        "file": filename,
        "rows": plan.rows,
        "touched": plan.touched,
        "left": [fault.stored for fault in plan.faults],
        "same": plan.same,
        "notes": plan.notes,
    }


def context(actor: Actor, change: Change, params: Mapping[str, Any]) -> dict[str, Any]:
    after = int(given) if (given := str(params.get("from", "")))[:7].isdecimal() and len(given) < 8 else 0
    steps = list(change.steps.filter(position__gte=after).order_by("position")[: STEPS + 1])
    told = change.data
    return {
        "title": change.title,
        "organization": change.organization,
        "change": change,
        "state": display.state_badge(change),
        "told": {name: told.get(name, 0) for name in ("file", "rows", "touched")},
        "notes": told.get("notes", []),
        "left": told.get("left", [])[:SHOWN],
        "left_rows": len({row for row, *_ in told.get("left", [])}),
        "more": max(len(told.get("left", [])) - SHOWN, 0),
        "same": len(told.get("same", [])),
        "rows": rows(actor, change, steps[:STEPS]),
        "next": after + STEPS if len(steps) > STEPS else None,
        "previous": max(after - STEPS, 0) if after else None,
    }


def rows(actor: Actor, change: Change, steps: list[Step]) -> list[Any]:
    """The steps with what they change, by the mirror as long as WorkMail itself was not asked."""
    _remember(actor, change.organization, [step for step in steps if step.before is None])
    shown = display.step_rows(actor, change, steps)
    return [replace(row, number=step.row or 0) for row, step in zip(shown, steps, strict=True)]


def _remember(actor: Actor, organization: Organization, steps: Iterable[Step]) -> None:
    edits = [step for step in steps if step.operation in ("UpdateUser", "UpdateMailboxQuota") and step.target]
    known = lookup.index_entities(scope.people(actor, organization), ids=[step.target for step in edits])
    for step in edits:
        if person := known.ids.get(step.target.lower()):
            now = cells.current(person)
            asked = {name: value for name, value in step.params.items() if name in now}
            step.before = {name: now[name] or None for name in asked}
            step.after = {name: value or None for name, value in asked.items()}
