"""The settings that an organization's page shows at a glance, each read live and each failing for itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import reverse

from console.actor import Actor
from console.areas.availability import showing as availability
from console.areas.monitoring import showing as monitoring
from console.areas.retention import showing as retention
from console.mirror.models import Organization
from console.operators import policy
from console.web import settings_reads
from console.web.aws_messages import Explanation
from console.web.settings_reads import SettingResult


@dataclass(frozen=True, slots=True)
class Setting:
    """One card: `read` shows it, `lines` says it in sentences, its page is where it is changed."""

    title: str
    icon: str
    url_name: str
    read: str
    lines: Callable[[SettingResult], list[str]]
    listing: str = ""  # the member of a listing, whose pages are read to the end


@dataclass(frozen=True, slots=True)
class Card:
    title: str
    icon: str
    href: str
    look: SettingResult
    lines: list[str]


SETTINGS = (
    Setting("Retention", "clock", "retention:detail", "GetDefaultRetentionPolicy", retention.lines),
    Setting(
        "Availability of other directories",
        "calendar-clock",
        "availability:list",
        "ListAvailabilityConfigurations",
        availability.lines,
        "AvailabilityConfigurations",
    ),
    Setting(
        "Log of e-mail events",
        "file-text",
        "monitoring:detail",
        "DescribeEmailMonitoringConfiguration",
        monitoring.lines,
    ),
)


def cards(actor: Actor, organization: Organization, skipped: Explanation | None = None) -> Iterator[Card]:
    """Those that the operator may read; none is read if they are `skipped` for a reason.

    Once AWS does not answer, nobody waits for the rest of them.
    """
    for each in SETTINGS:
        if not policy.allows(actor, each.read, organization):
            continue
        look = SettingResult(problem=skipped) if skipped else _read(actor, organization, each)
        skipped = skipped or (settings_reads.NOT_READ if look.is_away else None)
        href = reverse(each.url_name, args=[organization.slug])
        yield Card(each.title, each.icon, href, look, [] if look.problem else each.lines(look))


def _read(actor: Actor, organization: Organization, setting: Setting) -> SettingResult:
    if setting.listing:
        return settings_reads.read_listing(actor, setting.read, organization, setting.listing)
    return settings_reads.read_setting(actor, setting.read, organization)
