"""Personal access tokens on a page: what is to be said of one, and which somebody may want to see."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from console.areas.identity.tokens import Token
from console.ui.markup import badge

MOST = 500  # rows on a page
SHOWS: dict[str, tuple[str, Callable[[Token], bool]]] = {
    "": ("All", lambda _: True),
    "leavers": ("Of leavers", lambda each: each.is_leavers),
    "idle": ("Unused for 90 days", lambda each: each.is_idle),
    "expired": ("Expired", lambda each: each.is_expired),
}


@dataclass(frozen=True, slots=True)
class Row:
    token: Token
    marks: list[SafeString]


def rows(tokens: Sequence[Token]) -> list[Row]:
    return [Row(each, marks(each)) for each in tokens[:MOST]]


def marks(token: Token) -> list[SafeString]:
    """What somebody who looks for tokens that should go will want to know."""
    found = [
        (token.is_expired, badge("Expired", "neutral")),
        (token.expires_soon, badge("Expires soon", "info")),
        (token.used is None, badge("Never used", "neutral")),
        (token.is_idle and token.used is not None, badge("Unused for 90 days", "warning")),
        (token.is_leavers, badge("Owner has left", "danger")),
    ]
    return [mark for holds, mark in found if holds]


def chosen(tokens: Sequence[Token], show: str) -> list[Token]:
    _, wanted = SHOWS.get(show, SHOWS[""])
    return [each for each in tokens if wanted(each)]


def tabs(tokens: Sequence[Token], show: str) -> list[tuple[str, str, bool]]:
    """The choices with how many each has, for `partials/tabs.html`."""
    current = show if show in SHOWS else ""
    return [
        (f"{label} ({sum(map(wanted, tokens)):,})", f"?show={name}" if name else "?", name == current)
        for name, (label, wanted) in SHOWS.items()
    ]
