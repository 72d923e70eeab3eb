"""A small company with an office network, and the operators who may or may not touch its access rules."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console.areas.access_rules.models import NamedNetwork, ProtectedPerson
from console.mirror.models import Organization
from console.operators.models import Operator
from console.sandbox.fixtures import ADA, BO, DOMAIN, TestSandbox
from tests.areas import world

OFFICE = "203.0.113.0/24"
INSIDE, OUTSIDE = "203.0.113.7", "198.51.100.7"


@dataclass
class Desk:
    """Somebody at a browser: `get("edit", "no-imap")` by the names of the URLs."""

    operator: Operator
    organization: Organization

    def __post_init__(self) -> None:
        self.client = Client()
        self.client.force_login(self.operator)

    def get(self, name: str, *args: Any, data: Any = None, **headers: str) -> Any:
        return self.client.get(self.url(name, *args), data, headers=headers)

    def post(self, page: str, /, *args: Any, **data: Any) -> Any:
        return self.client.post(self.url(page, *args), data)

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"access_rules:{name}", args=[self.organization.slug, *args])


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.town() as made:
        yield made


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    return world.mirrored(town.organization_id)


@pytest.fixture
def office(organization: Organization) -> NamedNetwork:
    return NamedNetwork.objects.create(organization=organization, name="Office", ranges=[OFFICE])


@pytest.fixture
def protected(organization: Organization) -> ProtectedPerson:
    return ProtectedPerson.objects.create(organization=organization, entity_id=BO, note="on call")


@pytest.fixture
def adam(organization: Organization, office: NamedNetwork) -> Desk:
    return Desk(world.operator("Administrator", organization, name="adam"), organization)


@pytest.fixture
def aude(organization: Organization) -> Desk:
    return Desk(world.operator("Auditor", organization, name="aude"), organization)


@pytest.fixture
def nell(organization: Organization) -> Desk:
    """With every right, but only for people of example.com."""
    return Desk(world.operator("Owner", organization, DOMAIN, name="nell"), organization)


def deny(name: str = "no-imap", **fields: Any) -> dict[str, Any]:
    """What the editor sends for a rule that denies IMAP to Ada outside the office."""
    return {
        "Name": name,
        "Effect": "DENY",
        "UserIds": "ada@example.com",
        "Actions": ["IMAP"],
        "NotIpRanges": "Office",
        **fields,
    }


def save(desk: Desk, name: str, *args: Any, data: dict[str, Any], **more: Any) -> Any:
    """What a browser does: look at the review, and send it again with everything that it carries."""
    seen = desk.post(name, *args, **data)
    assert seen.status_code == 200, world.body(seen)
    return desk.post(name, *args, **data, step="save", seal=seen.context["plan"].seal, **more)


def answer(town: TestSandbox, user_id: str, action: str, address: str) -> str:
    told = town.call("GetAccessControlEffect", UserId=user_id, Action=action, IpAddress=address)
    return str(told["Effect"])


def names(town: TestSandbox) -> list[str]:
    return sorted(rule["Name"] for rule in town.call("ListAccessControlRules")["Rules"])


__all__ = ["ADA", "BO", "INSIDE", "OUTSIDE", "answer", "deny", "names", "save"]
