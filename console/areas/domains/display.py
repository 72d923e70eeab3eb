"""Badges and texts of mail domains and their records."""

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString

from console.areas.domains.dns.verdicts import RecordStatus
from console.areas.domains.models import Check
from console.mirror.models import Entity
from console.ui.markup import DASH, badge

URL_NAMESPACES = {Entity.Kind.USER: "users", Entity.Kind.GROUP: "groups", Entity.Kind.RESOURCE: "resources"}

AWS_BADGES = {
    "VERIFIED": ("Verified", "success"),
    "PENDING": ("Pending", "warning"),
    "FAILED": ("Failed", "danger"),
}
RECORD_BADGES = {
    RecordStatus.OK: ("Found", "success"),
    RecordStatus.MISSING: ("Missing", "danger"),
    RecordStatus.DIFFERS: ("Inconsistent", "warning"),
    RecordStatus.UNKNOWN: ("Not known", "neutral"),
}
CHECK_BADGES = {
    Check.State.OK: ("In order", "success"),
    Check.State.PROBLEMS: ("To mend", "warning"),
    Check.State.INCOMPLETE: ("Incomplete", "neutral"),
    Check.State.NO_DNS: ("No DNS", "neutral"),
}


def aws_badge(status: str) -> SafeString:
    return badge(*AWS_BADGES.get(status, (status.capitalize(), "neutral"))) if status else DASH


def record_badge(status: str) -> SafeString:
    return badge(*RECORD_BADGES[RecordStatus(status)])


def check_badge(value: Any) -> SafeString:
    return badge(*CHECK_BADGES[Check.State(value)]) if value else DASH


def status_text(status: str) -> str:
    """Return the status as the history shows it, such as "missing" or "verified"."""
    labels = {each.value: label for each, (label, _) in RECORD_BADGES.items()}
    return labels.get(status, status or "not known").lower()


def entity_url(slug: str, kind: str, entity_id: str, name: str) -> str:
    """Return the URL of the entity's page, or of a search for the name if it has none."""
    try:
        return reverse(f"{URL_NAMESPACES[Entity.Kind(kind)]}:detail", args=[slug, entity_id])
    except NoReverseMatch:
        return f"{reverse('search', args=[slug])}?{urlencode({'q': name})}"
