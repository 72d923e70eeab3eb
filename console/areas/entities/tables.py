"""Columns and filters that the lists of users, groups and resources share."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

from django.db.models import Q
from django.http import QueryDict
from django.utils.safestring import SafeString

from console.areas.entities.display import state_badge
from console.mirror.models import Entity, EntityQuerySet
from console.ui.filters import Filter, filter_rows
from console.ui.markup import DASH, badge, build_html

State = Entity.State
RowValues = Mapping[str, Any]
HIDDEN_BADGE = badge("Hidden", "neutral")
STATE_FILTER = Filter("state", "State", State.choices, "state")
HIDDEN_FILTER = Filter(
    "hidden", "Address book", [("no", "Shown"), ("yes", "Hidden")], lambda v: Q(hidden=v == "yes")
)
DELETED_FILTER = Filter("deleted", "Deleted", [("shown", "Shown")], lambda _: Q(), any="Hidden")


def name_cell(values: RowValues) -> SafeString:
    """Return the linked name, with the address below it on narrow screens."""
    href = f"{values['base']}{quote(values['entity_id'], safe='@+')}/"
    return build_html(
        '<a href="{}">{}</a><span class="below d-sm-none">{}</span>',
        href,
        values["display_name"] or values["name"],
        values["email"] or values["name"],
    )


def state_cell(values: RowValues) -> SafeString:
    return _state_badges(values["state"], values["hidden"])


def enabled_cell(values: RowValues) -> SafeString:
    day = values["enabled_date"]
    return build_html('<span class="text-nowrap">{}</span>', day.date()) if day else DASH


def apply_filters(entities: EntityQuerySet, filters: Sequence[Filter], params: QueryDict) -> EntityQuerySet:
    """Return the entities that match the filter bar; deleted ones only on request."""
    narrow: EntityQuerySet = filter_rows(entities, filters, params)  # type: ignore[assignment]  # the same queryset's class
    if not (params.get("deleted") == "shown" or params.get("state") == State.DELETED):
        narrow = narrow.exclude(state=State.DELETED)
    if domain := params.get("domain"):
        narrow = narrow.filter(domain=domain.lower())
    return narrow


@cache
def _state_badges(state: str, hidden: bool) -> SafeString:
    shown = state_badge(state)
    return build_html("{} {}", shown, HIDDEN_BADGE) if hidden else shown
