"""The page of an organization's settings: what it is and how everything is set, read from AWS for it."""

from typing import Any

from django.http import HttpResponse

from console.areas.organizations.settings import identity
from console.areas.organizations.settings.cards import cards
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import pages
from console.web import settings_reads
from console.web.aws_messages import Explanation
from console.web.settings_reads import SettingResult

INACTIVE = Explanation("Not active", "Only an active organization shows how it is set.")
OFFERED = (
    "TagResource",
    "UntagResource",
    "CreateOrganization",
    "DeleteOrganization",
    "ListOrganizations",
    "ReadDataRetention",
)


@performs("DescribeOrganization")
def settings(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    described = settings_reads.read_setting(request.actor, "DescribeOrganization", organization)
    shown = described.shown or identity.from_mirror(organization)
    skipped = _skipped(described)
    tags = _tags(request, organization, shown, skipped)
    skipped = skipped or (settings_reads.NOT_READ if tags and tags.is_away else None)
    context = {
        "title": "Settings",
        "organization": organization,
        "tags": tags,
        "cards": list(cards(request.actor, organization, skipped)),
        "may": {name: policy.allows(request.actor, name, organization) for name in OFFERED},
        **_identity(organization, described, shown),
    }
    return pages.show(request, "organizations/settings.html", context)


@performs("DescribeOrganization")
def state(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    """The first card alone, asked for every two seconds while the organization is set up or removed."""
    described = settings_reads.read_setting(request.actor, "DescribeOrganization", organization)
    shown = described.shown or identity.from_mirror(organization)
    context = {"organization": organization, **_identity(organization, described, shown)}
    return pages.show(request, "organizations/identity.html", context)


def _identity(organization: Organization, described: SettingResult, shown: Any) -> dict[str, Any]:
    return {
        "described": described,
        "items": identity.items(organization, shown),
        "state": identity.state_of(shown),
        "directory": identity.directory_of(shown),
    }


def _skipped(described: SettingResult) -> Explanation | None:
    """Why there is no use in asking for anything else."""
    if described.is_away:
        return settings_reads.NOT_READ
    return INACTIVE if described.shown.get("State", "Active") != "Active" else None


def _tags(
    request: ConsoleRequest, organization: Organization, shown: Any, skipped: Explanation | None
) -> SettingResult | None:
    """`None` for whom tags are no business, and while nobody knows the ARN that they hang on."""
    arn = shown.get("ARN") or organization.arn
    if not arn or not policy.allows(request.actor, "ListTagsForResource", organization):
        return None
    if skipped:
        return SettingResult(problem=skipped)
    return settings_reads.read_setting(request.actor, "ListTagsForResource", organization, ResourceARN=arn)
