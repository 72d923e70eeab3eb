"""Saved views as links, above a list and on the page of all saved views."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from console.actor import Actor
from console.areas.saved.lists import LISTS
from console.areas.saved.models import SavedView
from console.mirror.models import Organization


@dataclass(frozen=True, slots=True)
class SavedViewLink:
    """A link to a saved view; `by` is the operator who shares it, `current` if the list shows it now."""

    view: SavedView
    href: str
    by: str
    current: bool = False

    @property
    def label(self) -> str:
        return LISTS[self.view.page].label


@dataclass(frozen=True, slots=True)
class SavedViewsBar:
    """The saved views of a list; `query` is what would be saved now."""

    page: str
    query: str
    views: list[SavedViewLink]


def saved_views_bar(actor: Actor, organization: Organization, page: str, query: str) -> SavedViewsBar | None:
    """Return the bar above a list; `None` for a page whose view cannot be saved."""
    if page not in LISTS:
        return None
    now = LISTS[page].kept(query)
    views = SavedView.objects.shown_to(actor, organization).filter(page=page)
    return SavedViewsBar(page, now, saved_view_links(actor, organization, views, now))


def saved_view_links(
    actor: Actor, organization: Organization, views: Iterable[SavedView], now: str | None = None
) -> list[SavedViewLink]:
    links = []
    for each in views:
        by = "" if each.operator_id == actor.operator_id else each.operator.get_full_name()
        links.append(SavedViewLink(each, saved_view_url(organization, each), by, each.query == now))
    return links


def saved_view_url(organization: Organization, view: SavedView) -> str:
    """Return the URL of the list with the view's query, limited to the parameters that the list knows now."""
    list_ = reverse(view.page, args=[organization.slug])
    return f"{list_}?{LISTS[view.page].kept(view.query)}"
