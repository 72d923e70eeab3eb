"""Two writes of one target at once: one is done, the other is told; held on PostgreSQL with real threads."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from console import clock
from console.actor import Actor
from console.aws import errors
from console.gateway import gateway, target_leases
from console.ledger.models import Entry
from console.mirror.models import Organization, TargetLease
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas.exports.conftest import actor, operator, organization, sandbox
from tests.races.harness import TRIES, at_once, on_postgresql

__all__ = ["organization", "sandbox"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def owner(organization: Organization) -> Actor:
    return actor(operator(organization, "Owner", "olga"))


def lost_updates(
    owner: Actor, organization: Organization, sandbox: TestSandbox, *, until_first: bool = False
) -> int:
    """How often two operators who began with the same value were both told that theirs is saved."""
    lost = 0
    for number in range(TRIES):
        start = f"start {number}"
        sandbox.call("UpdateUser", UserId=ADA, Office=start)

        def edit(office: str, seen: str = start) -> dict[str, Any]:
            params: dict[str, Any] = {"UserId": ADA, "Office": office}
            return gateway.call(owner, "UpdateUser", organization, expecting={"Office": seen}, **params)

        results = at_once(lambda: edit("left"), lambda: edit("right"))
        saved = [each for each in results if not isinstance(each, Exception)]
        told = [each for each in results if isinstance(each, errors.Changed | errors.Busy)]
        assert len(saved) + len(told) == 2, results
        assert saved
        lost += len(saved) == 2
        if lost and until_first:
            break
    return lost


@on_postgresql
class TestTwoOperators:
    def test_are_not_both_told_that_theirs_is_saved(
        self, owner: Actor, organization: Organization, sandbox: TestSandbox
    ) -> None:
        assert connection.vendor == "postgresql"
        assert lost_updates(owner, organization, sandbox) == 0
        assert not TargetLease.objects.exists()

    def test_would_be_without_the_lease(
        self,
        owner: Actor,
        organization: Organization,
        sandbox: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """The planted fault."""

        @contextmanager
        def unheld(*_: Any) -> Iterator[Any]:
            yield type("Held", (), {"is_held": lambda self: True})()

        monkeypatch.setattr(target_leases, "hold_targets", unheld)
        assert lost_updates(owner, organization, sandbox, until_first=True) > 0


class TestTheLease:
    def test_is_asked_for_in_any_order_without_a_deadlock(self, organization: Organization) -> None:
        def take(*names: str) -> Callable[[], None]:
            def act() -> None:
                with target_leases.hold_targets(organization, names):
                    time.sleep(0)

            return act

        if connection.vendor != "postgresql":
            return take("one", "two")()
        for _ in range(TRIES):
            assert at_once(take("one", "two"), take("two", "one"), take("two")) == [None] * 3
        return None

    def test_of_a_process_that_died_is_over_after_its_time(
        self, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(target_leases, "MAX_WAIT_SECONDS", 0)
        with target_leases.hold_targets(organization, ["one"]):
            row = TargetLease.objects.values().get()
        TargetLease.objects.create(**{**row, "id": None})  # as if it had never been given back
        with pytest.raises(target_leases.TargetBusy), target_leases.hold_targets(organization, ["one"]):
            pass
        later = clock.now() + target_leases.LEASE_DURATION + timedelta(seconds=1)
        monkeypatch.setattr("console.clock.now", lambda: later)
        monkeypatch.setattr(target_leases, "MAX_WAIT_SECONDS", 1)
        with target_leases.hold_targets(organization, ["one"]) as lease:
            assert lease.is_held()

    def test_stops_a_write_that_lost_it(
        self,
        owner: Actor,
        organization: Organization,
        sandbox: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(target_leases.HeldTargets, "is_held", lambda self: False)
        with pytest.raises(errors.Busy):
            gateway.call(owner, "UpdateUser", organization, UserId=BO, Office="Oslo")
        assert not sandbox.calls("UpdateUser")
        outcome = Entry.objects.filter(kind=Entry.Kind.OUTCOME).latest("seq")
        assert outcome.outcome in (Entry.Outcome.REFUSED, Entry.Outcome.NOT_APPLIED)

    def test_that_cannot_be_given_back_hides_no_outcome(
        self,
        owner: Actor,
        organization: Organization,
        sandbox: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def fail(self: Any) -> None:
            raise OperationalError("the database is locked")

        monkeypatch.setattr("django.db.models.query.QuerySet.delete", fail)
        gateway.call(owner, "UpdateUser", organization, UserId=BO, Office="Oslo")
        assert sandbox.calls("UpdateUser")

    def test_that_does_not_come_says_so_and_sends_nothing(
        self,
        owner: Actor,
        organization: Organization,
        sandbox: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(target_leases, "MAX_WAIT_SECONDS", 0)
        with target_leases.hold_targets(organization, [BO]), pytest.raises(errors.Busy):
            gateway.call(owner, "UpdateUser", organization, UserId=BO, Office="Oslo")
        assert not sandbox.calls("UpdateUser")
        assert not Entry.objects.filter(operation="UpdateUser").exists()
