"""One clock for all processes: a worker whose own clock is wrong parks nothing and hurries nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from console import clock
from console.actor import Actor
from console.aws import errors
from console.changes import budget, drafts, engine
from console.changes.models import Budget, Change
from console.changes.steps import PlannedStep
from console.gateway import gateway, unknown_outcomes
from console.ledger import journal
from console.mirror.models import Organization, Sync
from console.sandbox.fixtures import ADA, TestSandbox
from console.sync import leases, worker
from tests.mirror.conftest import organization, owner, town

__all__ = ["organization", "owner", "town"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("server_clock")]
FAST = timedelta(hours=3)
REAL_NOW = timezone.now


@pytest.fixture
def fast(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The clock of this process is three hours ahead of the database's."""
    monkeypatch.setattr(timezone, "now", lambda: REAL_NOW() + FAST)
    return monkeypatch


def set_right(patch: pytest.MonkeyPatch) -> None:
    """Go on as a process whose clock is right."""
    patch.setattr(timezone, "now", REAL_NOW)


def running(actor: Actor, organization: Organization) -> Change:
    change = drafts.create_change(
        actor, organization, "Move", [PlannedStep("UpdateUser", {"UserId": ADA, "City": "Ulm"})]
    )
    Change.objects.filter(pk=change.pk).update(state=Change.State.RUNNING, turn_at=clock.now())
    return Change.objects.get(pk=change.pk)


def test_the_clock_is_the_servers(fast: pytest.MonkeyPatch) -> None:
    assert abs(clock.now() - REAL_NOW()) < timedelta(minutes=1)
    assert connection.vendor == "postgresql"


class TestAWorkerThatIsAhead:
    def test_claims_a_change_for_its_lease_only(
        self, owner: Actor, organization: Organization, fast: pytest.MonkeyPatch
    ) -> None:
        change = engine.claim_change(running(owner, organization))
        assert change
        assert change.lease_until
        assert change.lease_until <= REAL_NOW() + engine.LEASE_DURATION

    def test_takes_no_change_that_another_worker_holds(
        self, owner: Actor, organization: Organization, fast: pytest.MonkeyPatch
    ) -> None:
        change = running(owner, organization)
        Change.objects.filter(pk=change.pk).update(lease_until=REAL_NOW() + engine.LEASE_DURATION)
        assert engine.claim_change(Change.objects.get(pk=change.pk)) is None

    def test_begins_no_scheduled_change_early(
        self, owner: Actor, organization: Organization, fast: pytest.MonkeyPatch
    ) -> None:
        change = running(owner, organization)
        due = REAL_NOW() + timedelta(hours=1)
        Change.objects.filter(pk=change.pk).update(state=Change.State.SCHEDULED, not_before=due)
        engine.sweep()
        change.refresh_from_db()
        assert change.state == Change.State.SCHEDULED

    def test_leaves_no_turn_hours_away(
        self, owner: Actor, organization: Organization, town: TestSandbox, fast: pytest.MonkeyPatch
    ) -> None:
        change = running(owner, organization)
        town.faults.throttle(0, "UpdateUser")
        engine.sweep()
        change.refresh_from_db()
        assert change.lease_until is None
        assert change.turn_at <= REAL_NOW() + timedelta(minutes=1)

    def test_puts_the_budget_no_hours_away(
        self, organization: Organization, fast: pytest.MonkeyPatch
    ) -> None:
        budget.reserve_calls(organization, 3)
        assert Budget.objects.get().next_at <= REAL_NOW() + timedelta(minutes=1)

    def test_claims_a_stage_of_the_sync_for_its_lease_only(
        self, organization: Organization, fast: pytest.MonkeyPatch
    ) -> None:
        leases.ensure_stages(Organization.objects.all())
        lease = next(leases.claim_stages())
        held = Sync.objects.get(pk=lease.sync.pk)
        assert held.lease_until
        assert held.lease_until <= REAL_NOW() + leases.LEASE_DURATION

    def test_leaves_every_stage_due_as_always(
        self, organization: Organization, town: TestSandbox, fast: pytest.MonkeyPatch
    ) -> None:
        while worker.run_slice(organization):
            pass
        latest = max(Sync.objects.values_list("due_at", flat=True))
        assert latest <= REAL_NOW() + timedelta(hours=1)

    def test_settles_no_call_that_is_still_on_its_way(
        self, owner: Actor, organization: Organization, town: TestSandbox, fast: pytest.MonkeyPatch
    ) -> None:
        set_right(fast)
        town.faults.time_out("UpdateUser", "before")
        with pytest.raises(errors.OutcomeUnknown):
            gateway.call(owner, "UpdateUser", organization, UserId=ADA, City="Ulm")
        fast.setattr(timezone, "now", lambda: REAL_NOW() + FAST)
        unknown_outcomes.settle_due()
        assert len(journal.open_intents(REAL_NOW() + timedelta(minutes=1))) == 1
