"""A small company in the sandbox, the console's copy of it, and the operators who look after it.

Helga helps everybody, Bruno only the branch (branch.example), Aude audits, Adam administers.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from botocore import exceptions
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.ledger.models import Entry
from console.mirror.models import Entity, Organization
from console.operators.models import Grant, Operator, Role
from console.sandbox import dispatch, fixtures, organization_setup
from console.sandbox.errors import ServiceError
from console.sandbox.fixtures import ADA, TestSandbox
from console.sync import mirror_refresh, worker
from tests.areas import world

BRANCH = "branch.example"
DEE, EVE = "user-000000000dee", "user-000000000eve"
NURSES, TEAM = "group-000000nurses", "group-0branch-team"


@dataclass
class Desk:
    """Somebody at a browser: `get("edit", ADA)` and `post("edit", ADA, {…})` by the names of the URLs."""

    operator: Operator
    organization: Organization

    def __post_init__(self) -> None:
        self.client = Client()
        self.client.force_login(self.operator)

    def get(self, name: str, *args: str, data: Any = None, **headers: str) -> Any:
        return self.client.get(self.url(name, *args), data, headers=headers)

    def post(self, name: str, *args: str, data: Any = None) -> Any:
        return self.client.post(self.url(name, *args), data or {})

    def url(self, name: str, *args: str) -> str:
        return reverse(f"users:{name}", args=[self.organization.slug, *args])


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.sandbox() as empty, world.unhurried():
        made = fixtures.build_test_sandbox(empty)
        organization_setup.add_domain(made.store, made.organization, BRANCH)
        made.enabled_user("dee", email=f"dee@{BRANCH}", display_name="Dee Ortiz", department="Surgery")
        made.enabled_user("eve", email=f"eve@{BRANCH}", display_name="Eve Ng", hidden=True)
        made.group("nurses")
        made.group("branch-team", email=f"team@{BRANCH}")
        for group, member in ((NURSES, ADA), (NURSES, DEE), (TEAM, DEE)):
            made.call("AssociateMemberToGroup", GroupId=group, MemberId=member)
        yield made


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    """Read completely, details and all."""
    cache.clear()
    made = world.mirrored(town.organization_id, town="users", name="Example", default_domain="example.com")
    Entity.objects.filter(detailed_at__isnull=False).update(
        described_at=timezone.now(), detailed_at=timezone.now()
    )
    return made


def read_completely(organization: Organization) -> None:
    mirror_refresh.schedule_sync(organization)
    while worker.run_slice(organization):
        pass


def read_again(organization: Organization) -> None:
    """An hour later, when a listing is newer than what was described before."""
    Entity.objects.update(described_at=timezone.now() - timedelta(hours=1))
    read_completely(organization)


class Wire:
    """What goes to the sandbox: `calls` by operation; some of them can be made to fail."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.refused: dict[str, str] = {}
        self.lost: set[str] = set()
        self.is_down = False
        self._answer = dispatch.answer_call

    def __call__(self, store: Any, operation: str, *args: Any, **kwargs: Any) -> Any:
        self.calls.append(operation)
        if self.is_down:
            raise exceptions.NoCredentialsError()
        if code := self.refused.get(operation):
            raise ServiceError(code, "as the test wants it")
        result = self._answer(store, operation, *args, **kwargs)
        if operation in self.lost:
            raise exceptions.ReadTimeoutError(endpoint_url="https://workmail")
        return result


@pytest.fixture
def wire(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """From here on, after the console has read everything."""
    made = Wire()
    monkeypatch.setattr(dispatch, "answer_call", made)
    return made


def _desk(organization: Organization, name: str, role: str, domains: list[str] | None = None) -> Desk:
    operator = Operator.objects.create_user(f"{name.lower()}@desk.example", name=name)
    Grant.objects.create(
        operator=operator, role=Role.objects.get(name=role), organization=organization, domains=domains or []
    )
    return Desk(operator, organization)


@pytest.fixture
def helga(organization: Organization) -> Desk:
    return _desk(organization, "Helga", "Helpdesk")


@pytest.fixture
def bruno(organization: Organization) -> Desk:
    return _desk(organization, "Bruno", "Helpdesk", [BRANCH])


@pytest.fixture
def aude(organization: Organization) -> Desk:
    return _desk(organization, "Aude", "Auditor")


@pytest.fixture
def adam(organization: Organization) -> Desk:
    return _desk(organization, "Adam", "Administrator")


def written(operation: str) -> list[Entry]:
    """The intents of an operation, latest first."""
    return list(Entry.objects.filter(kind=Entry.Kind.INTENT, operation=operation))
