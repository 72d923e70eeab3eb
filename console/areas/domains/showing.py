"""Statuses of domains and records in words and colours."""

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from console.areas.domains.dns.verdicts import Status
from console.areas.domains.models import Check
from console.mirror.models import Entity
from console.ui.markup import DASH, badge

AREAS = {Entity.Kind.USER: "users", Entity.Kind.GROUP: "groups", Entity.Kind.RESOURCE: "resources"}

AWS = {
    "VERIFIED": ("Verified", "success"),
    "PENDING": ("Pending", "warning"),
    "FAILED": ("Failed", "danger"),
}
STATUSES = {
    Status.OK: ("Found", "success"),
    Status.MISSING: ("Missing", "danger"),
    Status.DIFFERS: ("Inconsistent", "warning"),
    Status.UNKNOWN: ("Not known", "neutral"),
}
STATES = {
    Check.State.OK: ("In order", "success"),
    Check.State.PROBLEMS: ("To mend", "warning"),
    Check.State.INCOMPLETE: ("Incomplete", "neutral"),
    Check.State.NO_DNS: ("No DNS", "neutral"),
}


def aws(status: str) -> SafeString:
    """What AWS says of a domain's ownership or DKIM."""
    return badge(*AWS.get(status, (status.capitalize(), "neutral"))) if status else DASH


def record(status: str) -> SafeString:
    return badge(*STATUSES[Status(status)])


def state(value: Any) -> SafeString:
    return badge(*STATES[Check.State(value)]) if value else DASH


def word(status: str) -> str:
    """In the history: "missing", "verified"."""
    known = {each.value: label for each, (label, _) in STATUSES.items()}
    return known.get(status, status or "not known").lower()


def href(slug: str, kind: str, entity_id: str, name: str) -> str:
    """The page of a person, a group or a resource; of what has none, the search that finds it."""
    try:
        return reverse(f"{AREAS[Entity.Kind(kind)]}:detail", args=[slug, entity_id])
    except NoReverseMatch:
        return f"{reverse('search', args=[slug])}?{urlencode({'q': name})}"
