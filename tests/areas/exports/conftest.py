"""A console in front of a sandbox: one organization with a destination, and who may do what in it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.actor import Actor
from console.areas.exports.models import Destination
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators.models import Grant, Operator, Role
from console.sandbox import fixtures
from console.sandbox.fixtures import TestSandbox, running_sandbox


@pytest.fixture
def sandbox() -> Iterator[TestSandbox]:
    with running_sandbox() as town:
        town.clock.freeze()
        yield town


@pytest.fixture
def organization(sandbox: TestSandbox, db: None) -> Organization:
    """The sandbox's organization, its people in the mirror."""
    made = Organization.objects.create(
        organization_id=sandbox.organization_id, slug="example", region="us-east-1"
    )
    gateway.call(Actor.system("mirror"), "ListUsers", made)
    return made


@pytest.fixture
def destination(organization: Organization) -> Destination:
    return Destination.objects.create(
        organization=organization,
        name="Archive",
        role_arn=fixtures.ROLE,
        kms_key_arn=fixtures.KEY,
        bucket=fixtures.BUCKET,
        prefix="exports",
    )


def operator(organization: Organization, role: str, name: str, domains: list[str] | None = None) -> Operator:
    made = Operator.objects.create_user(f"{name}@helpdesk.example", name=name.title())
    granted = Role.objects.get(name=role)
    Grant.objects.create(operator=made, role=granted, organization=organization, domains=domains or [])
    return made


def actor(made: Operator) -> Actor:
    return Actor(made.pk, made.email)


@pytest.fixture
def erin(organization: Organization) -> Operator:
    """An exporter of the whole organization."""
    return operator(organization, "Exporter", "erin")


@pytest.fixture
def exporter(erin: Operator) -> Actor:
    return actor(erin)


@pytest.fixture
def ada(organization: Organization) -> Entity:
    return Entity.objects.get(organization=organization, entity_id=fixtures.ADA)


@pytest.fixture
def bo(organization: Organization) -> Entity:
    return Entity.objects.get(organization=organization, entity_id=fixtures.BO)


class Time:
    """The console's and the sandbox's time, moved together."""

    def __init__(self, sandbox: TestSandbox) -> None:
        # Rows are dated by defaults that nobody can move: begin after them.
        self.sandbox, self.now = sandbox, timezone.now() + timedelta(minutes=1)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **span: Any) -> None:
        step = timedelta(**span)
        self.now += step
        self.sandbox.clock.advance(step.total_seconds())


@pytest.fixture
def time(sandbox: TestSandbox, monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time(sandbox)
    monkeypatch.setattr("django.utils.timezone.now", made)
    return made
