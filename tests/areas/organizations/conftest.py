"""An organization with a few people in the mirror, and who looks at it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from console.mirror.models import Entity, Organization
from tests.areas import world
from tests.areas.ledger.conftest import ID, person

NEAR, FAR = "example.com", "far.example"


@pytest.fixture
def organization(db: None) -> Organization:
    now = timezone.now()
    fields = {"region": "us-east-1", "name": "Example", "listed_at": now, "detailed_at": now}
    return Organization.objects.create(organization_id=ID, slug="example", **fields)


@pytest.fixture
def owner(organization: Organization) -> Client:
    return world.browser(world.operator("Owner", organization))


@pytest.fixture
def helga(organization: Organization) -> Client:
    return world.browser(world.operator("Helpdesk", organization, name="helga"))


@pytest.fixture
def nell(organization: Organization) -> Client:
    """An owner of one mail domain."""
    return world.browser(world.operator("Owner", organization, NEAR, name="nell"))


def disabled(organization: Organization, name: str, days: float, **fields: Any) -> Entity:
    """Somebody whose mailbox was taken away so many days ago."""
    gone = timezone.now() - timedelta(days=days)
    given: dict[str, Any] = {"state": "DISABLED", "disabled_date": gone, "email": f"{name}@{NEAR}"} | fields
    return person(organization, name, **given)


def group(organization: Organization, name: str, domain: str = NEAR, **fields: Any) -> Entity:
    return person(organization, name, domain, **{"kind": "group", "role": "", **fields})
