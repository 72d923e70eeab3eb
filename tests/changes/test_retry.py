"""A retry whose process ends during the preview is taken up by a worker."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.actor import Actor
from console.changes import control, drafts, engine, preview, tasks
from console.changes.models import Change, Conditions
from console.changes.steps import PlannedStep
from console.mirror.models import Organization
from console.sandbox.fixtures import ADA, BO, TestSandbox

pytestmark = pytest.mark.django_db(transaction=True)
State = Change.State


class Killed(BaseException):
    """The end of a process."""


@pytest.fixture
def change(
    adam: Actor, organization: Organization, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
) -> Change:
    """A change that failed, could succeed by now, and whose retry was cut off during its preview."""
    steps = [PlannedStep("CreateAlias", {"EntityId": ADA, "Alias": "bo@example.com"})]
    made = engine.start_change(drafts.create_draft(adam, organization, "Add alias", steps))
    assert made.state == State.FAILED
    town.call("UpdatePrimaryEmailAddress", EntityId=BO, Email="bob@example.com")
    town.call("DeleteAlias", EntityId=BO, Alias="bo@example.com")

    def die(*args: Any) -> bool:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(preview, "prepare_preview", die)
        with pytest.raises(Killed):
            control.retry_change(adam, made)
    held = Change.objects.get(pk=made.pk)
    assert (held.state, held.paused, held.note) == (State.RUNNING, True, control.RETRYING)
    return held


def work(change: Change) -> Change:
    """Return the change after the workers' next look at previews and changes."""
    tasks.prepare()
    tasks.sweep()
    return Change.objects.get(pk=change.pk)


def pass_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    later = timezone.now() + engine.LEASE_DURATION + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: later)


def test_is_left_to_its_process_as_long_as_a_lease_lasts(change: Change, town: TestSandbox) -> None:
    held = work(change)
    assert (held.state, held.paused) == (State.RUNNING, True)
    assert len(town.calls("CreateAlias")) == 1


def test_goes_on_afterwards(change: Change, town: TestSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    pass_lease(monkeypatch)
    done = work(change)
    assert (done.state, done.paused, done.note) == (State.DONE, False, "")
    assert done.prepared_at is not None
    assert len(town.calls("CreateAlias")) == 2


def test_waits_for_an_approval_that_is_required_by_now(
    change: Change, organization: Organization, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    Conditions.objects.create(organization=organization, approve_operations=["CreateAlias"])
    pass_lease(monkeypatch)
    assert work(change).state == State.AWAITING
    assert len(town.calls("CreateAlias")) == 1


def test_stays_paused_if_an_operator_paused_it(
    change: Change, adam: Actor, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    control.resume_change(adam, change)
    control.pause_change(adam, Change.objects.get(pk=change.pk))
    pass_lease(monkeypatch)
    held = work(change)
    assert (held.state, held.paused, held.note) == (State.RUNNING, True, f"Paused by {adam.name}.")
    assert len(town.calls("CreateAlias")) == 1


def test_that_comes_late_does_not_end_the_pause_of_an_operator(
    change: Change, adam: Actor, town: TestSandbox
) -> None:
    control.resume_change(adam, change)
    control.pause_change(adam, Change.objects.get(pk=change.pk))
    with pytest.raises(control.InvalidState):
        control._continue_retry(change)
    assert Change.objects.get(pk=change.pk).paused
