"""A change belongs to one process at a time: nothing gets between begin and claim, and none comes late."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, connections
from django.utils import timezone

from console.actor import Actor
from console.aws import errors
from console.changes import drafts, engine, execution
from console.changes.models import Change, Step
from console.changes.steps import PlannedStep
from console.jobs import LeaseLost
from console.mirror.models import Organization
from console.sandbox.fixtures import ADA, BO, TestSandbox

pytestmark = pytest.mark.django_db(transaction=True)
State, Of = Change.State, Step.State
TRIES = 50


def running(actor: Actor, organization: Organization) -> Change:
    planned = [PlannedStep("UpdateUser", {"UserId": ADA, "City": "Ulm"})]
    change = drafts.create_change(actor, organization, "Move", planned)
    Change.objects.filter(pk=change.pk).update(state=State.RUNNING)
    return Change.objects.get(pk=change.pk)


def held(change: Change) -> Step:
    """Its step in the hands of a process of its own."""
    mine = engine.claim_change(Change.objects.get(pk=change.pk))
    assert mine is not None
    return mine.steps.get()


class TestBeginning:
    def test_with_a_typed_password_is_never_taken_by_a_sweep(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        if connection.vendor != "postgresql":
            pytest.skip("SQLite lets one transaction write at a time")
        over = Event()

        def sweep() -> None:
            while not over.is_set():
                due = Change.objects.due(timezone.now()).select_related("organization").first()
                if due:
                    engine.run_change(due, due.requester, 1e12)
            connections.close_all()

        workers = [Thread(target=sweep) for _ in range(2)]
        for worker in workers:
            worker.start()
        try:
            for number in range(TRIES):
                password = f"Correct-Horse-{number}"
                engine.perform_write(adam, "ResetPassword", organization, UserId=ADA, Password=password)
        finally:
            over.set()
            for worker in workers:
                worker.join()
        assert len(town.calls("ResetPassword")) == TRIES
        assert {*Change.objects.values_list("state", "attempt")} == {(State.DONE, 1)}

    def test_is_one_update_that_claims(
        self, adam: Actor, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        taken: list[bool] = []
        real = engine._refresh

        def reread(change: Change) -> Change:
            """The moment after the UPDATE: a worker looks for what is due."""
            taken.append(Change.objects.due(timezone.now()).filter(pk=change.pk).exists())
            return real(change)

        monkeypatch.setattr(engine, "_refresh", reread)
        engine.perform_write(adam, "UpdateUser", organization, UserId=ADA, City="Ulm")
        assert taken == [False]

    def test_that_comes_second_says_so_and_sends_nothing(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        def take(change: Change) -> None:
            Change.objects.filter(pk=change.pk).update(state=State.CANCELLED)

        with pytest.raises(errors.Stopped):
            engine.perform_write(adam, "UpdateUser", organization, UserId=ADA, City="Ulm", kept=take)
        assert not town.calls("UpdateUser")


class TestALateWorker:
    def expire(self, change: Change) -> None:
        Change.objects.filter(pk=change.pk).update(lease_until=None)

    def test_begins_nothing(self, adam: Actor, organization: Organization) -> None:
        change = running(adam, organization)
        late = held(change)
        self.expire(change)
        held(change)
        assert not late.begin()
        assert change.steps.get().state == Of.PENDING

    def test_ends_nothing(self, adam: Actor, organization: Organization) -> None:
        change = running(adam, organization)
        late = held(change)
        assert late.begin()
        self.expire(change)
        held(change)
        with pytest.raises(LeaseLost):
            late.end(Of.REFUSED, note="too late")
        assert (change.steps.get().state, change.steps.get().note) == (Of.RUNNING, "")

    def test_sends_nothing_between_intent_and_call(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        change = running(adam, organization)
        late = held(change)
        assert late.begin()
        self.expire(change)
        other = held(change)
        with pytest.raises(LeaseLost):
            execution.send_write(adam, late, late.params)
        assert not town.calls("UpdateUser")
        execution.recover_steps(other.change)
        assert change.steps.get().state == Of.PENDING


class TestAnUnansweredCall:
    def steps(self) -> list[PlannedStep]:
        first = PlannedStep("UpdateUser", {"UserId": ADA, "City": "Ulm"})
        same = PlannedStep("UpdateUser", {"UserId": ADA, "Office": "Oslo"})
        depends = PlannedStep("CreateAlias", {"EntityId": BO, "Alias": "b@example.com"}, needs=0)
        other = PlannedStep("CreateGroup", {"Name": "crew"})
        return [first, same, depends, other]

    def test_lets_independent_steps_go_on(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        town.faults.time_out("UpdateUser", "after")
        change = engine.start_change(drafts.create_draft(adam, organization, "Four", self.steps()))
        states = [*change.steps.order_by("position").values_list("state", flat=True)]
        assert states == ["running", "pending", "pending", "done"]

    def test_is_settled_seconds_later_when_it_took_effect(
        self, adam: Actor, organization: Organization, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town.faults.time_out("UpdateUser", "after")
        change = engine.start_change(drafts.create_draft(adam, organization, "Four", self.steps()))
        soon = timezone.now() + execution.FIRST_LOOK * 2
        monkeypatch.setattr(timezone, "now", lambda: soon)
        engine.sweep()
        assert {*change.steps.values_list("state", flat=True)} == {"done"}

    def test_that_shows_nothing_is_not_repeated_at_once(
        self, adam: Actor, organization: Organization, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town.faults.time_out("UpdateUser", "before")
        change = engine.start_change(drafts.create_draft(adam, organization, "Four", self.steps()))
        begun = timezone.now()
        for seconds in (10, 30, 60, 80):
            monkeypatch.setattr(timezone, "now", lambda: begun + timedelta(seconds=seconds))  # noqa: B023 - called within the round
            engine.sweep()
            assert len(town.calls("UpdateUser")) == 1
        monkeypatch.setattr(timezone, "now", lambda: begun + timedelta(seconds=200))
        engine.sweep()
        assert {*change.steps.values_list("state", flat=True)} == {"done"}

    def test_of_three_holds_the_rest_back(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        town.faults.time_out("CreateGroup", "before", times=20)
        groups = [PlannedStep("CreateGroup", {"Name": f"crew{each}"}) for each in range(12)]
        change = engine.start_change(drafts.create_draft(adam, organization, "Groups", groups))
        engine.sweep()
        assert change.counts() == {"running": 3, "pending": 9}

    def test_of_two_hundred_steps_adds_no_minutes(
        self, adam: Actor, organization: Organization, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engine, "SWEEP_SECONDS", 600.0)
        town.faults.time_out("CreateGroup", "after")
        groups = [PlannedStep("CreateGroup", {"Name": f"crew{each}"}) for each in range(200)]
        change = engine.start_change(drafts.create_change(adam, organization, "Groups", groups))
        begun = timezone.now()
        monkeypatch.setattr(timezone, "now", lambda: begun)
        engine.sweep()
        assert change.counts() == {"running": 1, "done": 199}
        monkeypatch.setattr(timezone, "now", lambda: begun + execution.FIRST_LOOK * 2)
        engine.sweep()
        assert change.counts() == {"done": 200}
