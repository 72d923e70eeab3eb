"""What an organization is, as DescribeOrganization has it: its state and its meaning, names, directory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from console.mirror.directory_type import Directory
from console.mirror.models import Organization
from console.ui.markup import DASH, badge, mono, text


@dataclass(frozen=True, slots=True)
class State:
    """A state of an organization; one that is `passing` is worth asking for again soon."""

    tone: str
    meaning: str
    passing: bool = False


# AWS's guide lists all but the last two, which were observed.
STATES = {
    "Requested": State("info", "WorkMail has the request and begins soon.", passing=True),
    "Creating": State("info", "WorkMail sets up its directory and its first domain.", passing=True),
    "Validating": State("info", "WorkMail examines whether everything is in order.", passing=True),
    "Active": State("success", "It works."),
    "Inactive": State("warning", "It is switched off; AWS support knows why."),
    "Impaired": State("warning", "Part of it does not work; mostly its directory cannot be reached."),
    "Failed": State("danger", "It could not be set up, and never will be: delete it and make another."),
    "Deleting": State("danger", "WorkMail removes it with everything in it.", passing=True),
    "Deleted": State("danger", "It is gone, with every mailbox. WorkMail goes on listing it for a while."),
}
UNKNOWN = State("neutral", "A state that the console does not know.")


def state_of(described: Mapping[str, Any]) -> State:
    return STATES.get(described.get("State", ""), UNKNOWN)


def state_badge(described: Mapping[str, Any]) -> SafeString:
    name = described.get("State", "")
    return badge(name, state_of(described).tone) if name else DASH


def from_mirror(organization: Organization) -> dict[str, Any]:
    """The same members as the console last saw them, for when AWS does not answer."""
    return {
        "OrganizationId": organization.organization_id,
        "State": organization.state,
        "DefaultMailDomain": organization.default_domain,
        "DirectoryType": organization.directory_type,
        "InteroperabilityEnabled": organization.interoperates,
        "ARN": organization.arn,
    }


def directory_of(described: Mapping[str, Any]) -> Directory:
    return Directory(
        str(described.get("DirectoryType") or ""), bool(described.get("InteroperabilityEnabled"))
    )


def items(organization: Organization, described: Mapping[str, Any]) -> list[tuple[str, Any]]:
    alias = described.get("Alias", "")
    webmail = f"https://{alias}.awsapps.com/mail" if alias else ""
    told = [
        ("State", state_badge(described)),
        ("Alias", mono(alias)),
        ("Id", mono(described.get("OrganizationId", ""))),
        ("Region", organization.region),
        ("ARN", mono(described.get("ARN", ""))),
        ("Default mail domain", described.get("DefaultMailDomain", "")),
        ("Web mail", webmail),
        ("Set up", text(described.get("CompletedDate"))),
    ]
    rare = [
        ("Migration administrator", mono(described.get("MigrationAdmin", ""))),
        ("What went wrong", described.get("ErrorMessage", "")),
    ]
    return [*told, *(each for each in rare if each[1] not in ("", DASH))]
