"""Small pieces of HTML that are made by the thousand (cells of tables), escaped, and dates as text."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from html import escape
from typing import Any

from django.templatetags.static import static
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

DASH: SafeString = mark_safe('<span class="none">&ndash;</span>')
SPRITE = "vendor/tabler-icons-3.51.0/sprite.svg"
TONES = ("success", "warning", "danger", "info", "neutral")


def made(template: str, *values: Any) -> SafeString:
    """Django's `format_html` without its detours: values are escaped unless they are HTML already."""
    return SafeString(template.format(*[_safe(value) for value in values]))


def text(value: Any) -> SafeString | str:
    """A value as a reader expects it: a dash for nothing, yes and no, dates as dates."""
    if value is None or value == "":
        return DASH
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return when(value)
    return str(value)


def link(href: str, label: Any, below: Any = "") -> SafeString:
    """A link, with a second quiet line below it if there is one."""
    if not below:
        return made('<a href="{}">{}</a>', href, label or DASH)
    return made('<a href="{}">{}</a><span class="below">{}</span>', href, label or DASH, below)


def badge(label: Any, tone: str = "neutral") -> SafeString:
    """A status: the word says it, the colour only helps; `tone` is one of `TONES`."""
    return made('<span class="status-badge is-{}">{}</span>', tone, label)


def when(value: datetime | None) -> SafeString:
    """A moment in UTC; the page's script shows it in the reader's own time."""
    if value is None:
        return DASH
    moment = value.astimezone(UTC)
    return made(
        '<time datetime="{}" data-local>{}</time>', moment.isoformat(timespec="seconds"), stamp(moment)
    )


def stamp(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


@cache
def icon(name: str) -> SafeString:
    """A drawing of the sprite, silent to a screen reader: the words beside it speak."""
    return made(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static(SPRITE),
        name,
    )


def cells(pairs: Iterable[tuple[str, Any]]) -> SafeString:
    """Cells of one row, each a class (or none) and a value."""
    return SafeString("".join([f"{_opened(css)}{_safe(value)}</td>" for css, value in pairs]))


@cache
def _opened(css: str) -> str:
    return f'<td class="{css}">' if css else "<td>"


def _safe(value: Any) -> str:
    """Escaped unless it is HTML already, without the detour by which Django asks for lazy texts."""
    return value if isinstance(value, SafeString) else escape(str(value))


def mono(value: Any) -> SafeString | str:
    """An identifier, as such."""
    return made("<code>{}</code>", value) if value else DASH


def lines(*values: Any) -> SafeString:
    """Values below one another; empty ones are left out."""
    return mark_safe("<br>".join(conditional_escape(value) for value in values if value))  # noqa: S308 - each is escaped
