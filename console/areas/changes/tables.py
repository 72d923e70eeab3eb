"""Table and filters of the list of changes."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from console.areas.changes.display import TONES
from console.changes.models import Change
from console.ui import filters, markup
from console.ui.filters import Filter
from console.ui.tables import Column, Table

State = Change.State


def title_cell(values: Mapping[str, Any]) -> Any:
    return markup.link(f"{values['pk']}/", values["title"], values["reason"])


def state_cell(values: Mapping[str, Any]) -> Any:
    if values["state"] == State.RUNNING and values["paused"]:
        return markup.badge("Paused", "warning")
    known = State(values["state"])
    return markup.badge(known.label, TONES[known])


def _state_condition(value: str) -> Q:
    """Return the condition of a state; a paused change is stored as running."""
    return Q(state=State.RUNNING, paused=True) if value == "paused" else Q(state=value)


CHANGES = Table(
    (
        Column("title", "Change", ("title", "pk", "reason"), title_cell),
        Column("state", "State", ("state", "paused"), state_cell),
        Column("by", "Requested by", ("requested_by",), hide="md"),
        Column(
            "at",
            "When",
            ("requested_at",),
            sort="requested_at",
            show=lambda v: markup.time_tag(v["requested_at"]),
        ),
        Column("ticket", "Ticket", hide="lg"),
        Column("steps", "Steps", ("total",), numeric=True, hide="sm"),
    ),
    default_sort="-at",
)
FILTERS = (
    Filter("state", "State", [*State.choices, ("paused", "Paused")], _state_condition),
    Filter(
        "kind",
        "What",
        [
            ("undo", "Undo"),
            ("offboard", "Offboarding"),
            ("csv", "Files"),
            ("bulk", "Several at once"),
            ("freeze", "Freeze"),
            ("move", "Leaving a domain"),
        ],
        "kind",
    ),
)


def filter_changes(changes: QuerySet[Change], params: QueryDict) -> QuerySet[Change]:
    changes = filters.filter_rows(changes, FILTERS, params)
    query = params.get("q", "").replace("\0", "").strip()
    if query:
        changes = changes.filter(
            Q(title__icontains=query) | Q(ticket__iexact=query) | Q(requested_by__icontains=query)
        )
    return changes
