"""What a search shows: hits, in groups of one kind each."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from console.areas.search.asked import Asked
from console.mirror.models import Organization


@dataclass(frozen=True, slots=True)
class Hit:
    """One line that leads somewhere; `exact` if what was typed is its address or its id."""

    text: str
    href: str
    note: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The first hits of one kind; `more` says that there are others, which `all_href` lists."""

    label: str
    icon: str
    hits: list[Hit]
    more: bool = False
    all_href: str = ""


def first(label: str, icon: str, hits: Sequence[Hit], most: int, all_href: str = "") -> Found:
    return Found(label, icon, list(hits[:most]), len(hits) > most, all_href)


def every(name: str, organization: Organization, asked: Asked) -> str:
    """The list that shows all of what the search shows the first of."""
    return f"{reverse(name, args=[organization.slug])}?{urlencode({'q': asked.text})}"


def only(found: Sequence[Found]) -> Hit | None:
    """The one that is meant: the only hit there is, or the only one of this very address or id."""
    hits = [hit for each in found for hit in each.hits]
    exact = [hit for hit in hits if hit.exact]
    meant = exact or hits
    return meant[0] if len(meant) == 1 else None


def count(found: Sequence[Found]) -> int:
    return sum(len(each.hits) for each in found)
