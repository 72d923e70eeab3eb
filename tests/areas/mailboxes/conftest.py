"""Mailboxes of a small company: full, dying, exported and shared ones; and who looks after them.

Adam administers, Helga is at the helpdesk, Xena exports; Branwen owns the branch (branch.example) alone.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from console.mirror.models import Entity, Organization
from console.sandbox import dispatch, fixtures, organization_setup
from console.sandbox.fixtures import ADA, BO, TestSandbox, resource_id
from tests.areas import world
from tests.areas.users.conftest import BRANCH, DEE, NURSES, Wire
from tests.areas.users.conftest import Desk as PeopleDesk

FAY, HALL, SHED = "user-000000000fay", resource_id("hall"), resource_id("shed")


class Desk(PeopleDesk):
    """Somebody at a browser, by the names of this area's URLs."""

    def url(self, name: str, *args: str) -> str:
        return reverse(f"mailboxes:{name}", args=[self.organization.slug, *args])


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.sandbox() as empty, world.unhurried():
        made = fixtures.build_test_sandbox(empty)
        organization_setup.add_domain(made.store, made.organization, BRANCH)
        made.enabled_user("dee", email=f"dee@{BRANCH}", display_name="Dee Ortiz")
        made.enabled_user("fay", display_name="Fay Gone")
        made.user("rem", role="REMOTE_USER", display_name="Rem Far")
        made.group("nurses")
        made.resource("hall", aliases=("aula@example.com",))
        made.resource("shed", email=f"shed@{BRANCH}")
        made.call("AssociateMemberToGroup", GroupId=NURSES, MemberId=BO)
        made.call("DeregisterFromWorkMail", EntityId=FAY)
        for owner, grantee, value in (
            (ADA, BO, "FULL_ACCESS"),
            (ADA, DEE, "SEND_AS"),
            (DEE, ADA, "SEND_ON_BEHALF"),
            (DEE, SHED, "SEND_AS"),
            (HALL, NURSES, "FULL_ACCESS"),
        ):
            made.call("PutMailboxPermissions", EntityId=owner, GranteeId=grantee, PermissionValues=[value])
        yield made


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    """Read completely; Ada's mailbox is at 95 %, Bo's at 85 %, and Fay's has ten days left."""
    cache.clear()
    made = world.mirrored(
        town.organization_id, town="mailboxes", name="Example", default_domain="example.com"
    )
    now = timezone.now()
    Entity.objects.filter(detailed_at__isnull=False).update(described_at=now, detailed_at=now)
    Entity.objects.filter(entity_id=FAY).update(disabled_date=now - timedelta(days=19, hours=12))
    for entity_id, size in ((ADA, 950), (BO, 850), (DEE, 100)):
        Entity.objects.filter(entity_id=entity_id).update(
            mailbox_size=size, sort_size=size, mailbox_quota=1000, sort_quota=1000
        )
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
def xena(organization: Organization) -> Desk:
    return Desk(world.operator("Exporter", organization, name="xena"), organization)


@pytest.fixture
def branwen(organization: Organization) -> Desk:
    return Desk(world.operator("Owner", organization, BRANCH, name="branwen"), organization)
