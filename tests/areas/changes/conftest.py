"""Operators at the pages of changes, in a town whose directory is in the mirror."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console.changes import drafts
from console.changes.models import Change
from console.changes.policies import compute_digest
from console.changes.steps import PlannedStep
from console.mirror.models import Organization
from console.operators.models import Operator
from console.sandbox.fixtures import ADA, TestSandbox
from tests.areas import world
from tests.traces import Traces, collected


@dataclass(frozen=True)
class Seat:
    """Somebody in front of the console."""

    operator: Operator
    client: Client
    organization: Organization

    def get(self, name: str, *args: Any, **params: Any) -> Any:
        return self.client.get(self.url(name, *args), params)

    def post(self, name: str, *args: Any, **data: Any) -> Any:
        return self.client.post(self.url(name, *args), data)

    def approve(self, change: Change) -> Any:
        return self.post("approve", change.pk, digest=compute_digest(change))

    def save_policies(self, **data: Any) -> Any:
        """Save the policies as the form shows them now, with these values."""
        seen = json.dumps(self.get("conditions").context["form"].initial["seen"])
        return self.post("conditions", **{"seen": seen, **data})

    def text(self, name: str, *args: Any, **params: Any) -> str:
        return world.body(self.get(name, *args, **params))

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"changes:{name}", args=[self.organization.slug, *args])

    def draft(self, *steps: PlannedStep, title: str = "Move Ada", **given: Any) -> Change:
        asked = steps or (PlannedStep("UpdateUser", {"UserId": ADA, "Office": "Oslo"}),)
        return drafts.create_draft(world.actor(self.operator), self.organization, title, asked, **given)


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.town() as made:
        yield made


@pytest.fixture
def organization(transactional_db: None, town: TestSandbox) -> Organization:
    return world.mirrored(town.organization_id)


@pytest.fixture
def traces(organization: Organization, caplog: pytest.LogCaptureFixture) -> Iterator[Traces]:
    """Everything that is stored, logged and published during the test."""
    with collected(caplog) as everything:
        yield everything


def seat(organization: Organization, role: str, name: str, *domains: str) -> Seat:
    operator = world.operator(role, organization, *domains, name=name)
    return Seat(operator, world.browser(operator), organization)


@pytest.fixture
def adam(organization: Organization) -> Seat:
    return seat(organization, "Administrator", "adam")


@pytest.fixture
def olga(organization: Organization) -> Seat:
    return seat(organization, "Owner", "olga")


@pytest.fixture
def helga(organization: Organization) -> Seat:
    return seat(organization, "Helpdesk", "helga")


@pytest.fixture
def nell(organization: Organization) -> Seat:
    return seat(organization, "Helpdesk", "nell", "example.com")
