"""A town whose directory is in the mirror, and operators who ask for changes in it."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from console.actor import Actor
from console.aws import model
from console.mirror.models import Organization
from console.sandbox.fixtures import TestSandbox
from tests.areas import world


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.town() as made:
        yield made


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    return world.mirrored(town.organization_id)


@pytest.fixture
def adam(organization: Organization) -> Actor:
    return world.actor(world.operator("Administrator", organization, name="adam"))


@pytest.fixture
def olga(organization: Organization) -> Actor:
    return world.actor(world.operator("Owner", organization, name="olga"))


@pytest.fixture
def helga(organization: Organization) -> Actor:
    return world.actor(world.operator("Helpdesk", organization, name="helga"))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The budget is no matter of these tests, but of its own."""
    monkeypatch.setattr("console.changes.budget.max_rate", lambda: 1e9)


LISTS = (
    "ListMailDomains",
    "ListAccessControlRules",
    "ListMobileDeviceAccessRules",
    "ListMobileDeviceAccessOverrides",
    "ListImpersonationRoles",
    "ListAvailabilityConfigurations",
    "ListPersonalAccessTokens",
    "DescribeInboundDmarcSettings",
    "GetDefaultRetentionPolicy",
    "DescribeEmailMonitoringConfiguration",
    "DescribeIdentityProviderConfiguration",
)
# What WorkMail gives or sets by itself.
APART = ("Date", "RuleId", "RoleId", "RequestId")
KINDS = {
    "User": (
        "DescribeUser",
        "GetMailboxDetails",
        "ListAliases",
        "ListGroupsForEntity",
        "ListMailboxPermissions",
    ),
    "Group": ("DescribeGroup", "ListAliases", "ListGroupMembers", "ListMailboxPermissions"),
    "Resource": ("DescribeResource", "ListAliases", "ListResourceDelegates", "ListMailboxPermissions"),
}


def snapshot(town: TestSandbox) -> dict[str, Any]:
    """Everything that WorkMail shows of the organization, but for dates and the ids of rules."""
    shown: dict[str, Any] = {name: _asked(town, name) for name in LISTS}
    if isinstance(shown["GetDefaultRetentionPolicy"], dict):
        shown["GetDefaultRetentionPolicy"].pop("Id", None)
    shown["tags"] = _asked(town, "ListTagsForResource", ResourceARN=town.organization.arn)
    for entity in town.store.entities:
        if entity.organization_id == town.organization_id and not entity.is_deleted:
            for name in KINDS[type(entity).__name__]:
                member = next(each for each in model.required_members(name) if each != "OrganizationId")
                shown[f"{name} {entity.entity_id}"] = _asked(town, name, **{member: entity.entity_id})
    return shown


def _asked(town: TestSandbox, operation: str, **params: Any) -> Any:
    try:
        return _bare(town.call(operation, **params))
    except ClientError as refusal:
        return refusal.response["Error"]["Code"]


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if not name.endswith(APART) and "Date" not in name}
        return {name: _bare(each) for name, each in kept.items() if each not in (None, "", [], False)}
    if isinstance(value, list):
        return sorted((_bare(each) for each in value), key=repr)
    return value
