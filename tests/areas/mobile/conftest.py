"""The usual company, its operators, and what its mobile device rules say."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from console.mirror.models import Organization
from console.sandbox.fixtures import DOMAIN, TestSandbox
from tests.areas import world
from tests.areas.access_rules.conftest import Desk as AnyDesk


class Desk(AnyDesk):
    def url(self, name: str, *args: Any) -> str:
        return reverse(name if ":" in name else f"mobile:{name}", args=[self.organization.slug, *args])


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.town() as made:
        yield made


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    return world.mirrored(town.organization_id)


@pytest.fixture
def adam(organization: Organization) -> Desk:
    return Desk(world.operator("Administrator", organization, name="adam"), organization)


@pytest.fixture
def nell(organization: Organization) -> Desk:
    """With every right, but only for people of example.com."""
    return Desk(world.operator("Owner", organization, DOMAIN, name="nell"), organization)


def no_android(**fields: Any) -> dict[str, Any]:
    return {"Name": "No Android", "Effect": "DENY", "DeviceTypes": "android", **fields}


def save(desk: Desk, name: str, *args: Any, data: dict[str, Any], **more: Any) -> Any:
    """Look at the review, and send it again with everything that it carries."""
    seen = desk.post(name, *args, **data)
    assert seen.status_code == 200, world.body(seen)
    return desk.post(name, *args, **data, step="save", seal=seen.context["plan"].seal, **more)


def rules(town: TestSandbox) -> dict[str, dict[str, Any]]:
    return {rule["Name"]: rule for rule in town.call("ListMobileDeviceAccessRules")["Rules"]}
