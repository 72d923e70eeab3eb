"""Groups of a small company, one within the other, and the operators who look after them.

Staff has the nurses in it, the nurses have Ada and the branch's team, the team has Dee and Eve. Adam
administers, Helga is at the helpdesk; Branwen owns the branch (branch.example) alone.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from console.changes import engine
from console.changes.models import Change
from console.mirror.models import Entity, Organization
from console.sandbox import dispatch, fixtures, organization_setup
from console.sandbox.fixtures import ADA, TestSandbox
from tests.areas import world
from tests.areas.desk import Desk
from tests.areas.users.conftest import BRANCH, DEE, EVE, Wire

STAFF, NURSES, TEAM, EMPTY = (f"group-{name:0>12}" for name in ("staff", "nurses", "branch-team", "empty"))
OLD = "group-000000000old"
DEN = fixtures.resource_id("den")


def found(made: TestSandbox) -> None:
    organization_setup.add_domain(made.store, made.organization, BRANCH)
    made.enabled_user("dee", email=f"dee@{BRANCH}", display_name="Dee Ortiz")
    made.enabled_user("eve", email=f"eve@{BRANCH}", display_name="Eve Ng")
    made.group("staff")
    made.group("nurses", aliases=("care@example.com",))
    made.group("branch-team", email=f"team@{BRANCH}")
    made.group("empty", hidden=True)
    made.group("old", state="DISABLED", email="")
    made.resource("den", auto_accept=False)
    joined = ((STAFF, NURSES), (NURSES, ADA), (NURSES, TEAM), (TEAM, DEE), (TEAM, EVE))
    for group, member in joined:
        made.call("AssociateMemberToGroup", GroupId=group, MemberId=member)
    made.call("AssociateDelegateToResource", ResourceId=DEN, EntityId=NURSES)
    made.call("PutMailboxPermissions", EntityId=ADA, GranteeId=NURSES, PermissionValues=["FULL_ACCESS"])
    made.call("PutMailboxPermissions", EntityId=NURSES, GranteeId=DEE, PermissionValues=["SEND_AS"])


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.sandbox() as empty, world.unhurried():
        made = fixtures.build_test_sandbox(empty)
        found(made)
        yield made


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    """Read completely, details and all."""
    cache.clear()
    made = world.mirrored(town.organization_id, town="groups", name="Example", default_domain="example.com")
    now = timezone.now()
    Entity.objects.filter(detailed_at__isnull=False).update(described_at=now, detailed_at=now)
    return made


@pytest.fixture
def wire(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """From here on, after the console has read everything."""
    made = Wire()
    monkeypatch.setattr(dispatch, "answer_call", made)
    return made


@pytest.fixture
def adam(organization: Organization) -> Desk:
    return Desk(world.operator("Administrator", organization, name="adam"), organization, "groups")


@pytest.fixture
def helga(organization: Organization) -> Desk:
    return Desk(world.operator("Helpdesk", organization, name="helga"), organization, "groups")


@pytest.fixture
def branwen(organization: Organization) -> Desk:
    return Desk(world.operator("Owner", organization, BRANCH, name="branwen"), organization, "groups")


def drafted(answer: Any) -> Change:
    """The draft that an answer leads to, and no other."""
    change = Change.objects.get(state=Change.State.DRAFT)
    assert (answer.status_code, answer["Location"]) == (303, f"/o/example/changes/{change.pk}/")
    return change


def steps(change: Change) -> list[tuple[str, dict[str, Any]]]:
    return [(step.operation, step.params) for step in change.steps.order_by("position")]


def run(answer: Any) -> Change:
    """The same, done."""
    change = engine.start_change(drafted(answer))
    while engine.sweep():
        pass
    change.refresh_from_db()
    assert change.state == Change.State.DONE, list(change.steps.values_list("operation", "code", "note"))
    return change


def members(town: TestSandbox, group: str) -> set[str]:
    return {each["Id"] for each in town.call("ListGroupMembers", GroupId=group)["Members"]}


def text(response: Any) -> str:
    return world.body(response)
