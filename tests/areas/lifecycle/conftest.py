"""Operators at the pages of people who come, go, and are let in for a while, in a town with a branch."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.changes import engine
from console.changes.models import Change
from console.mirror.models import Organization
from console.sandbox.fixtures import ADA, TestSandbox
from tests.areas import world
from tests.areas.desk import Desk

CREW, CHOIR = "group-00000crew", "group-0000choir"


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.town() as made:
        made.group("crew", entity_id=CREW, email="crew@example.com")
        made.call("AssociateMemberToGroup", GroupId=CREW, MemberId=ADA)
        yield made


@pytest.fixture
def organization(transactional_db: None, town: TestSandbox) -> Organization:
    return world.mirrored(town.organization_id, town="lifecycle")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The budget is no matter of these tests."""
    monkeypatch.setattr("console.changes.budget.max_rate", lambda: 1e9)


def desk(organization: Organization, role: str, name: str, *domains: str) -> Desk:
    return Desk(world.operator(role, organization, *domains, name=name), organization, "lifecycle")


@pytest.fixture
def adam(organization: Organization) -> Desk:
    return desk(organization, "Administrator", "adam")


@pytest.fixture
def helga(organization: Organization) -> Desk:
    return desk(organization, "Helpdesk", "helga")


@pytest.fixture
def nell(organization: Organization) -> Desk:
    """An administrator of one mail domain."""
    return desk(organization, "Administrator", "nell", "example.com")


def at(desk: Desk, space: str) -> Desk:
    """The same operator at the pages of another area."""
    return Desk(desk.operator, desk.organization, space)


def pass_time(monkeypatch: pytest.MonkeyPatch, **ahead: float) -> datetime:
    """Let the console believe that it is later."""
    moved = datetime.now(tz=timezone.now().tzinfo) + timedelta(**ahead)
    monkeypatch.setattr(timezone, "now", lambda: moved)
    return moved


def run_due() -> None:
    while engine.sweep():
        pass


def local(moment: datetime) -> str:
    """As a browser sends it."""
    return moment.strftime("%Y-%m-%dT%H:%M")


def fresh(change: Change) -> Change:
    change.refresh_from_db()
    return change


def text(answer: Any) -> str:
    return world.body(answer)
