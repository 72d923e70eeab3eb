"""Hits of a search, grouped by kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from console.areas.search.query import SearchQuery
from console.mirror.models import Organization


@dataclass(frozen=True, slots=True)
class Hit:
    """A link to a result; `exact` if the text was its address or id."""

    text: str
    href: str
    note: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class HitGroup:
    """The first hits of one kind; `more` if there are others, listed at `all_href`."""

    label: str
    icon: str
    hits: list[Hit]
    more: bool = False
    all_href: str = ""


def first_hits(label: str, icon: str, hits: Sequence[Hit], most: int, all_href: str = "") -> HitGroup:
    return HitGroup(label, icon, list(hits[:most]), len(hits) > most, all_href)


def list_url(name: str, organization: Organization, asked: SearchQuery) -> str:
    """Return the URL of the list that shows all hits of a kind."""
    return f"{reverse(name, args=[organization.slug])}?{urlencode({'q': asked.text})}"


def single_hit(found: Sequence[HitGroup]) -> Hit | None:
    """Return the single hit, or the single exact one; `None` if there are several."""
    hits = [hit for each in found for hit in each.hits]
    exact = [hit for hit in hits if hit.exact]
    meant = exact or hits
    return meant[0] if len(meant) == 1 else None


def count_hits(found: Sequence[HitGroup]) -> int:
    return sum(len(each.hits) for each in found)
