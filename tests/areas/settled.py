"""An organization with its settings, and those who look at them: fixtures for the tests of four areas."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators.models import Operator
from console.sandbox import fixtures
from console.sandbox.fixtures import TestSandbox
from tests.areas import world


@dataclass
class Desk:
    """Somebody at a browser: `get("retention:edit")`, `post("availability:edit", domain, data={…})`."""

    operator: Operator
    organization: Organization

    def __post_init__(self) -> None:
        self.client = Client()
        self.client.force_login(self.operator)

    def get(self, name: str, *args: str, data: Any = None, **headers: str) -> Any:
        return self.client.get(self.url(name, *args), data, headers=headers)

    def post(self, name: str, *args: str, data: Any = None, query: str = "") -> Any:
        return self.client.post(self.url(name, *args) + query, data or {})

    def url(self, name: str, *args: str) -> str:
        return reverse(name, args=[self.organization.slug, *args])

    def page(self, name: str, *args: str, **data: Any) -> str:
        answer = self.get(name, *args, data=data)
        assert answer.status_code == 200
        return world.body(answer)


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    """Nothing is set yet."""
    with world.sandbox() as made, world.unhurried():
        yield fixtures.build_test_sandbox(made)


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    cache.clear()
    return world.mirrored(town.organization_id, town="settled", name="Example")


@pytest.fixture
def olga(organization: Organization) -> Desk:
    return Desk(world.operator("Owner", organization, name="olga"), organization)


@pytest.fixture
def adam(organization: Organization) -> Desk:
    return Desk(world.operator("Administrator", organization, name="adam"), organization)


@pytest.fixture
def aude(organization: Organization) -> Desk:
    return Desk(world.operator("Auditor", organization, name="aude"), organization)


@pytest.fixture
def helga(organization: Organization) -> Desk:
    return Desk(world.operator("Helpdesk", organization, name="helga"), organization)


def hidden(page: Any, name: str) -> str:
    """What a page's form carries unseen."""
    bound = page.context["form"][name]
    return str(bound.value())


def loaded(page: Any) -> str:
    """The snapshot that a form came with."""
    text = world.body(page)
    return text.partition('name="loaded" value="')[2].partition('"')[0]


def written(operation: str) -> list[Entry]:
    """The intents of an operation, latest first."""
    return list(Entry.objects.filter(kind=Entry.Kind.INTENT, operation=operation))
