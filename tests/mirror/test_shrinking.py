"""A listing that lacks much of what is known removes nothing until an operator confirms it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.actor import Actor
from console.gateway import gateway
from console.ledger.models import Entry
from console.mirror import effects
from console.mirror.models import (
    Alias,
    Delegate,
    Domain,
    Entity,
    HeldListing,
    Membership,
    Organization,
    Permission,
    Sync,
)
from console.operators import policy
from console.operators.models import Grant
from console.sandbox.fixtures import TestSandbox
from console.sync import held_listings, listing_pass, mirror_refresh
from tests.mirror.support import person, sync_all

pytestmark = pytest.mark.django_db
STRANGERS = 30  # users that the mirror knows and AWS does not list


@pytest.fixture
def shrunken(town: TestSandbox, organization: Organization) -> HeldListing:
    """The users' listing after it lacked 30 of the known users."""
    for number in range(STRANGERS):
        stranger(organization, str(number))
    sync_all(organization)
    return HeldListing.objects.get()


def stranger(organization: Organization, name: str) -> None:
    """A user whose details are fresh: read one by one, AWS would say that there is no such user."""
    person(organization, f"stranger{name}", detailed_at=timezone.now())


def living() -> int:
    return Entity.objects.filter(name__startswith="stranger").exclude(state="DELETED").count()


def read_again(organization: Organization) -> None:
    mirror_refresh.schedule_sync(organization)
    sync_all(organization)


class TestAShrunkenListing:
    def test_removes_nothing_and_holds_the_question(self, shrunken: HeldListing) -> None:
        assert living() == STRANGERS
        known = Entity.objects.filter(kind="user").exclude(state="DELETED").count()
        assert (str(shrunken), shrunken.missing, shrunken.known) == ("Users", STRANGERS, known)
        assert Sync.objects.get(stage="users").finished_at is not None
        assert not Entry.objects.filter(kind="observed").exists()

    def test_removes_nothing_when_it_is_read_a_second_time(
        self, shrunken: HeldListing, organization: Organization
    ) -> None:
        read_again(organization)
        assert living() == STRANGERS
        assert HeldListing.objects.get().missing == STRANGERS

    def test_is_forgotten_once_a_listing_is_complete_again(
        self, shrunken: HeldListing, organization: Organization
    ) -> None:
        Entity.objects.filter(name__startswith="stranger").delete()
        read_again(organization)
        assert not HeldListing.objects.exists()

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

        monkeypatch.setattr(listing_pass, "PAGE_SIZE", 2)
        monkeypatch.setattr(gateway, "call", without_token)
        read_again(organization)
        assert living() == 40
        assert HeldListing.objects.get().missing >= 38

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
        assert not HeldListing.objects.exists()


class TestConfirming:
    def test_removes_what_is_still_missing_and_is_entered(
        self, shrunken: HeldListing, organization: Organization, owner: Actor
    ) -> None:
        assert held_listings.confirm_removal(owner, organization, shrunken.pk, STRANGERS)
        assert living() == STRANGERS
        sync_all(organization)
        assert living() == 0
        assert not HeldListing.objects.exists()
        entry = Entry.objects.get(kind="requested", operation="SyncMirror")
        assert entry.operator == owner.name
        assert f"up to {STRANGERS} of" in entry.body["what"]

    def test_does_not_cover_more_than_was_shown(
        self, shrunken: HeldListing, organization: Organization, owner: Actor
    ) -> None:
        assert held_listings.confirm_removal(owner, organization, shrunken.pk, STRANGERS)
        stranger(organization, "-late")
        sync_all(organization)
        assert living() == STRANGERS + 1
        held = HeldListing.objects.get()
        assert (held.missing, held.confirmed) == (STRANGERS + 1, 0)

    @pytest.mark.parametrize("missing", [0, STRANGERS - 1, STRANGERS + 1])
    def test_of_another_number_does_nothing(
        self, shrunken: HeldListing, organization: Organization, owner: Actor, missing: int
    ) -> None:
        assert not held_listings.confirm_removal(owner, organization, shrunken.pk, missing)
        assert not held_listings.confirm_removal(owner, organization, shrunken.pk + 1, missing)
        assert HeldListing.objects.get().confirmed == 0
        assert not Entry.objects.filter(operation="SyncMirror").exists()

    def test_needs_the_right_to_the_whole_organization(
        self, shrunken: HeldListing, organization: Organization, owner: Actor
    ) -> None:
        Grant.objects.update(domains=["example.com"])
        with pytest.raises((policy.Denied, policy.OutOfScope)):
            held_listings.confirm_removal(owner, organization, shrunken.pk, STRANGERS)
        assert HeldListing.objects.get().confirmed == 0


class TestEveryListing:
    """Of each kind that the mirror stores: 30 known rows, of which AWS shows none."""

    def lost(self, organization: Organization) -> dict[str, tuple[str, dict[str, str], dict[str, Any], Any]]:
        """Insert what is known; by listing the operation, its parameters, an empty answer and the rows."""
        ada = person(organization, "ada", detailed_at=timezone.now())
        others = [person(organization, f"other{number}") for number in range(STRANGERS)]
        fields = {"detailed_at": timezone.now(), "email": ""}
        team, *groups = [
            person(organization, f"team{number}", kind="group", **fields) for number in range(STRANGERS + 1)
        ]
        hall = person(organization, "hall", kind="resource", **fields)
        for number, (other, group) in enumerate(zip(others, groups, strict=True)):
            Alias.objects.create(organization=organization, entity=ada, address=f"a{number}@example.com")
            Membership.objects.create(organization=organization, group=team, member=other)
            Membership.objects.create(organization=organization, group=group, member=ada)
            Permission.objects.create(
                organization=organization, owner=ada, grantee_id=other.entity_id, grantee_kind="user"
            )
            Delegate.objects.create(organization=organization, resource=hall, delegate=other)
            Domain.objects.create(organization=organization, name=f"{number}.example")
        of = {name: {"EntityId": ada.entity_id} for name in ("aliases", "permissions", "memberships")}
        return {
            "aliases": ("ListAliases", of["aliases"], {"Aliases": []}, ada.aliases),
            "permissions": (
                "ListMailboxPermissions",
                of["permissions"],
                {"Permissions": []},
                ada.permissions,
            ),
            "memberships": ("ListGroupsForEntity", of["memberships"], {"Groups": []}, ada.memberships),
            "members": ("ListGroupMembers", {"GroupId": team.entity_id}, {"Members": []}, team.members),
            "delegates": (
                "ListResourceDelegates",
                {"ResourceId": hall.entity_id},
                {"Delegates": []},
                hall.delegates,
            ),
            "domains": ("ListMailDomains", {}, {"MailDomains": []}, organization.domains),
        }

    def test_that_is_empty_removes_nothing_until_it_is_confirmed(
        self, organization: Organization, owner: Actor
    ) -> None:
        for listing, (operation, params, answer, rows) in self.lost(organization).items():
            effects.store_result(organization, operation, params, answer)
            assert rows.count() == STRANGERS, listing
            held = HeldListing.objects.get()
            assert (held.listing, held.missing, held.known) == (listing, STRANGERS, STRANGERS)
            assert held_listings.confirm_removal(owner, organization, held.pk, STRANGERS)
            effects.store_result(organization, operation, params, answer)
            assert rows.count() == 0, listing
            assert not HeldListing.objects.exists(), listing

    def test_confirming_reads_the_entity_again(self, organization: Organization, owner: Actor) -> None:
        operation, params, answer, _ = self.lost(organization)["aliases"]
        mirror_refresh.schedule_sync(organization)
        Sync.objects.update(due_at=timezone.now() + timedelta(days=1))
        effects.store_result(organization, operation, params, answer)
        assert held_listings.confirm_removal(owner, organization, HeldListing.objects.get().pk, STRANGERS)
        assert Entity.objects.get(name="ada").wanted_at
        due = Sync.objects.filter(due_at__lte=timezone.now()).values_list("stage", flat=True)
        assert set(due) == {"relations", "details"}

    def test_that_lacks_a_few_is_believed(self, organization: Organization) -> None:
        operation, params, _, rows = self.lost(organization)["aliases"]
        shown = [row.address for row in rows.all()][5:]
        effects.store_result(organization, operation, params, {"Aliases": shown})
        assert rows.count() == len(shown)
        assert not HeldListing.objects.exists()
