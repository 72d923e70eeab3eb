"""What has a mailbox and what can be exported: one answer for an entity, for queries, and in WorkMail."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.mirror import mailboxes
from console.mirror.mailboxes import Obstacle, get_mailbox
from console.mirror.models import Entity, Organization
from console.sandbox import fixtures
from console.sandbox.fixtures import ADA, TestSandbox
from console.sync import mirror_refresh, worker

pytestmark = pytest.mark.django_db
ROLES = {"user": ("USER", "REMOTE_USER", "SYSTEM_USER", "RESOURCE"), "resource": ("ROOM",), "group": ("",)}
DAYS = {"ENABLED": (None,), "DISABLED": (None, 1, 29, 31), "DELETED": (None, 1)}


def every_entity(organization: Organization) -> list[Entity]:
    """Return one entity of each kind, role, state and age of the disabling."""
    combinations = [
        (kind, role, state, days)
        for kind, roles in ROLES.items()
        for role, (state, ages) in itertools.product(roles, DAYS.items())
        for days in ages
    ]
    now = timezone.now()
    return Entity.objects.bulk_create(
        Entity(
            organization=organization,
            entity_id=f"{kind}-{role}-{state}-{days}",
            kind=kind,
            role=role,
            state=state,
            disabled_date=None if days is None else now - timedelta(days=days),
        )
        for kind, role, state, days in combinations
    )


class TestMailboxOf:
    def test_holds_users_and_resources_while_workmail_keeps_them(self, organization: Organization) -> None:
        found = {each.entity_id for each in every_entity(organization) if get_mailbox(each).exists}
        assert found == {
            *("user-USER-ENABLED-None", "user-USER-DISABLED-1", "user-USER-DISABLED-29"),
            *("resource-ROOM-ENABLED-None", "resource-ROOM-DISABLED-1", "resource-ROOM-DISABLED-29"),
        }

    def test_is_exportable_only_in_use(self, organization: Organization) -> None:
        found = {each.entity_id for each in every_entity(organization) if get_mailbox(each).is_exportable}
        assert found == {"user-USER-ENABLED-None", "resource-ROOM-ENABLED-None"}

    def test_says_why_not_and_what_to_do(self, organization: Organization) -> None:
        for each in every_entity(organization):
            mailbox = get_mailbox(each)
            assert bool(mailbox.why_not) != mailbox.is_exportable
            assert "Enable the" in mailbox.why_not or not mailbox.exists or mailbox.is_exportable
            assert "{" not in mailbox.why_not

    def test_answers_queries_alike(self, organization: Organization) -> None:
        entities = every_entity(organization)
        for condition, holds in (
            (mailboxes.existing_mailboxes(), lambda found: found.exists),
            (mailboxes.exportable_mailboxes(), lambda found: found.is_exportable),
            (mailboxes.mailboxes_removed_within(30), lambda found: found.removed_at is not None),
        ):
            expected = {each.entity_id for each in entities if holds(get_mailbox(each))}
            assert set(Entity.objects.filter(condition).values_list("entity_id", flat=True)) == expected


@pytest.fixture
def read(organization: Organization, town: TestSandbox) -> Organization:
    """An organization with an entity of each sort, read from the sandbox."""
    town.user("rem", role="REMOTE_USER", state="ENABLED", email="rem@example.com")
    town.enabled_user("fay")
    town.group("staff")
    town.resource("hall")
    town.resource("shed")
    for entity_id in ("user-000000000fay", fixtures.resource_id("shed")):
        town.call("DeregisterFromWorkMail", EntityId=entity_id)
    while worker.run_slice(organization):
        pass
    return organization


def start(town: TestSandbox, entity_id: str) -> bool:
    """Return whether WorkMail starts an export of the mailbox."""
    where: dict[str, Any] = {
        "RoleArn": fixtures.ROLE,
        "KmsKeyArn": fixtures.KEY,
        "S3BucketName": fixtures.BUCKET,
    }
    try:
        town.call("StartMailboxExportJob", ClientToken=entity_id, EntityId=entity_id, S3Prefix="e", **where)
    except town.workmail.exceptions.EntityNotFoundException:
        return False
    return True


class TestWorkMail:
    def test_starts_exports_of_exactly_these(self, read: Organization, town: TestSandbox) -> None:
        entities = list(Entity.objects.filter(organization=read))
        assert {get_mailbox(each).obstacle for each in entities} == {
            *(Obstacle.NONE, Obstacle.REMOTE, Obstacle.SYSTEM, Obstacle.DISABLED),
            *(Obstacle.GROUP, Obstacle.UNUSED),
        }
        for each in entities:
            assert start(town, each.entity_id) == get_mailbox(each).is_exportable, each

    def test_shows_a_size_of_mailboxes_alone(self, read: Organization) -> None:
        sized = Entity.objects.filter(organization=read, mailbox_quota__isnull=False, kind="user")
        assert {each.entity_id for each in sized} >= {ADA}
        assert all(get_mailbox(each).exists for each in sized)

    def test_forgets_the_size_with_the_mailbox(self, read: Organization, town: TestSandbox) -> None:
        town.call("UpdateUser", UserId=ADA, Role="REMOTE_USER")
        ada = Entity.objects.get(entity_id=ADA)
        assert ada.mailbox_quota
        ada = mirror_refresh.fetch_entity(read, "user", ADA)  # type: ignore[assignment]  # the mirror knows Ada
        assert (ada.mailbox_quota, ada.mailbox_size) == (None, None)
