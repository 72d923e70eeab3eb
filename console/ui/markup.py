"""Escaped HTML fragments for table cells, badges, icons and dates."""

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


def build_html(template: str, *values: Any) -> SafeString:
    """Format a template with escaped values; faster than Django's `format_html`."""
    return SafeString(template.format(*[_escape(value) for value in values]))


def display_value(value: Any) -> SafeString | str:
    """Return a value as a reader expects it: a dash for nothing, yes and no, dates as dates."""
    if value is None or value == "":
        return DASH
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return time_tag(value)
    return str(value)


def link(href: str, label: Any, below: Any = "") -> SafeString:
    """Return a link, with a second line below it if given."""
    if not below:
        return build_html('<a href="{}">{}</a>', href, label or DASH)
    return build_html('<a href="{}">{}</a><span class="below">{}</span>', href, label or DASH, below)


def badge(label: Any, tone: str = "neutral") -> SafeString:
    """Return a status badge; `tone` is one of `TONES`."""
    return build_html('<span class="status-badge is-{}">{}</span>', tone, label)


def time_tag(value: datetime | None) -> SafeString:
    """Return a UTC time, which the page's script shows in local time."""
    if value is None:
        return DASH
    moment = value.astimezone(UTC)
    return build_html(
        '<time datetime="{}" data-local>{}</time>', moment.isoformat(timespec="seconds"), format_utc(moment)
    )


def format_utc(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


@cache
def icon(name: str) -> SafeString:
    """Return an icon, hidden from screen readers."""
    return build_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static(SPRITE),
        name,
    )


def table_cells(pairs: Iterable[tuple[str, Any]]) -> SafeString:
    """Return the cells of a row from pairs of class and value."""
    return SafeString("".join([f"{_cell_start(css)}{_escape(value)}</td>" for css, value in pairs]))


@cache
def _cell_start(css: str) -> str:
    return f'<td class="{css}">' if css else "<td>"


def _escape(value: Any) -> str:
    """Escape a value unless it is HTML already; skips Django's check for lazy texts."""
    return value if isinstance(value, SafeString) else escape(str(value))


def code_tag(value: Any) -> SafeString | str:
    """Return an identifier in a code element."""
    return build_html("<code>{}</code>", value) if value else DASH


def join_lines(*values: Any) -> SafeString:
    """Join values with line breaks; empty ones are left out."""
    return mark_safe("<br>".join(conditional_escape(value) for value in values if value))  # noqa: S308 - each is escaped
