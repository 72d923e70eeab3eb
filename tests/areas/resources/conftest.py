"""Rooms and equipment of a small company, and the operators who look after them.

Adam administers, Helga is at the helpdesk, Aude audits; Branwen owns the branch (branch.example) alone.
"""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from console.mirror.models import Entity, Organization
from console.sandbox import dispatch, fixtures, organization_setup
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.users.conftest import BRANCH, DEE, Wire
from tests.areas.users.conftest import Desk as PeopleDesk

HALL, DEN, LOST, VAN, SHED = map(fixtures.resource_id, ("hall", "den", "lost", "van", "shed"))
TEAM = "group-00000000team"


class Desk(PeopleDesk):
    """Somebody at a browser, by the names of this area's URLs."""

    def url(self, name: str, *args: str) -> str:
        return reverse(f"resources:{name}", args=[self.organization.slug, *args])


def furnish(made: TestSandbox) -> None:
    """The hall accepts by itself, Ada answers for the den, nobody for the lost room; the van is disabled."""
    organization_setup.add_domain(made.store, made.organization, BRANCH)
    made.enabled_user("dee", email=f"dee@{BRANCH}", display_name="Dee Ortiz")
    made.group("team")
    made.resource("hall", description="Second floor, 12 seats", aliases=("aula@example.com",))
    made.resource("den", description="Quiet", auto_accept=False)
    made.resource("lost", auto_accept=False, auto_decline_recurring=True)
    made.resource("van", type="EQUIPMENT", description="Seats 8", state="DISABLED", email="", hidden=True)
    made.resource("shed", email=f"shed@{BRANCH}")
    for room, delegate in ((DEN, ADA), (SHED, DEE), (SHED, ADA)):
        made.call("AssociateDelegateToResource", ResourceId=room, EntityId=delegate)
    made.call("PutMailboxPermissions", EntityId=HALL, GranteeId=BO, PermissionValues=["FULL_ACCESS"])


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.sandbox() as empty, world.unhurried():
        made = fixtures.build_test_sandbox(empty)
        furnish(made)
        yield made


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    """Read completely, details and all."""
    cache.clear()
    made = world.mirrored(town.organization_id, town="rooms", name="Example", default_domain="example.com")
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
    return Desk(world.operator("Administrator", organization, name="adam"), organization)


@pytest.fixture
def helga(organization: Organization) -> Desk:
    return Desk(world.operator("Helpdesk", organization, name="helga"), organization)


@pytest.fixture
def aude(organization: Organization) -> Desk:
    return Desk(world.operator("Auditor", organization, name="aude"), organization)


@pytest.fixture
def branwen(organization: Organization) -> Desk:
    return Desk(world.operator("Owner", organization, BRANCH, name="branwen"), organization)
