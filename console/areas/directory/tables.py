"""Columns and filters that the lists of people, groups and resources have alike."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

from django.db.models import Q
from django.http import QueryDict
from django.utils.safestring import SafeString

from console.areas.directory.showing import state_badge
from console.mirror.models import Entity, EntityQuerySet
from console.ui.filters import Filter, filter_rows
from console.ui.markup import DASH, badge, build_html

State = Entity.State
Values = Mapping[str, Any]
MARK = badge("Hidden", "neutral")
STATE = Filter("state", "State", State.choices, "state")
HIDDEN = Filter(
    "hidden", "Address book", [("no", "Shown"), ("yes", "Hidden")], lambda v: Q(hidden=v == "yes")
)
DELETED = Filter("deleted", "Deleted", [("shown", "Shown")], lambda _: Q(), any="Hidden")


def name(values: Values) -> SafeString:
    """On a phone, where other columns are left out, the address stands below the name."""
    href = f"{values['base']}{quote(values['entity_id'], safe='@+')}/"
    return build_html(
        '<a href="{}">{}</a><span class="below d-sm-none">{}</span>',
        href,
        values["display_name"] or values["name"],
        values["email"] or values["name"],
    )


def state(values: Values) -> SafeString:
    return _badges(values["state"], values["hidden"])


def enabled(values: Values) -> SafeString:
    day = values["enabled_date"]
    return build_html('<span class="text-nowrap">{}</span>', day.date()) if day else DASH


def chosen(entities: EntityQuerySet, filters: Sequence[Filter], params: QueryDict) -> EntityQuerySet:
    """Those that the bar's choices let through; the deleted only if asked for."""
    narrow: EntityQuerySet = filter_rows(entities, filters, params)  # type: ignore[assignment]  # the same queryset's class
    if not (params.get("deleted") == "shown" or params.get("state") == State.DELETED):
        narrow = narrow.exclude(state=State.DELETED)
    if domain := params.get("domain"):
        narrow = narrow.filter(domain=domain.lower())
    return narrow


@cache
def _badges(state: str, hidden: bool) -> SafeString:
    shown = state_badge(state)
    return build_html("{} {}", shown, MARK) if hidden else shown
