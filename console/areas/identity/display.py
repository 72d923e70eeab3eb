"""Display of personal access tokens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from console.areas.identity.access_tokens import AccessToken
from console.ui.markup import badge

MAX_ROWS = 500  # rows on a page
TOKEN_FILTERS: dict[str, tuple[str, Callable[[AccessToken], bool]]] = {
    "": ("All", lambda _: True),
    "leavers": ("Of leavers", lambda each: each.is_orphaned),
    "idle": ("Unused for 90 days", lambda each: each.is_idle),
    "expired": ("Expired", lambda each: each.is_expired),
}


@dataclass(frozen=True, slots=True)
class TokenRow:
    token: AccessToken
    marks: list[SafeString]


def build_rows(tokens: Sequence[AccessToken]) -> list[TokenRow]:
    return [TokenRow(each, build_badges(each)) for each in tokens[:MAX_ROWS]]


def build_badges(token: AccessToken) -> list[SafeString]:
    badges = [
        (token.is_expired, badge("Expired", "neutral")),
        (token.expires_soon, badge("Expires soon", "info")),
        (token.used is None, badge("Never used", "neutral")),
        (token.is_idle and token.used is not None, badge("Unused for 90 days", "warning")),
        (token.is_orphaned, badge("Owner has left", "danger")),
    ]
    return [mark for holds, mark in badges if holds]


def filter_tokens(tokens: Sequence[AccessToken], show: str) -> list[AccessToken]:
    _, wanted = TOKEN_FILTERS.get(show, TOKEN_FILTERS[""])
    return [each for each in tokens if wanted(each)]


def build_tabs(tokens: Sequence[AccessToken], show: str) -> list[tuple[str, str, bool]]:
    """Return the filters with the number of tokens in each, for `partials/tabs.html`."""
    current = show if show in TOKEN_FILTERS else ""
    return [
        (f"{label} ({sum(map(wanted, tokens)):,})", f"?show={name}" if name else "?", name == current)
        for name, (label, wanted) in TOKEN_FILTERS.items()
    ]
