"""A sandbox with Ada, Bo and Cy, the organization that the console keeps for it, and its owner."""

from collections.abc import Iterator

import pytest

from console.actor import Actor
from console.mirror.models import Organization
from console.operators.models import Grant, Operator, Role
from console.sandbox.fixtures import TestSandbox, running_sandbox


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestSandbox]:
    monkeypatch.setattr("console.sync.pace.REST_SECONDS", 0)
    monkeypatch.setattr("console.sync.pace.max_rate", lambda: 1e9)
    with running_sandbox() as made:
        yield made


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    return Organization.objects.create(
        organization_id=town.organization_id, slug="example", region="us-east-1"
    )


@pytest.fixture
def owner(organization: Organization) -> Actor:
    operator = Operator.objects.create_user("owner@example.com", name="Olga")
    Grant.objects.create(operator=operator, role=Role.objects.get(name="Owner"), organization=organization)
    return Actor(operator.pk, operator.email)
