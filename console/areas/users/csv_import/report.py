"""The report of an import, which is stored with its change."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from console.actor import Actor
from console.areas.changes import display
from console.areas.users import scope, user_fields
from console.areas.users.csv_import.edited_users import ImportPlan
from console.changes.models import Change, Step
from console.mirror import lookup
from console.mirror.models import Organization

MAX_PROBLEMS_SHOWN = 200
STEPS_PER_PAGE = 50


def get_report_data(filename: str, plan: ImportPlan) -> dict[str, Any]:
    """Return the report for `Change.data`; `left` are the rows with problems."""
    return {
        "file": filename,
        "rows": plan.rows,
        "touched": plan.touched,
        "left": [fault.stored for fault in plan.faults],
        "same": plan.same,
        "notes": plan.notes,
    }


def get_report_context(actor: Actor, change: Change, params: Mapping[str, Any]) -> dict[str, Any]:
    after = int(offset) if (offset := str(params.get("from", "")))[:7].isdecimal() and len(offset) < 8 else 0
    steps = list(change.steps.filter(position__gte=after).order_by("position")[: STEPS_PER_PAGE + 1])
    data = change.data
    return {
        "title": change.title,
        "change": change,
        "state": display.state_badge(change),
        "told": {name: data.get(name, 0) for name in ("file", "rows", "touched")},
        "notes": data.get("notes", []),
        "left": data.get("left", [])[:MAX_PROBLEMS_SHOWN],
        "left_rows": len({row for row, *_ in data.get("left", [])}),
        "more": max(len(data.get("left", [])) - MAX_PROBLEMS_SHOWN, 0),
        "same": len(data.get("same", [])),
        "rows": get_step_rows(actor, change, steps[:STEPS_PER_PAGE]),
        "next": after + STEPS_PER_PAGE if len(steps) > STEPS_PER_PAGE else None,
        "previous": max(after - STEPS_PER_PAGE, 0) if after else None,
    }


def get_step_rows(actor: Actor, change: Change, steps: list[Step]) -> list[Any]:
    """Return the steps with their differences, from the mirror until WorkMail was read."""
    _set_mirror_values(actor, change.organization, [step for step in steps if step.before is None])
    rows = display.step_rows(actor, change, steps)
    return [replace(row, number=step.row or 0) for row, step in zip(rows, steps, strict=True)]


def _set_mirror_values(actor: Actor, organization: Organization, steps: Iterable[Step]) -> None:
    """Set `before` and `after` of the steps from the mirror."""
    edits = [step for step in steps if step.operation in ("UpdateUser", "UpdateMailboxQuota") and step.target]
    known = lookup.index_entities(
        scope.visible_users(actor, organization), ids=[step.target for step in edits]
    )
    for step in edits:
        if user := known.ids.get(step.target.lower()):
            now = user_fields.get_current_values(user)
            values = {name: value for name, value in step.params.items() if name in now}
            step.before = {name: now[name] or None for name in values}
            step.after = {name: value or None for name, value in values.items()}
