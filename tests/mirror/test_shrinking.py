"""A listing that lacks much of what is known removes nothing until an operator confirms it."""

from typing import Any

import pytest
from django.utils import timezone

from console.aws import gateway
from console.ledger.models import Entry
from console.mirror import passes, sync
from console.mirror.models import Entity, Organization, Sync
from console.operators import policy
from console.operators.actors import Actor
from console.operators.models import Grant
from console.sandbox.testing import TestSandbox
from tests.mirror.support import person, sync_all

pytestmark = pytest.mark.django_db
STRANGERS = 30  # users that the mirror knows and AWS does not list


@pytest.fixture
def shrunken(town: TestSandbox, organization: Organization) -> Sync:
    """The users' listing after it lacked 30 of the known users."""
    for number in range(STRANGERS):
        stranger(organization, str(number))
    sync_all(organization)
    return users()


def stranger(organization: Organization, name: str) -> None:
    """A user whose details are fresh: read one by one, AWS would say that there is no such user."""
    person(organization, f"stranger{name}", detailed_at=timezone.now())


def users() -> Sync:
    return Sync.objects.get(stage="users")


def living() -> int:
    return Entity.objects.filter(name__startswith="stranger").exclude(state="DELETED").count()


def read_again(organization: Organization) -> None:
    sync.schedule(organization)
    sync_all(organization)


class TestAShrunkenListing:
    def test_removes_nothing_and_holds_the_question(self, shrunken: Sync) -> None:
        assert living() == STRANGERS
        known = Entity.objects.filter(kind="user").exclude(state="DELETED").count()
        assert (shrunken.held_missing, shrunken.held_known) == (STRANGERS, known)
        assert shrunken.finished_at is not None
        assert not Entry.objects.filter(kind="observed").exists()

    def test_removes_nothing_when_it_is_read_a_second_time(
        self, shrunken: Sync, organization: Organization
    ) -> None:
        read_again(organization)
        assert living() == STRANGERS
        assert users().held_missing == STRANGERS

    def test_is_forgotten_once_a_listing_is_complete_again(
        self, shrunken: Sync, organization: Organization
    ) -> None:
        Entity.objects.filter(name__startswith="stranger").delete()
        read_again(organization)
        assert users().held_missing == 0

    def test_that_ends_early_for_lack_of_a_token_removes_nothing(
        self, town: TestSandbox, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(40):
            town.enabled_user(f"stranger{number}")
        sync_all(organization)
        assert living() == 40
        call = gateway.call

        def without_token(*args: Any, **params: Any) -> dict[str, Any]:
            answer = call(*args, **params)
            return {name: value for name, value in answer.items() if name != "NextToken"}

        monkeypatch.setattr(passes, "PAGE", 2)
        monkeypatch.setattr(gateway, "call", without_token)
        read_again(organization)
        assert living() == 40
        assert users().held_missing >= 38

    @pytest.mark.parametrize(("fraction", "rows"), [(0.99, 20), (0.2, STRANGERS)])
    def test_below_either_limit_is_believed(
        self,
        town: TestSandbox,
        organization: Organization,
        settings: Any,
        fraction: float,
        rows: int,
    ) -> None:
        settings.SHRINK_FRACTION, settings.SHRINK_ROWS = fraction, rows
        for number in range(STRANGERS):
            stranger(organization, str(number))
        sync_all(organization)
        assert living() == 0
        assert users().held_missing == 0


class TestConfirming:
    def test_removes_what_is_still_missing_and_is_entered(
        self, shrunken: Sync, organization: Organization, owner: Actor
    ) -> None:
        assert sync.confirm_removal(owner, organization, "users", STRANGERS)
        assert living() == STRANGERS
        sync_all(organization)
        assert living() == 0
        held = users()
        assert (held.held_missing, held.confirmed_missing) == (0, 0)
        entry = Entry.objects.get(kind="requested", operation="SyncMirror")
        assert entry.operator == owner.name
        assert f"up to {STRANGERS} of" in entry.body["what"]

    def test_does_not_cover_more_than_was_shown(
        self, shrunken: Sync, organization: Organization, owner: Actor
    ) -> None:
        assert sync.confirm_removal(owner, organization, "users", STRANGERS)
        stranger(organization, "-late")
        sync_all(organization)
        assert living() == STRANGERS + 1
        held = users()
        assert (held.held_missing, held.confirmed_missing) == (STRANGERS + 1, 0)

    @pytest.mark.parametrize("missing", [0, STRANGERS - 1, STRANGERS + 1])
    def test_of_another_number_does_nothing(
        self, shrunken: Sync, organization: Organization, owner: Actor, missing: int
    ) -> None:
        assert not sync.confirm_removal(owner, organization, "users", missing)
        assert not sync.confirm_removal(owner, organization, "groups", missing)
        assert users().confirmed_missing == 0
        assert not Entry.objects.filter(operation="SyncMirror").exists()

    def test_needs_the_right_to_the_whole_organization(
        self, shrunken: Sync, organization: Organization, owner: Actor
    ) -> None:
        Grant.objects.update(domains=["example.com"])
        with pytest.raises((policy.Denied, policy.OutOfScope)):
            sync.confirm_removal(owner, organization, "users", STRANGERS)
        assert users().confirmed_missing == 0
