"""The full sync: complete, in slices, taken over where a worker died, and never in anybody's way."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.actor import Actor
from console.aws import errors
from console.gateway import gateway
from console.jobs import LeaseLost
from console.ledger.models import Entry
from console.mirror.models import Alias, Entity, Membership, Organization, Sync
from console.operators import policy
from console.operators.models import Grant, Role
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from console.sync import details_pass, leases, listing_pass, mirror_refresh, pace, worker
from console.sync.leases import Stage, SyncLease
from tests.mirror.support import again, grown_old, person, sync_all

SYSTEM_USERS = 3


class Calls:
    """The gateway, with a note of each call and the failures that a test has planned."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[str] = []
        self.failures: dict[str, list[Exception]] = {}
        self._call = gateway.call
        monkeypatch.setattr(gateway, "call", self)

    def __call__(self, actor: Actor, operation: str, organization: Organization, **params: Any) -> Any:
        self.made.append(operation)
        if planned := self.failures.get(operation):
            raise planned.pop()
        return self._call(actor, operation, organization, **params)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    return Calls(monkeypatch)


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two a page, and a slice that is over after each page."""
    monkeypatch.setattr(listing_pass, "PAGE_SIZE", 2)
    monkeypatch.setattr(worker, "SLICE_SECONDS", 0)


def row(stage: str) -> Sync:
    return Sync.objects.get(stage=stage)


def living() -> set[str]:
    return set(Entity.objects.exclude(state="DELETED").values_list("name", flat=True))


def make_due(*stages: str) -> None:
    Sync.objects.filter(stage__in=stages).update(due_at=timezone.now())


class TestFullSync:
    def test_everything_is_there_at_the_end(self, town: TestSandbox, organization: Organization) -> None:
        staff = town.group("staff")
        town.call("AssociateMemberToGroup", GroupId=staff.entity_id, MemberId=ADA)
        sync_all(organization)
        ada = Entity.objects.get(entity_id=ADA)
        assert ada.described_at
        assert ada.mailbox_quota
        assert Alias.objects.get().address == "countess@example.com"
        assert Membership.objects.get().member == ada
        assert not Entity.objects.filter(detailed_at=None).exists()

    def test_the_organization_says_since_when(self, town: TestSandbox, organization: Organization) -> None:
        assert mirror_refresh.get_freshness(organization).listed_at is None
        sync_all(organization)
        fresh = mirror_refresh.get_freshness(organization)
        assert fresh.listed_at
        assert fresh.detailed_at
        assert not fresh.running
        assert [each.stage for each in fresh.stages] == [*Stage]
        assert fresh.errors == []

    def test_listings_come_before_details(self, town: TestSandbox, organization: Organization) -> None:
        done = []
        while worker.run_slice(organization):
            done = [each.stage for each in Sync.objects.filter(finished_at=None)]
            if Stage.USERS in done or Stage.GROUPS in done:
                assert {Stage.DETAILS, Stage.RELATIONS} <= set(done)
        assert done == []

    def test_a_round_without_changes_leaves_every_row_of_the_directory(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        sync_all(organization)
        make_due(*leases.LISTING_STAGES)
        with CaptureQueriesContext(connection) as queries:
            sync_all(organization)
        written = [each["sql"] for each in queries if each["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
        tables = {re.findall(r'"(\w+)"', sql)[0] for sql in written}
        assert tables == {"mirror_sync", "mirror_organization"}

    def test_of_somebody_disabled_only_the_description_is_read(
        self, town: TestSandbox, organization: Organization, calls: Calls
    ) -> None:
        sync_all(organization)
        assert calls.made.count("DescribeUser") == 3 + SYSTEM_USERS
        assert calls.made.count("GetMailboxDetails") == 2

    def test_sweeping_serves_every_organization(self, town: TestSandbox, organization: Organization) -> None:
        other = Organization.objects.create(organization_id="m-" + "f" * 32, slug="other", region="us-east-1")
        assert worker.sweep() > 6
        assert mirror_refresh.get_freshness(organization).listed_at
        assert mirror_refresh.get_freshness(other).errors != []

    def test_configured_organizations_are_described(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        Organization.objects.create(organization_id="m-" + "f" * 32, slug="other", region="us-east-1")
        assert len(worker.describe_organizations()) == 2
        organization.refresh_from_db()
        assert organization.state == "Active"


class TestAnOrganizationThatEnds:
    def test_is_watched_until_it_is_gone_and_then_left_alone(
        self, town: TestSandbox, organization: Organization, calls: Calls
    ) -> None:
        sync_all(organization)
        town.call("DeleteOrganization", DeleteDirectory=False, ForceDelete=True, ClientToken="1")
        Organization.objects.update(state="Deleting")
        for state in ("Deleting", "Deleted"):
            calls.made.clear()
            Sync.objects.update(due_at="2020-01-01T00:00:00Z")
            sync_all(organization)
            assert set(calls.made) == {"DescribeOrganization", "ListMailDomains"}
            organization.refresh_from_db()
            assert organization.state == state
            town.clock.advance(3600)
        calls.made.clear()
        Sync.objects.update(due_at="2020-01-01T00:00:00Z")
        sync_all(organization)
        assert calls.made == []


@pytest.mark.usefixtures("small_pages")
class TestSlices:
    def test_a_listing_goes_on_where_it_stopped(
        self, town: TestSandbox, organization: Organization, calls: Calls
    ) -> None:
        worker.run_slice(organization)
        first = row("users")
        assert (first.done, first.is_running, bool(first.token)) == (2, True, True)
        assert mirror_refresh.get_freshness(organization).running
        while row("users").is_running:
            worker.run_slice(organization)
        assert calls.made.count("ListUsers") == 3
        assert {"ada", "bo", "cy"} <= living()

    def test_who_is_no_longer_listed_is_deleted(self, town: TestSandbox, organization: Organization) -> None:
        person(organization, "gone")
        sync_all(organization)
        assert Entity.objects.get(name="gone").is_deleted
        assert {"ada", "bo", "cy"} <= living()

    def test_who_came_while_the_listing_ran_is_not_missing(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        worker.run_slice(organization)
        person(organization, "aaa", described_at=timezone.now())
        person(organization, "aab", listed_at=timezone.now())
        while row("users").is_running:
            worker.run_slice(organization)
        assert {"aaa", "aab"} <= living()

    def test_a_half_finished_listing_deletes_nobody(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        person(organization, "gone")
        worker.run_slice(organization)
        assert "gone" in living()

    def test_a_token_that_has_expired_begins_the_listing_anew(
        self, town: TestSandbox, organization: Organization, calls: Calls
    ) -> None:
        worker.run_slice(organization)
        calls.failures["ListUsers"] = [
            errors.Refused("InvalidParameterException", "The token is no longer valid")
        ]
        while not row("users").error:
            worker.run_slice(organization)
        failed = row("users")
        assert (failed.token, failed.is_running) == ("", False)
        assert failed.due_at > timezone.now()
        make_due("users")
        sync_all(organization)
        assert row("users").error == ""
        assert {"ada", "bo", "cy"} <= living()

    def test_details_go_on_where_they_stopped(
        self, town: TestSandbox, organization: Organization, calls: Calls
    ) -> None:
        sync_all(organization)
        assert calls.made.count("DescribeUser") == 3 + SYSTEM_USERS
        assert row("details").done == 3 + SYSTEM_USERS


class TestWorkers:
    def test_a_stage_that_is_held_is_nobody_elses(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        leases.ensure_stages(Organization.objects.all())
        held = next(leases.claim_stages(organization))
        other = next(leases.claim_stages(organization))
        assert held.sync.pk != other.sync.pk

    def test_no_more_than_so_many_at_once(self, town: TestSandbox, organization: Organization) -> None:
        leases.ensure_stages(Organization.objects.all())
        held = list(leases.claim_stages(organization))
        assert len(held) == leases.MAX_CONCURRENT_STAGES
        assert not worker.run_slice(organization)

    def test_a_dead_workers_stage_is_taken_over_with_its_place(
        self, town: TestSandbox, organization: Organization, calls: Calls, small_pages: None
    ) -> None:
        worker.run_slice(organization)
        Sync.objects.filter(stage="users").update(lease_until=timezone.now() - timedelta(seconds=1))
        sync_all(organization)
        assert calls.made.count("ListUsers") == 3

    def test_whoever_was_taken_over_can_no_longer_write(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        leases.ensure_stages(Organization.objects.all())
        late = next(leases.claim_stages(organization))
        Sync.objects.filter(pk=late.sync.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        taken = SyncLease(Sync.objects.get(pk=late.sync.pk))
        assert next(leases.claim_stages(organization)).sync.pk == taken.sync.pk
        with pytest.raises(LeaseLost):
            late.save(done=99)
        assert row(late.sync.stage).done == 0

    def test_and_marks_nobody_deleted(self, town: TestSandbox, organization: Organization) -> None:
        person(organization, "gone")
        leases.ensure_stages(Organization.objects.all())
        late = next(leases.claim_stages(organization))
        Sync.objects.filter(pk=late.sync.pk).update(attempt=7)
        worker._work_slice(late)
        assert "gone" in living()

    def test_the_same_row_is_not_claimed_twice(self, town: TestSandbox, organization: Organization) -> None:
        leases.ensure_stages(Organization.objects.all())
        known = Sync.objects.get(stage="users")
        now = timezone.now()
        assert [leases._claim(known, now), leases._claim(row("users"), now)] == [True, False]


class TestFailures:
    def test_throttling_halves_the_pace_and_loses_nothing(
        self, town: TestSandbox, organization: Organization, calls: Calls, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pace, "max_rate", lambda: 400.0)
        calls.failures["ListAliases"] = [errors.Throttled("ThrottlingException", "Rate exceeded")]
        sync_all(organization)
        throttled = row("details")
        assert (throttled.rate, throttled.error) == (200.0, "Rate exceeded")
        assert Entity.objects.get(entity_id=ADA).detailed_at is None
        make_due("details")
        sync_all(organization)
        assert row("details").rate == 250.0
        assert Entity.objects.get(entity_id=ADA).detailed_at

    def test_silence_is_tried_again_from_the_same_place(
        self, town: TestSandbox, organization: Organization, calls: Calls, small_pages: None
    ) -> None:
        worker.run_slice(organization)
        token = row("users").token
        calls.failures["ListUsers"] = [errors.Unreachable("Amazon WorkMail did not answer.")]
        while not row("users").error:
            worker.run_slice(organization)
        assert (row("users").token, row("users").lease_until) == (token, None)
        make_due("users")
        sync_all(organization)
        assert (row("users").error, "cy" in living()) == ("", True)

    def test_a_bug_in_one_stage_stops_no_other(
        self, town: TestSandbox, organization: Organization, calls: Calls
    ) -> None:
        calls.failures["ListGroups"] = [RuntimeError("a bug")]
        sync_all(organization)
        assert row("groups").error == "a bug"
        assert {"ada", "bo", "cy"} <= living()
        assert mirror_refresh.get_freshness(organization).listed_at is None

    def test_a_read_that_is_refused_is_left_out(
        self, town: TestSandbox, organization: Organization, calls: Calls
    ) -> None:
        refusals: list[Exception] = [errors.Refused("EntityStateException", "Not now") for _ in range(2)]
        calls.failures["GetMailboxDetails"] = refusals
        sync_all(organization)
        ada = Entity.objects.get(entity_id=ADA)
        assert ada.detailed_at
        assert ada.mailbox_size is None
        assert ada.aliases.count() == 1

    def test_somebody_whom_aws_no_longer_knows_is_deleted(
        self, town: TestSandbox, organization: Organization, calls: Calls
    ) -> None:
        sync_all(organization)
        missing = errors.Refused("EntityNotFoundException", "No such entity")
        calls.failures["DescribeUser"] = [missing]
        Entity.objects.filter(entity_id=BO).update(
            wanted_at=timezone.now(), described_at="2020-01-01T00:00:00Z"
        )
        make_due("details")
        sync_all(organization)
        assert Entity.objects.get(entity_id=BO).is_deleted


class TestWanted:
    def test_whom_somebody_looks_at_comes_first(
        self, town: TestSandbox, organization: Organization, small_pages: None
    ) -> None:
        while row("users").finished_at is None if Sync.objects.exists() else True:
            worker.run_slice(organization)
        mirror_refresh.prioritise_details(organization, [Entity.objects.get(entity_id=CY)])
        while not Entity.objects.filter(kind="user", detailed_at__isnull=False).exists():
            worker.run_slice(organization)
        assert [each.name for each in Entity.objects.filter(kind="user", detailed_at__isnull=False)] == ["cy"]

    def test_who_is_fresh_is_not_wanted(self, town: TestSandbox, organization: Organization) -> None:
        sync_all(organization)
        mirror_refresh.prioritise_details(organization, Entity.objects.all())
        assert not Entity.objects.filter(wanted_at__isnull=False).exists()

    def test_the_oldest_details_are_read_again(
        self, town: TestSandbox, organization: Organization, calls: Calls
    ) -> None:
        sync_all(organization)
        calls.made.clear()
        long_ago = timezone.now() - details_pass.STALE_AFTER * 2
        Entity.objects.filter(entity_id=ADA).update(detailed_at=long_ago)
        make_due("details")
        sync_all(organization)
        assert calls.made.count("DescribeUser") == 1


class TestRefreshing:
    @pytest.fixture(autouse=True)
    def synced(self, town: TestSandbox, organization: Organization) -> None:
        sync_all(organization)

    def test_one_person_is_read_anew(
        self, town: TestSandbox, organization: Organization, owner: Actor, calls: Calls
    ) -> None:
        town.call("UpdateUser", UserId=ADA, JobTitle="Countess")
        fresh = mirror_refresh.refresh_entity(owner, organization, Entity.objects.get(entity_id=ADA))
        assert fresh.job_title == "Countess"
        assert sorted(calls.made) == [
            "DescribeUser",
            "GetMailboxDetails",
            "ListAliases",
            "ListGroupsForEntity",
            "ListMailboxPermissions",
        ]

    def test_only_what_the_operator_may_see_is_asked_for(
        self, town: TestSandbox, organization: Organization, owner: Actor, calls: Calls
    ) -> None:
        role = Role.objects.create(name="Looker", permissions=["DescribeUser", "ListAliases"])
        Grant.objects.update(role=role)
        mirror_refresh.refresh_entity(
            Actor(owner.operator_id, "looker"), organization, Entity.objects.get(entity_id=ADA)
        )
        assert calls.made == ["DescribeUser", "ListAliases"]
        assert not Entry.objects.filter(kind=Entry.Kind.DENIED).exists()

    def test_silence_is_the_callers_to_tell(
        self, town: TestSandbox, organization: Organization, owner: Actor, calls: Calls
    ) -> None:
        calls.failures["DescribeUser"] = [errors.Unreachable("Amazon WorkMail did not answer.")]
        with pytest.raises(errors.Unreachable):
            mirror_refresh.refresh_entity(owner, organization, Entity.objects.get(entity_id=ADA))


class TestRequesting:
    def test_a_request_makes_the_listings_due(
        self, town: TestSandbox, organization: Organization, owner: Actor
    ) -> None:
        sync_all(organization)
        assert not leases.due_stages(timezone.now()).exists()
        mirror_refresh.request_sync(owner, organization)
        assert {each.stage for each in leases.due_stages(timezone.now())} == set(leases.LISTING_STAGES)

    def test_whoever_may_not_is_denied(self, organization: Organization, owner: Actor) -> None:
        Grant.objects.update(role=Role.objects.create(name="Looker", permissions=["*:read"]))
        with pytest.raises(policy.Denied):
            mirror_refresh.request_sync(Actor(owner.operator_id, "looker"), organization)
        assert not Sync.objects.exists()

    def test_changes_made_since_are_found(self, town: TestSandbox, organization: Organization) -> None:
        sync_all(organization)
        town.enabled_user("dee")
        again(organization)
        grown_old(organization)
        assert "dee" in living()


class TestPace:
    def test_calls_keep_their_distance(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("time.monotonic", lambda: 100.0)
        slept: list[float] = []
        pacer = pace.Pace(10.0, slept.append)
        for _ in range(3):
            pacer.wait()
        assert slept == pytest.approx([0.1, 0.2])

    def test_it_never_exceeds_the_settings(self) -> None:
        assert pace.Pace(1e9).rate == pace.Pace(0).rate == pace.max_rate()
        assert pace.Pace(pace.max_rate()).faster() == pace.max_rate()

    def test_it_never_stops_altogether(self) -> None:
        assert pace.Pace(pace.MIN_RATE).slower() == pace.MIN_RATE

    def test_a_writer_rests_where_there_is_only_one(self, organization: Organization) -> None:
        slept: list[float] = []
        with pace.rest_after_writes(slept.append):
            Entity.objects.count()
        assert slept == []
        with pace.rest_after_writes(slept.append):
            person(organization, "ada")
        assert len(slept) == (1 if connection.vendor == "sqlite" else 0)
