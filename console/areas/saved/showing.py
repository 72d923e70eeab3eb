"""The saved views of a list, as the bar above it and the page of all of them show them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from console.actor import Actor
from console.areas.saved.lists import LISTS
from console.areas.saved.models import SavedView
from console.mirror.models import Organization


@dataclass(frozen=True, slots=True)
class Shown:
    """`by` is who shares it, if that is somebody else; `current` if the list is just now seen so."""

    view: SavedView
    href: str
    by: str
    current: bool = False

    @property
    def label(self) -> str:
        return LISTS[self.view.page].label


@dataclass(frozen=True, slots=True)
class Bar:
    """`query` is what would be saved now."""

    page: str
    query: str
    views: list[Shown]


def bar(actor: Actor, organization: Organization, page: str, query: str) -> Bar | None:
    """What stands above the list `page`; nothing above a page of which no view can be saved."""
    if page not in LISTS:
        return None
    now = LISTS[page].kept(query)
    views = SavedView.objects.shown_to(actor, organization).filter(page=page)
    return Bar(page, now, shown(actor, organization, views, now))


def shown(
    actor: Actor, organization: Organization, views: Iterable[SavedView], now: str | None = None
) -> list[Shown]:
    found = []
    for each in views:
        by = "" if each.operator_id == actor.operator_id else each.operator.get_full_name()
        found.append(Shown(each, address(organization, each), by, each.query == now))
    return found


def address(organization: Organization, view: SavedView) -> str:
    """The list as the view has it; what is stored is looked through once more, by what the list knows now."""
    list_ = reverse(view.page, args=[organization.slug])
    return f"{list_}?{LISTS[view.page].kept(view.query)}"
