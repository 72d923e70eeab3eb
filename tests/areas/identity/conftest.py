"""A company with a branch before IAM Identity Center: Adam administers, Aude audits, Nell has the branch."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from console.mirror.models import Entity, Organization
from console.sandbox import fixtures, organization_setup
from console.sandbox.fixtures import TestSandbox
from tests.areas import world
from tests.areas.desk import Desk

BRANCH = "branch.example"
DEE = "user-000000000dee"
INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.sandbox() as empty, world.unhurried():
        made = fixtures.build_test_sandbox(empty)
        organization_setup.add_domain(made.store, made.organization, BRANCH)
        made.enabled_user("dee", email=f"dee@{BRANCH}", display_name="Dee Ortiz")
        yield made


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    cache.clear()
    return world.mirrored(town.organization_id, town="identity", name="Example")


@pytest.fixture
def adam(organization: Organization) -> Desk:
    return desk(organization, "Administrator", "adam")


@pytest.fixture
def aude(organization: Organization) -> Desk:
    return desk(organization, "Auditor", "aude")


@pytest.fixture
def nell(organization: Organization) -> Desk:
    return desk(organization, "Administrator", "nell", BRANCH)


def desk(organization: Organization, role: str, name: str, *domains: str) -> Desk:
    return Desk(world.operator(role, organization, *domains, name=name), organization, "identity")


def application(town: TestSandbox) -> str:
    made = town.call("CreateIdentityCenterApplication", Name="mail", InstanceArn=INSTANCE)
    return str(made["ApplicationArn"])


def configured(
    town: TestSandbox, mode: str = "IDENTITY_PROVIDER_AND_DIRECTORY", status: str = "ACTIVE"
) -> str:
    arn = application(town)
    town.call(
        "PutIdentityProviderConfiguration",
        AuthenticationMode=mode,
        IdentityCenterConfiguration={"InstanceArn": INSTANCE, "ApplicationArn": arn},
        PersonalAccessTokenConfiguration={"Status": status},
    )
    return arn


def tie(organization: Organization, *ids: str) -> None:
    """Give people a user of Identity Center, as the mirror reads it."""
    for each in Entity.objects.filter(organization=organization, entity_id__in=ids):
        each.details = {**each.details, "IdentityProviderUserId": "c0a80101-1234-4000-8000-000000000001"}
        each.save(update_fields=["details"])


def shown(town: TestSandbox) -> dict[str, Any]:
    return town.call("DescribeIdentityProviderConfiguration")
