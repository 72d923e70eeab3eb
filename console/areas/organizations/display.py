"""State, properties and setting cards of an organization."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.availability import display
from console.areas.monitoring import display as monitoring_display
from console.areas.retention import display as retention_display
from console.mirror.directory_type import Directory
from console.mirror.models import Organization
from console.operators import policy
from console.ui.markup import DASH, badge, code_tag, display_value
from console.web import settings_reads
from console.web.aws_messages import Explanation
from console.web.settings_reads import SettingResult


@dataclass(frozen=True, slots=True)
class OrganizationState:
    """A state of an organization with its meaning; a `passing` one changes soon."""

    tone: str
    meaning: str
    passing: bool = False


# AWS's guide lists all but the last two, which were observed.
ORGANIZATION_STATES = {
    "Requested": OrganizationState("info", "WorkMail has the request and begins soon.", passing=True),
    "Creating": OrganizationState(
        "info", "WorkMail sets up its directory and its first domain.", passing=True
    ),
    "Validating": OrganizationState(
        "info", "WorkMail examines whether everything is in order.", passing=True
    ),
    "Active": OrganizationState("success", "It works."),
    "Inactive": OrganizationState("warning", "It is switched off; AWS support knows why."),
    "Impaired": OrganizationState(
        "warning", "Part of it does not work; mostly its directory cannot be reached."
    ),
    "Failed": OrganizationState(
        "danger", "It could not be set up, and never will be: delete it and make another."
    ),
    "Deleting": OrganizationState("danger", "WorkMail removes it with everything in it.", passing=True),
    "Deleted": OrganizationState(
        "danger", "It is gone, with every mailbox. WorkMail goes on listing it for a while."
    ),
}
UNKNOWN_STATE = OrganizationState("neutral", "A state that the console does not know.")


def organization_state(described: Mapping[str, Any]) -> OrganizationState:
    return ORGANIZATION_STATES.get(described.get("State", ""), UNKNOWN_STATE)


def state_badge(described: Mapping[str, Any]) -> SafeString:
    name = described.get("State", "")
    return badge(name, organization_state(described).tone) if name else DASH


def mirrored_description(organization: Organization) -> dict[str, Any]:
    """Return the members of DescribeOrganization from the local copy, for when AWS does not answer."""
    return {
        "OrganizationId": organization.organization_id,
        "State": organization.state,
        "DefaultMailDomain": organization.default_domain,
        "DirectoryType": organization.directory_type,
        "InteroperabilityEnabled": organization.interoperates,
        "ARN": organization.arn,
    }


def organization_directory(described: Mapping[str, Any]) -> Directory:
    return Directory(
        str(described.get("DirectoryType") or ""), bool(described.get("InteroperabilityEnabled"))
    )


def organization_items(organization: Organization, described: Mapping[str, Any]) -> list[tuple[str, Any]]:
    alias = described.get("Alias", "")
    webmail = f"https://{alias}.awsapps.com/mail" if alias else ""
    items = [
        ("State", state_badge(described)),
        ("Alias", code_tag(alias)),
        ("Id", code_tag(described.get("OrganizationId", ""))),
        ("Region", organization.region),
        ("ARN", code_tag(described.get("ARN", ""))),
        ("Default mail domain", described.get("DefaultMailDomain", "")),
        ("Web mail", webmail),
        ("Set up", display_value(described.get("CompletedDate"))),
    ]
    rare = [
        ("Migration administrator", code_tag(described.get("MigrationAdmin", ""))),
        ("What went wrong", described.get("ErrorMessage", "")),
    ]
    return [*items, *(each for each in rare if each[1] not in ("", DASH))]


@dataclass(frozen=True, slots=True)
class CardDefinition:
    """A card: the operation that reads the setting, its description, and the page that edits it."""

    title: str
    icon: str
    url_name: str
    read: str
    lines: Callable[[SettingResult], list[str]]
    listing: str = ""  # the member of a listing, whose pages are read to the end


@dataclass(frozen=True, slots=True)
class SettingCard:
    title: str
    icon: str
    href: str
    look: SettingResult
    lines: list[str]


CARD_DEFINITIONS = (
    CardDefinition(
        "Retention",
        "clock",
        "retention:detail",
        "GetDefaultRetentionPolicy",
        retention_display.summarize_policy,
    ),
    CardDefinition(
        "Availability of other directories",
        "calendar-clock",
        "availability:list",
        "ListAvailabilityConfigurations",
        display.summarize_configurations,
        "AvailabilityConfigurations",
    ),
    CardDefinition(
        "Log of e-mail events",
        "file-text",
        "monitoring:detail",
        "DescribeEmailMonitoringConfiguration",
        monitoring_display.summarize_logging,
    ),
)


def read_cards(
    actor: Actor, organization: Organization, skipped: Explanation | None = None
) -> Iterator[SettingCard]:
    """Yield the cards that the operator may read; after AWS did not answer once, the rest are skipped."""
    for each in CARD_DEFINITIONS:
        if not policy.allows(actor, each.read, organization):
            continue
        look = SettingResult(problem=skipped) if skipped else _read_setting(actor, organization, each)
        skipped = skipped or (settings_reads.NOT_READ if look.is_away else None)
        href = reverse(each.url_name, args=[organization.slug])
        yield SettingCard(each.title, each.icon, href, look, [] if look.problem else each.lines(look))


def _read_setting(actor: Actor, organization: Organization, setting: CardDefinition) -> SettingResult:
    if setting.listing:
        return settings_reads.read_listing(actor, setting.read, organization, setting.listing)
    return settings_reads.read_setting(actor, setting.read, organization)
