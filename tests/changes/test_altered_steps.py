"""A step that was altered in the database after the approval is never sent."""

from typing import Any

import pytest

from console.actor import Actor
from console.changes import conditions, control, drafting, engine, resolving
from console.changes.models import Change, Conditions, Step
from console.changes.plans import Planned
from console.mirror.models import Organization
from console.sandbox.testing import ADA, BO, TestSandbox

State = Change.State


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


def _then(real: Any, act: Any) -> Any:
    """Return a function that does what `real` does, and lets `act` follow."""

    def both(change: Change) -> Any:
        result = real(change)
        act(change)
        return result

    return both
