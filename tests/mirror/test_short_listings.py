"""Many short listings that come back empty remove no more than one long listing may."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.actor import Actor
from console.areas.lifecycle.access_block import block_rules, block_status
from console.areas.lifecycle.models import Frozen
from console.gateway import gateway
from console.mirror.models import HeldListing, Membership, Organization, PassRemovals
from console.mirror.read_result import ReadResult
from console.sandbox import botocore_hook
from console.sandbox.fixtures import ADA, BO, TestSandbox
from console.sync import held_listings
from tests.mirror.support import again, person, sync_all

pytestmark = pytest.mark.django_db
GROUPS = 10
MEMBERS = 2 * GROUPS
ALLOWED = 4  # of 20 members, in listings of two


@pytest.fixture(autouse=True)
def limits(settings: Any) -> None:
    settings.SHRINK_ROWS, settings.SHRINK_FRACTION = 3, 0.2


@pytest.fixture
def groups(town: TestSandbox, organization: Organization) -> list[str]:
    """Groups of two members each, all of them in the mirror."""
    made = [town.group(f"crew{number}").entity_id for number in range(GROUPS)]
    for group in made:
        for member in (ADA, BO):
            town.call("AssociateMemberToGroup", GroupId=group, MemberId=member)
    sync_all(organization)
    assert members() == MEMBERS
    return made


def members() -> int:
    return Membership.objects.count()


@contextmanager
def empty_answers(operation: str, member: str) -> Iterator[None]:
    """A proxy that answers one listing with nothing, and with WorkMail's own headers."""
    real = botocore_hook.send_request

    def sent(sandbox: Any, request: Any) -> Any:
        answer = real(sandbox, request)
        target = request.headers.get("X-Amz-Target", b"")
        named = target.decode() if isinstance(target, bytes) else str(target)
        if named.endswith(f".{operation}"):
            answer.raw = type(answer.raw)(f'{{"{member}": []}}'.encode())
            answer.headers["Content-Length"] = str(len(answer.raw.getvalue()))
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore_hook, "send_request", sent)
        yield


def lose_all(organization: Organization) -> None:
    with empty_answers("ListGroupMembers", "Members"):
        again(organization)
        sync_all(organization)


class TestAPass:
    def test_removes_a_fraction_and_asks_about_the_rest(
        self, groups: list[str], organization: Organization
    ) -> None:
        lose_all(organization)
        assert members() == MEMBERS - ALLOWED
        held = HeldListing.objects.get()
        assert (held.listing, held.entity, held.is_of_pass) == ("members", None, True)
        assert (held.missing, held.known) == (MEMBERS, MEMBERS)

    def test_that_follows_removes_no_more(
        self, groups: list[str], organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lose_all(organization)
        tomorrow = timezone.now() + timedelta(days=1)
        monkeypatch.setattr(timezone, "now", lambda: tomorrow)
        lose_all(organization)
        assert members() == MEMBERS - ALLOWED
        assert HeldListing.objects.get().missing == MEMBERS

    def test_takes_back_what_is_shown_again_and_forgets_the_question(
        self, groups: list[str], organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lose_all(organization)
        tomorrow = timezone.now() + timedelta(days=1)
        monkeypatch.setattr(timezone, "now", lambda: tomorrow)
        again(organization)
        sync_all(organization)
        assert members() == MEMBERS
        assert not HeldListing.objects.exists()
        assert not PassRemovals.objects.exists()

    def test_removes_the_rest_once_it_is_confirmed(
        self, groups: list[str], organization: Organization, owner: Actor
    ) -> None:
        lose_all(organization)
        held = HeldListing.objects.get()
        assert held_listings.confirm_removal(owner, organization, held.pk, held.missing)
        with empty_answers("ListGroupMembers", "Members"):
            sync_all(organization)
        assert members() == 0

    def test_believes_what_the_console_itself_has_removed(
        self, groups: list[str], organization: Organization, owner: Actor
    ) -> None:
        for group in groups:
            gateway.call(owner, "DisassociateMemberFromGroup", organization, GroupId=group, MemberId=ADA)
        assert members() == MEMBERS - GROUPS
        assert not HeldListing.objects.exists()


class TestBlockedUsers:
    BLOCKED = 30

    def test_are_kept_when_the_rules_come_back_empty(
        self, organization: Organization, owner: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(self.BLOCKED):
            entity = person(organization, f"leaver{number}")
            Frozen.objects.create(organization=organization, entity_id=entity.entity_id, rule="blocked")
        monkeypatch.setattr(block_rules, "is_block_rule", lambda _: True)
        empty = ReadResult(organization, "ListAccessControlRules", {}, {"Rules": []})
        block_status.update_blocked_users(empty)
        assert Frozen.objects.count() == self.BLOCKED
        held = HeldListing.objects.get()
        assert (str(held), held.missing, held.is_of_pass) == ("Blocked users", self.BLOCKED, False)
        assert held_listings.confirm_removal(owner, organization, held.pk, self.BLOCKED)
        block_status.update_blocked_users(empty)
        assert not Frozen.objects.exists()
        assert not HeldListing.objects.exists()

    def test_that_the_console_itself_has_just_let_in_are_not_kept(
        self, organization: Organization, owner: Actor
    ) -> None:
        for number in range(self.BLOCKED):
            Frozen.objects.create(organization=organization, entity_id=f"leaver{number}", rule="blocked")
        gateway.call(owner, block_rules.DELETE_OPERATION, organization, Name="default")
        block_status.update_blocked_users(
            ReadResult(organization, "ListAccessControlRules", {}, {"Rules": []})
        )
        assert not Frozen.objects.exists()
