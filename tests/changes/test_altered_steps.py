"""A step that was altered in the database after the approval is never sent."""

from datetime import timedelta
from typing import Any

import pytest

from console import clock
from console.actor import Actor
from console.changes import conditions, control, drafting, ending, engine, resolving
from console.changes.models import Change, Conditions, Step
from console.changes.plans import Planned
from console.mirror.models import Organization
from console.sandbox.testing import ADA, BO, TestSandbox

State = Change.State
DAY = timedelta(days=1)


@pytest.fixture
def change(adam: Actor, organization: Organization) -> Change:
    """Two steps, of which an operator sees what they change before the approval."""
    Conditions.objects.create(organization=organization, approve_operations=["UpdateUser"])
    steps = [Planned("UpdateUser", {"UserId": each, "City": "Ulm"}) for each in (ADA, BO)]
    return engine.start(drafting.draft(adam, organization, "Move", steps))


def alter(change: Change) -> None:
    Step.objects.filter(change=change, position=1).update(params={"UserId": BO, "City": "Oslo"})


def approve(approver: Actor, change: Change) -> Change:
    control.approve(approver, change, conditions.digest(change))
    return Change.objects.get(pk=change.pk)


def cities(town: TestSandbox) -> list[Any]:
    return [town.call("DescribeUser", UserId=each).get("City") for each in (ADA, BO)]


def assert_waits(change: Change) -> None:
    assert (change.state, change.note, change.approved_at) == (State.AWAITING, conditions.ALTERED, None)


class TestAnAlteredStep:
    def test_between_two_steps_of_one_slice_is_not_sent(
        self, change: Change, olga: Actor, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(resolving, "CHUNK", 1)
        real = engine._one

        def run_and_alter(*args: Any) -> bool:
            has_run = real(*args)
            alter(change)
            return has_run

        monkeypatch.setattr(engine, "_one", run_and_alter)
        changed = approve(olga, change)
        assert cities(town) == ["Ulm", None]
        assert_waits(changed)

    def test_after_the_digest_was_compared_is_not_sent(
        self, change: Change, olga: Actor, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(conditions, "approval_of", _then(conditions.approval_of, alter))
        assert_waits(approve(olga, change))
        assert cities(town) == ["Ulm", None]

    def test_is_not_sent_though_no_policy_asks_for_approval_any_more(
        self, change: Change, olga: Actor, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(engine, "proceed", lambda *args: None)
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
        monkeypatch.setattr(conditions, "approval_of", _then(conditions.approval_of, alter))
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
            Planned("UpdateUser", {"UserId": ADA, "City": "Ulm"}),
            Planned("UpdateUser", {"UserId": BO, "City": "Ulm"}, needs=0, expects={"City": None}),
        ]
        return engine.start(drafting.draft(adam, organization, "Move", steps))

    def test_is_not_sent_if_it_was_altered_before_the_run(
        self,
        altered: dict[str, Any],
        change: Change,
        olga: Actor,
        town: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(engine, "proceed", lambda *args: None)
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

        monkeypatch.setattr(conditions, "approval_of", _then(conditions.approval_of, alter_conditions))
        assert_waits(approve(olga, change))
        assert cities(town) == ["Ulm", None]

    def test_cannot_be_approved_as_it_was_shown(
        self, altered: dict[str, Any], change: Change, olga: Actor, town: TestSandbox
    ) -> None:
        seen = conditions.digest(change)
        Step.objects.filter(change=change, position=1).update(**altered)
        with pytest.raises(control.NotNow):
            control.approve(olga, change, seen)
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
        Planned("UpdateUser", {"UserId": ADA, "City": "Ulm"}),
        Planned("DescribeUser", {"UserId": ADA}, expects={"City": "Oslo"}),
    ]
    change = engine.start(drafting.draft(adam, organization, "Move", steps))

    def weaken(changed: Change) -> None:
        Step.objects.filter(change=changed, position=1).update(expects={})

    monkeypatch.setattr(conditions, "approval_of", _then(conditions.approval_of, weaken))
    assert_waits(approve(olga, change))


def test_an_end_whose_conditions_were_altered_is_not_approved(
    adam: Actor, olga: Actor, organization: Organization
) -> None:
    Conditions.objects.create(organization=organization, approve_operations=["UpdateUser"])
    begin = drafting.draft(
        adam, organization, "Move", [Planned("UpdateUser", {"UserId": ADA, "City": "Ulm"})]
    )
    back = Planned("UpdateUser", {"UserId": ADA, "City": "Rome"}, expects={"City": "Ulm"})
    end = drafting.keep(
        adam, organization, "Back", [back], kind=ending.END, follows=begin, not_before=clock.now() + DAY
    )
    seen = conditions.digest(engine.start(begin))
    Step.objects.filter(change=end).update(expects=None)
    with pytest.raises(control.NotNow):
        control.approve(olga, begin, seen)


def _then(real: Any, act: Any) -> Any:
    """Return a function that does what `real` does, and lets `act` follow."""

    def both(change: Change) -> Any:
        result = real(change)
        act(change)
        return result

    return both
