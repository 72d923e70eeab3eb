"""The engine: one step at once, several in their order, what it does when AWS says no or nothing."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from console.actor import Actor
from console.aws import errors
from console.changes import control, drafts, engine, execution
from console.changes.models import Change, Step
from console.changes.steps import GENERATED, FromStep, PlannedStep
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators import policy
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox

pytestmark = pytest.mark.django_db(transaction=True)
State, Of = Change.State, Step.State


def states(change: Change) -> list[str]:
    return list(change.steps.order_by("position").values_list("state", flat=True))


def fresh(change: Change) -> Change:
    change.refresh_from_db()
    return change


def work(change: Change) -> Change:
    """What workers do until nothing is due."""
    engine.sweep()
    return fresh(change)


def titles(count: int) -> list[PlannedStep]:
    return [PlannedStep("UpdateUser", {"UserId": ADA, "JobTitle": f"No. {each}"}) for each in range(count)]


class TestPerform:
    def test_does_it_and_keeps_a_change_that_is_done(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        engine.perform_write(
            adam, "UpdateUser", organization, title="Mend Ada", reason="asked", UserId=ADA, Office="Oslo"
        )
        assert town.call("DescribeUser", UserId=ADA)["Office"] == "Oslo"
        change = Change.objects.get()
        assert (change.title, change.state, change.reason, states(change)) == (
            "Mend Ada",
            State.DONE,
            "asked",
            ["done"],
        )

    def test_answers_what_aws_answered(self, adam: Actor, organization: Organization) -> None:
        made = engine.perform_write(adam, "CreateGroup", organization, Name="crew")
        assert made["GroupId"]
        assert Step.objects.get().result == {"GroupId": made["GroupId"]}

    def test_its_step_leads_to_the_ledger(self, adam: Actor, organization: Organization) -> None:
        engine.perform_write(adam, "CreateAlias", organization, EntityId=ADA, Alias="a@example.com")
        call = Step.objects.get().call
        assert [each.kind for each in Entry.objects.of_call(call)] == ["intent", "outcome"]

    def test_a_refusal_is_raised_and_kept(self, adam: Actor, organization: Organization) -> None:
        with pytest.raises(errors.Refused):
            engine.perform_write(adam, "CreateAlias", organization, EntityId=ADA, Alias="bo@example.com")
        change = Change.objects.get()
        assert (change.state, states(change)) == (State.FAILED, ["refused"])
        assert Step.objects.get().code == "EmailAddressInUseException"

    def test_what_was_never_sent_leaves_no_change(
        self, helga: Actor, adam: Actor, organization: Organization
    ) -> None:
        with pytest.raises(policy.Denied):
            engine.perform_write(helga, "DeleteUser", organization, UserId=CY)
        with pytest.raises(errors.Invalid):
            engine.perform_write(adam, "UpdateUser", organization, UserId=ADA, Office="x" * 500)
        with pytest.raises(errors.Changed):
            engine.perform_write(
                adam, "UpdateUser", organization, UserId=ADA, Office="A", expecting={"Office": "Rome"}
            )
        assert not Change.objects.exists()

    def test_no_answer_leaves_it_running_until_somebody_has_looked(
        self, adam: Actor, organization: Organization, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town.faults.time_out("UpdateUser", "after")
        with pytest.raises(errors.Unreachable):
            engine.perform_write(adam, "UpdateUser", organization, UserId=ADA, Office="Oslo")
        change = Change.objects.get()
        assert (change.state, states(change)) == (State.RUNNING, ["running"])
        later = timezone.now() + timedelta(minutes=3)
        monkeypatch.setattr(timezone, "now", lambda: later)
        assert work(change).state == State.DONE
        assert len(town.calls("UpdateUser")) == 1

    def test_a_password_is_in_no_row(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        engine.perform_write(adam, "ResetPassword", organization, UserId=ADA, Password="Correct-Horse-7")
        assert "Correct-Horse-7" not in str(Step.objects.values_list())
        assert len(town.calls("ResetPassword")) == 1


class TestPlans:
    def test_a_step_takes_what_an_earlier_one_was_answered(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        steps = [
            PlannedStep("CreateUser", {"Name": "dora", "DisplayName": "Dora", "Password": GENERATED}),
            PlannedStep(
                "RegisterToWorkMail",
                {"EntityId": FromStep(0, "UserId"), "Email": "dora@example.com"},
                needs=0,
            ),
            PlannedStep(
                "CreateAlias", {"EntityId": FromStep(0, "UserId"), "Alias": "d@example.com"}, needs=1
            ),
        ]
        change = drafts.create_draft(adam, organization, "Create Dora", steps)
        assert control.run_draft(adam, change).state == State.DONE
        made = town.call("DescribeEntity", Email="d@example.com")
        assert made["Name"] == "dora"

    def test_what_needs_a_step_that_failed_is_skipped(self, adam: Actor, organization: Organization) -> None:
        steps = [
            PlannedStep("CreateAlias", {"EntityId": ADA, "Alias": "bo@example.com"}),
            PlannedStep("UpdateUser", {"UserId": ADA, "Office": "Oslo"}, needs=0),
            PlannedStep("UpdateUser", {"UserId": BO, "Office": "Oslo"}),
        ]
        change = engine.start_change(drafts.create_draft(adam, organization, "Both", steps))
        assert (change.state, states(change)) == (State.PARTLY, ["refused", "skipped", "done"])

    def test_trying_again_does_only_what_is_left(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        steps = [PlannedStep("CreateAlias", {"EntityId": ADA, "Alias": "bo@example.com"}), *titles(1)]
        change = engine.start_change(drafts.create_draft(adam, organization, "Both", steps))
        town.call("UpdatePrimaryEmailAddress", EntityId=BO, Email="bob@example.com")
        town.call("DeleteAlias", EntityId=BO, Alias="bo@example.com")
        assert control.retry_change(adam, change) == 1
        assert work(change).state == State.DONE
        assert len(town.calls("UpdateUser")) == 1

    def test_a_step_that_finds_something_else_than_its_preview_stops(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        change = drafts.create_draft(
            adam, organization, "Move", [PlannedStep("UpdateUser", {"UserId": ADA, "Office": "Oslo"})]
        )
        town.call("UpdateUser", UserId=ADA, Office="Rome")
        control.run_draft(adam, change)
        step = change.steps.get()
        assert (step.state, step.code) == (Of.REFUSED, "Changed")
        assert "Office" in step.note
        assert town.call("DescribeUser", UserId=ADA)["Office"] == "Rome"

    def test_steps_on_the_same_member_see_each_others_work(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        change = drafts.create_draft(adam, organization, "Twice", titles(2))
        assert control.run_draft(adam, change).state == State.DONE
        assert town.call("DescribeUser", UserId=ADA)["JobTitle"] == "No. 1"

    def test_a_right_that_was_lost_meanwhile_is_asked_for_again(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        change = drafts.create_draft(adam, organization, "Later", titles(1))
        from console.operators.models import Grant

        Grant.objects.all().delete()
        engine.start_change(change)
        assert states(change) == ["refused"]
        assert not town.calls("UpdateUser")


class TestProofs:
    def test_a_read_that_shows_it_is_done(self, adam: Actor, organization: Organization) -> None:
        ask = {"UserId": ADA, "Action": "IMAP", "IpAddress": "10.0.0.1"}
        steps = [PlannedStep("GetAccessControlEffect", ask, expects={"Effect": "ALLOW"})]
        assert engine.start_change(drafts.create_draft(adam, organization, "Look", steps)).state == State.DONE

    def test_one_that_does_not_takes_everything_back(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        ask = {"UserId": ADA, "Action": "IMAP", "IpAddress": "10.0.0.1"}
        steps = [
            PlannedStep("UpdateUser", {"UserId": ADA, "Office": "Oslo"}),
            PlannedStep("GetAccessControlEffect", ask, expects={"Effect": "DENY"}),
            *titles(1),
        ]
        change = engine.start_change(drafts.create_draft(adam, organization, "Move", steps, reverts=True))
        assert states(change) == ["done", "refused", "skipped"]
        assert town.call("DescribeUser", UserId=ADA).get("Office") is None
        assert "taken back" in fresh(change).note


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The engine's own count of seconds, which goes on by one with each step that has run."""
    counted = [0.0]
    real = execution.run_step

    def run_a_second(*args: Any) -> bool:
        counted[0] += 1
        return real(*args)

    counting = SimpleNamespace(monotonic=lambda: counted[0], sleep=lambda seconds: None)
    monkeypatch.setattr(engine, "run_step", run_a_second)
    monkeypatch.setattr(engine, "time", counting)
    return counted


class TestWorkers:
    def test_a_long_change_is_left_to_them(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        change = engine.start_change(drafts.create_draft(adam, organization, "Long", titles(12)))
        assert not town.calls("UpdateUser")
        assert work(change).state == State.DONE

    def test_a_short_one_does_not_wait_behind_a_long_one(
        self,
        adam: Actor,
        organization: Organization,
        seconds: list[float],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(engine, "MAX_INLINE_STEPS", 0)
        long = engine.start_change(drafts.create_draft(adam, organization, "Long", titles(40)))
        engine.run_change(long, long.requester, seconds[0] + engine.SLICE_SECONDS)
        own = PlannedStep("UpdateUser", {"UserId": BO, "Office": "Oslo"})
        short = engine.start_change(drafts.create_draft(adam, organization, "Short", [own]))
        turns: list[Any] = []
        real = engine.run_change

        def run(change: Change, actor: Actor, deadline: float) -> bool:
            turns.append(change.title)
            return real(change, actor, deadline)

        monkeypatch.setattr(engine, "run_change", run)
        engine.sweep()
        assert fresh(short).state == State.DONE
        assert turns[:3] == ["Long", "Short", "Long"]
        assert states(long).count("done") < 40

    def test_a_paused_one_stays_where_it_is(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        change = engine.start_change(drafts.create_draft(adam, organization, "Long", titles(12)))
        control.pause_change(adam, change)
        assert work(change).state == State.RUNNING
        assert not town.calls("UpdateUser")
        control.resume_change(adam, fresh(change))
        assert work(change).state == State.DONE

    @pytest.mark.parametrize(("steps", "state"), [(0, State.CANCELLED), (3, State.PARTLY)])
    def test_cancelling_leaves_what_is_done(
        self, steps: int, state: str, adam: Actor, organization: Organization, seconds: list[float]
    ) -> None:
        change = engine.start_change(drafts.create_draft(adam, organization, "Long", titles(12)))
        engine.run_change(change, adam, seconds[0] + steps)
        control.cancel_change(adam, fresh(change))
        assert fresh(change).state == state
        assert states(change) == ["done"] * steps + ["skipped"] * (12 - steps)

    def test_the_brake_stops_after_a_failed_canary(self, adam: Actor, organization: Organization) -> None:
        wrong = [PlannedStep("CreateAlias", {"EntityId": ADA, "Alias": "bo@example.com"})]
        change = engine.start_change(drafts.create_draft(adam, organization, "Long", [*wrong, *titles(12)]))
        assert work(change).paused
        assert states(change).count("pending") == 12
        assert "1 of the first 1" in change.note

    def test_a_scheduled_one_starts_when_it_is_due(
        self, adam: Actor, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        later = timezone.now() + timedelta(days=1)
        change = drafts.create_draft(adam, organization, "Tomorrow", titles(1), not_before=later)
        assert engine.start_change(change).state == State.SCHEDULED
        assert work(change).state == State.SCHEDULED
        monkeypatch.setattr(timezone, "now", lambda: later + timedelta(minutes=1))
        assert work(change).state == State.DONE

    def test_a_throttled_step_waits_and_the_organization_slows_down(
        self, adam: Actor, organization: Organization, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from console.changes.models import Budget

        monkeypatch.setattr("console.aws.transport.PAUSE", 0)
        engine.perform_write(adam, "UpdateUser", organization, UserId=ADA, Office="Oslo")
        change = drafts.create_draft(adam, organization, "Slow", titles(1))
        town.faults.fail("UpdateUser", "before", code="ThrottlingException", times=3)
        engine.start_change(change)
        assert states(change) == ["pending"]
        assert Budget.objects.get().rate < 1e9
        later = timezone.now() + timedelta(minutes=1)
        monkeypatch.setattr(timezone, "now", lambda: later)
        assert work(change).state == State.DONE
