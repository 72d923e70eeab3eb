"""A step that was altered in the database after the approval is never sent."""

from datetime import timedelta
from typing import Any

import pytest

from console import clock
from console.actor import Actor
from console.changes import control, drafts, engine, execution, models, policies
from console.changes.models import Change, Conditions, Step
from console.changes.steps import PlannedStep
from console.mirror.models import Organization
from console.sandbox.fixtures import ADA, BO, TestSandbox

State = Change.State
DAY = timedelta(days=1)


@pytest.fixture
def change(adam: Actor, organization: Organization) -> Change:
    """Two steps, of which an operator sees what they change before the approval."""
    Conditions.objects.create(organization=organization, approve_operations=["UpdateUser"])
    steps = [PlannedStep("UpdateUser", {"UserId": each, "City": "Ulm"}) for each in (ADA, BO)]
    return engine.start_change(drafts.create_draft(adam, organization, "Move", steps))


def alter(change: Change) -> None:
    Step.objects.filter(change=change, position=1).update(params={"UserId": BO, "City": "Oslo"})


def approve(approver: Actor, change: Change) -> Change:
    control.approve_change(approver, change, policies.compute_digest(change))
    return Change.objects.get(pk=change.pk)


def cities(town: TestSandbox) -> list[Any]:
    return [town.call("DescribeUser", UserId=each).get("City") for each in (ADA, BO)]


def assert_waits(change: Change) -> None:
    assert (change.state, change.note, change.approved_at) == (State.AWAITING, policies.ALTERED, None)


class TestAnAlteredStep:
    def test_between_two_steps_of_one_slice_is_not_sent(
        self, change: Change, olga: Actor, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(execution, "BATCH_SIZE", 1)
        real = execution.run_step

        def run_and_alter(*args: Any) -> bool:
            has_run = real(*args)
            alter(change)
            return has_run

        monkeypatch.setattr(engine, "run_step", run_and_alter)
        changed = approve(olga, change)
        assert cities(town) == ["Ulm", None]
        assert_waits(changed)

    def test_after_the_digest_was_compared_is_not_sent(
        self, change: Change, olga: Actor, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(policies, "get_approval", _then(policies.get_approval, alter))
        assert_waits(approve(olga, change))
        assert cities(town) == ["Ulm", None]

    def test_is_not_sent_though_no_policy_asks_for_approval_any_more(
        self, change: Change, olga: Actor, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engine, "run_admitted", lambda *args: None)
        approve(olga, change)
        monkeypatch.undo()
        Conditions.objects.all().delete()
        alter(change)
        Change.objects.update(lease_until=None)
        engine.sweep()
        assert_waits(Change.objects.get())
        assert cities(town) == [None, None]

    def test_is_sent_once_it_is_approved_as_it_is(
        self, change: Change, olga: Actor, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(policies, "get_approval", _then(policies.get_approval, alter))
        waiting = approve(olga, change)
        monkeypatch.undo()
        assert approve(olga, waiting).state == State.DONE
        assert cities(town) == ["Ulm", "Oslo"]


CONDITIONS = [
    pytest.param({"expects": {"City": "Rome"}}, id="expects"),
    pytest.param({"expects": None}, id="expects-nothing"),
    pytest.param({"needs": None}, id="needs"),
]


@pytest.mark.parametrize("altered", CONDITIONS)
class TestAStepWhoseConditionsWereAltered:
    """Two steps, of which the second needs the first and expects what an operator saw."""

    @pytest.fixture
    def change(self, adam: Actor, organization: Organization) -> Change:
        Conditions.objects.create(organization=organization, approve_operations=["UpdateUser"])
        steps = [
            PlannedStep("UpdateUser", {"UserId": ADA, "City": "Ulm"}),
            PlannedStep("UpdateUser", {"UserId": BO, "City": "Ulm"}, needs=0, expects={"City": None}),
        ]
        return engine.start_change(drafts.create_draft(adam, organization, "Move", steps))

    def test_is_not_sent_if_it_was_altered_before_the_run(
        self,
        altered: dict[str, Any],
        change: Change,
        olga: Actor,
        town: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(engine, "run_admitted", lambda *args: None)
        approve(olga, change)
        monkeypatch.undo()
        Step.objects.filter(change=change, position=1).update(**altered)
        Change.objects.update(lease_until=None)
        engine.sweep()
        assert_waits(Change.objects.get())
        assert cities(town) == [None, None]

    def test_is_not_sent_if_it_was_altered_during_the_run(
        self,
        altered: dict[str, Any],
        change: Change,
        olga: Actor,
        town: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def alter_conditions(changed: Change) -> None:
            Step.objects.filter(change=changed, position=1).update(**altered)

        monkeypatch.setattr(policies, "get_approval", _then(policies.get_approval, alter_conditions))
        assert_waits(approve(olga, change))
        assert cities(town) == ["Ulm", None]

    def test_cannot_be_approved_as_it_was_shown(
        self, altered: dict[str, Any], change: Change, olga: Actor, town: TestSandbox
    ) -> None:
        seen = policies.compute_digest(change)
        Step.objects.filter(change=change, position=1).update(**altered)
        with pytest.raises(control.InvalidState):
            control.approve_change(olga, change, seen)
        assert cities(town) == [None, None]


def test_a_proof_that_was_altered_during_the_run_is_not_read(
    adam: Actor,
    olga: Actor,
    organization: Organization,
    town: TestSandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Conditions.objects.create(organization=organization, approve_operations=["UpdateUser"])
    steps = [
        PlannedStep("UpdateUser", {"UserId": ADA, "City": "Ulm"}),
        PlannedStep("DescribeUser", {"UserId": ADA}, expects={"City": "Oslo"}),
    ]
    change = engine.start_change(drafts.create_draft(adam, organization, "Move", steps))

    def weaken(changed: Change) -> None:
        Step.objects.filter(change=changed, position=1).update(expects={})

    monkeypatch.setattr(policies, "get_approval", _then(policies.get_approval, weaken))
    assert_waits(approve(olga, change))


def test_an_end_whose_conditions_were_altered_is_not_approved(
    adam: Actor, olga: Actor, organization: Organization
) -> None:
    Conditions.objects.create(organization=organization, approve_operations=["UpdateUser"])
    begin = drafts.create_draft(
        adam, organization, "Move", [PlannedStep("UpdateUser", {"UserId": ADA, "City": "Ulm"})]
    )
    back = PlannedStep("UpdateUser", {"UserId": ADA, "City": "Rome"}, expects={"City": "Ulm"})
    end = drafts.create_change(
        adam, organization, "Back", [back], kind=models.END_KIND, follows=begin, not_before=clock.now() + DAY
    )
    seen = policies.compute_digest(engine.start_change(begin))
    Step.objects.filter(change=end).update(expects=None)
    with pytest.raises(control.InvalidState):
        control.approve_change(olga, begin, seen)


def _then(real: Any, act: Any) -> Any:
    """Return a function that does what `real` does, and lets `act` follow."""

    def both(change: Change) -> Any:
        result = real(change)
        act(change)
        return result

    return both
