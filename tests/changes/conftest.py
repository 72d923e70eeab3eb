"""A town whose directory is in the mirror, and operators who ask for changes in it."""

from collections.abc import Iterator

import pytest

from console.mirror.models import Organization
from console.operators.actors import Actor
from console.sandbox.testing import TestSandbox
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
    monkeypatch.setattr("console.changes.budget.highest", lambda: 1e9)
