"""A change that is cancelled during a call: its state and its ends follow what was really done."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from console.actor import Actor
from console.aws import errors, transport
from console.changes import control, drafts, engine, schedule
from console.changes.models import END_KIND, Change
from console.changes.steps import PlannedStep
from console.mirror.models import Organization
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas.desk import Desk
from tests.areas.world import operator

pytestmark = pytest.mark.django_db(transaction=True)
State = Change.State


class Held:
    """Holds the first call of an operation open, before or after WorkMail has carried it out."""

    def __init__(self, patch: pytest.MonkeyPatch, operation: str, *, refuse: bool = False) -> None:
        self.operation, self.refuse, self.real = operation, refuse, transport.send_call
        self.arrived, self.released, self.first = Event(), Event(), True
        patch.setattr(transport, "send_call", self.send)

    def send(self, rule: Any, *given: Any) -> Any:
        if rule.name != self.operation or not self.first:
            return self.real(rule, *given)
        self.first = False
        self.arrived.set()
        assert self.released.wait(20)
        if self.refuse:
            raise errors.Refused("EntityStateException", "no")
        return self.real(rule, *given)


def meanwhile(held: Held, act: Callable[[], object], cancel: Callable[[], object]) -> list[BaseException]:
    """Cancel while the call of `act` is held open; what `act` raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as failure:
            raised.append(failure)
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    try:
        assert held.arrived.wait(20)
        cancel()
    finally:
        held.released.set()
        thread.join()
    return raised


def titles(count: int) -> list[PlannedStep]:
    return [PlannedStep("UpdateUser", {"UserId": ADA, "JobTitle": f"No. {each}"}) for each in range(count)]


def give(actor: Actor, organization: Organization) -> None:
    ids = {"EntityId": ADA, "GranteeId": BO}
    term = schedule.ScheduledEnd(
        PlannedStep("DeleteMailboxPermissions", ids), timezone.now() + timedelta(days=1)
    )
    schedule.perform_temporary(
        actor, "PutMailboxPermissions", organization, term, **ids, PermissionValues=["FULL_ACCESS"]
    )


def cancel_running(actor: Actor) -> None:
    control.cancel_change(actor, Change.objects.get(state=State.RUNNING))


@pytest.mark.parametrize("attempt", range(5))
class TestCancellingDuringTheCall:
    def test_keeps_the_end_of_a_permission_that_was_given(
        self,
        attempt: int,
        adam: Actor,
        organization: Organization,
        town: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        held = Held(monkeypatch, "PutMailboxPermissions")
        assert meanwhile(held, lambda: give(adam, organization), lambda: cancel_running(adam)) == []
        assert town.call("ListMailboxPermissions", EntityId=ADA)["Permissions"]
        assert Change.objects.exclude(kind=END_KIND).get().state == State.DONE
        assert Change.objects.get(kind=END_KIND).state == State.SCHEDULED

    def test_calls_off_the_end_of_a_permission_that_was_refused(
        self,
        attempt: int,
        adam: Actor,
        organization: Organization,
        town: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        held = Held(monkeypatch, "PutMailboxPermissions", refuse=True)
        (raised,) = meanwhile(held, lambda: give(adam, organization), lambda: cancel_running(adam))
        assert isinstance(raised, errors.Refused)
        assert {each.state for each in Change.objects.all()} == {State.CANCELLED}

    def test_of_a_bulk_change_in_its_first_step_says_that_a_part_is_done(
        self,
        attempt: int,
        adam: Actor,
        organization: Organization,
        town: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        change = drafts.create_draft(adam, organization, "Titles", titles(5))
        desk = Desk(operator("Owner", organization, name="olga"), organization, "changes")
        answers: list[int] = []
        held = Held(monkeypatch, "UpdateUser")
        raised = meanwhile(
            held,
            lambda: answers.append(desk.post("run", str(change.pk)).status_code),
            lambda: cancel_running(adam),
        )
        assert (raised, answers) == ([], [303])
        change.refresh_from_db()
        assert change.state == State.PARTLY
        states = [*change.steps.order_by("position").values_list("state", flat=True)]
        assert states == ["done", *["skipped"] * 4]

    def test_of_a_change_about_one_user_leaves_nothing_running(
        self,
        attempt: int,
        adam: Actor,
        organization: Organization,
        town: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        steps = [PlannedStep("UpdateUser", {"UserId": BO, "Office": "Oslo"}), *titles(2)]
        change = drafts.create_draft(
            adam, organization, "Offboard", steps, kind="offboard", data={"entity_id": BO}
        )
        held = Held(monkeypatch, "UpdateUser")
        assert meanwhile(held, lambda: engine.start_change(change, adam), lambda: cancel_running(adam)) == []
        change.refresh_from_db()
        assert (change.state, change.counts()) == (State.PARTLY, {"done": 1, "skipped": 2})

    def test_of_a_single_write_says_that_it_was_done(
        self,
        attempt: int,
        adam: Actor,
        organization: Organization,
        town: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        held = Held(monkeypatch, "UpdateUser")
        raised = meanwhile(
            held,
            lambda: engine.perform_write(adam, "UpdateUser", organization, UserId=ADA, City="Ulm"),
            lambda: cancel_running(adam),
        )
        assert raised == []
        assert Change.objects.get().state == State.DONE
        assert town.call("DescribeUser", UserId=ADA)["City"] == "Ulm"


class TestRetry:
    def test_of_a_refused_grant_schedules_its_end_again(
        self,
        adam: Actor,
        organization: Organization,
        town: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with pytest.MonkeyPatch.context() as patch:
            held = Held(patch, "PutMailboxPermissions", refuse=True)
            held.released.set()
            with pytest.raises(errors.Refused):
                give(adam, organization)
        assert Change.objects.get(kind=END_KIND).state == State.CANCELLED
        control.retry_change(adam, Change.objects.get(state=State.FAILED))
        engine.sweep()
        assert town.call("ListMailboxPermissions", EntityId=ADA)["Permissions"]
        assert Change.objects.get(kind=END_KIND).state == State.SCHEDULED
