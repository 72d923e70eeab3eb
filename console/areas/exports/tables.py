"""The table of exports and its filter."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString

from console.areas.exports.display import check_badge, file_size, state_badge
from console.areas.exports.models import OPEN_STATES, ExportJob
from console.ui.filters import Filter
from console.ui.markup import build_html, link, time_tag
from console.ui.tables import Column, Table

State = ExportJob.State


def _mailbox_cell(values: Any) -> Any:
    return link(reverse("exports:detail", args=[values["slug"], values["pk"]]), values["entity_name"])


def _state_cell(values: Any) -> SafeString:
    badge = state_badge(values["state"])
    return (
        build_html('{}<span class="below clamped">{}</span>', badge, values["note"])
        if values["note"]
        else badge
    )


def _requested_cell(values: Any) -> SafeString:
    return build_html(
        '{}<span class="below">{}</span>', time_tag(values["requested_at"]), values["requested_by"]
    )


def _progress_cell(values: Any) -> str:
    return f"{values['progress']} %" if values["state"] in (State.RUNNING, State.COMPLETED) else ""


EXPORT_TABLE = Table(
    (
        Column("mailbox", "Mailbox", ("entity_name", "pk"), _mailbox_cell, sort="entity_name"),
        Column("state", "State", ("state", "note"), _state_cell, sort="state"),
        Column("progress", "Progress", ("progress", "state"), _progress_cell, numeric=True, hide="md"),
        Column(
            "requested",
            "Requested",
            ("requested_at", "requested_by"),
            _requested_cell,
            "requested_at",
            hide="sm",
        ),
        Column("by", "By", ("requested_by",), file_only=True),
        Column("size", "Size", show=lambda v: file_size(v["size"]), sort="size", numeric=True, hide="md"),
        Column("check", "Checked", ("check_result",), lambda v: check_badge(v["check_result"]), hide="lg"),
        Column("note", "Note", file_only=True),
    ),
    default_sort="-requested",
)
STAGE_CONDITIONS = {
    "open": Q(state__in=OPEN_STATES),
    "completed": Q(state=State.COMPLETED),
    "problem": Q(state__in=[State.FAILED, State.PARKED]) | Q(check_result=ExportJob.Check.DIFFERS),
    "cancelled": Q(state=State.CANCELLED),
}
STAGE_FILTER = Filter(
    "stage",
    "Stage",
    (
        ("open", "Queued or running"),
        ("completed", "Done"),
        ("problem", "Failed or needs attention"),
        ("cancelled", "Cancelled"),
    ),
    lambda value: STAGE_CONDITIONS[value],
)
