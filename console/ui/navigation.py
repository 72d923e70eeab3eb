"""The menu as data, and the days until WorkMail ends."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.urls import reverse

WORKMAIL_ENDS = date(2027, 3, 31)


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A menu entry, shown to operators who may perform what it leads to."""

    label: str
    icon: str
    url_name: str
    performs: str


@dataclass(frozen=True, slots=True)
class MenuLink:
    label: str
    icon: str
    href: str
    current: bool


def menu_links(
    items: Iterable[MenuItem], slug: str, here: str, allowed: Callable[[str], bool]
) -> list[MenuLink]:
    """Return the allowed menu entries of an organization; `here` is the current path."""
    shown = [(item, reverse(item.url_name, args=[slug])) for item in items if allowed(item.performs)]
    hrefs = [href for _, href in shown]
    return [MenuLink(item.label, item.icon, href, _is_current(href, here, hrefs)) for item, href in shown]


def _is_current(href: str, here: str, hrefs: Sequence[str]) -> bool:
    """Return whether the current page is the entry's page or below it."""
    is_above = any(other != href and other.startswith(href) for other in hrefs)
    return here == href or (here.startswith(href) and not is_above)


def days_until_end(today: date) -> int:
    """Return the days until WorkMail ends, at least 0."""
    return max((WORKMAIL_ENDS - today).days, 0)


def organization_slug(request: HttpRequest) -> str:
    """Return the organization slug of the URL, or ""."""
    match = request.resolver_match
    return str(match.kwargs.get("organization", "")) if match else ""
