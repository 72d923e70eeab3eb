"""Exports as rows."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.safestring import SafeString

from console.areas.exports.models import OPEN, ExportJob
from console.areas.exports.showing import check_badge, size, state_badge
from console.ui.filters import Filter
from console.ui.markup import link, made, when
from console.ui.tables import Column, Table

State = ExportJob.State


def _mailbox(values: Any) -> Any:
    return link(reverse("exports:detail", args=[values["slug"], values["pk"]]), values["entity_name"])


def _state(values: Any) -> SafeString:
    badge = state_badge(values["state"])
    return made('{}<span class="below clamped">{}</span>', badge, values["note"]) if values["note"] else badge


def _requested(values: Any) -> SafeString:
    return made('{}<span class="below">{}</span>', when(values["requested_at"]), values["requested_by"])


def _progress(values: Any) -> str:
    return f"{values['progress']} %" if values["state"] in (State.RUNNING, State.COMPLETED) else ""


EXPORTS = Table(
    (
        Column("mailbox", "Mailbox", ("entity_name", "pk"), _mailbox, sort="entity_name"),
        Column("state", "State", ("state", "note"), _state, sort="state"),
        Column("progress", "Progress", ("progress", "state"), _progress, numeric=True, hide="md"),
        Column(
            "requested", "Requested", ("requested_at", "requested_by"), _requested, "requested_at", hide="sm"
        ),
        Column("by", "By", ("requested_by",), file_only=True),
        Column("size", "Size", show=lambda v: size(v["size"]), sort="size", numeric=True, hide="md"),
        Column("check", "Checked", ("check_result",), lambda v: check_badge(v["check_result"]), hide="lg"),
        Column("note", "Note", file_only=True),
    ),
    default_sort="-requested",
)
CONDITIONS = {
    "open": Q(state__in=OPEN),
    "completed": Q(state=State.COMPLETED),
    "problem": Q(state__in=[State.FAILED, State.PARKED]) | Q(check_result=ExportJob.Check.DIFFERS),
    "cancelled": Q(state=State.CANCELLED),
}
STAGES = Filter(
    "stage",
    "Stage",
    (
        ("open", "Queued or running"),
        ("completed", "Done"),
        ("problem", "Failed or needs attention"),
        ("cancelled", "Cancelled"),
    ),
    lambda value: CONDITIONS[value],
)
