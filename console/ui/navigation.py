"""The menu as data, and the few numbers that every page's frame shows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.urls import reverse

WORKMAIL_ENDS = date(2027, 3, 31)


@dataclass(frozen=True, slots=True)
class Item:
    """A menu entry: shown to those who may perform what it leads to."""

    label: str
    icon: str
    url_name: str
    performs: str


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    icon: str
    href: str
    current: bool


def links(items: Iterable[Item], slug: str, here: str, allowed: Callable[[str], bool]) -> list[Link]:
    """The entries within the organization `slug` that `allowed` lets through; `here` is the path shown."""
    shown = [(item, reverse(item.url_name, args=[slug])) for item in items if allowed(item.performs)]
    hrefs = [href for _, href in shown]
    return [Link(item.label, item.icon, href, _leads_to(href, here, hrefs)) for item, href in shown]


def _leads_to(href: str, here: str, hrefs: Sequence[str]) -> bool:
    """Whether `here` is the entry's page or below it; an entry above all others stands for its page alone."""
    is_above = any(other != href and other.startswith(href) for other in hrefs)
    return here == href or (here.startswith(href) and not is_above)


def days_left(today: date) -> int:
    """Days until WorkMail ends, 0 from that day on."""
    return max((WORKMAIL_ENDS - today).days, 0)


def slug_of(request: HttpRequest) -> str:
    """The organization that the URL names, or nothing."""
    match = request.resolver_match
    return str(match.kwargs.get("organization", "")) if match else ""
