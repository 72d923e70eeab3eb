"""Two operators, or an operator and a worker, who act on one change at the same moment."""

from datetime import timedelta
from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from console.actor import Actor
from console.areas.changes import views
from console.areas.changes.forms import ChangePoliciesForm
from console.changes import budget, completion, control, engine, policies, preview
from console.changes.models import Budget, Change, Conditions, Step
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.sandbox.fixtures import ADA
from tests.areas import world
from tests.areas.exports.conftest import organization, sandbox
from tests.races.harness import TRIES, at_once, on_postgresql, results_at_once

__all__ = ["organization", "sandbox"]
pytestmark = [pytest.mark.django_db(transaction=True), on_postgresql]
State, StepState = Change.State, Step.State
ENDLESS = 1e12


@pytest.fixture
def olga(organization: Organization) -> Actor:
    return world.actor(world.operator("Owner", organization, name="olga"))


@pytest.fixture
def oleg(organization: Organization, olga: Actor) -> Actor:
    return world.actor(world.operator("Owner", organization, name="oleg"))


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.changes.budget.max_rate", lambda: 1e9)


@pytest.fixture
def admitted(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is admitted is not worked on."""
    monkeypatch.setattr(engine, "run_admitted", lambda *args: None)


def make(
    organization: Organization, requester: Actor, operation: str = "DescribeUser", **fields: Any
) -> Change:
    change = Change.objects.create(
        organization=organization,
        title="Test",
        total=1,
        requested_by_id=requester.operator_id,
        requested_by=requester.name,
        **fields,
    )
    params = {"UserId": ADA, **({"City": "Ulm"} if operation == "UpdateUser" else {})}
    Step.objects.create(change=change, position=0, operation=operation, params=params, target=ADA)
    return change


def copies(change: Change) -> tuple[Change, Change]:
    """The change as two processes have read it."""
    first, second = Change.objects.filter(pk__in=[change.pk]), Change.objects.filter(pk=change.pk)
    return first.select_related("organization").get(), second.select_related("organization").get()


def has_won(result: Any) -> bool:
    if isinstance(result, Exception) and not isinstance(result, control.InvalidState):
        raise result
    return not isinstance(result, control.InvalidState)


def entries(change: Change, what: str) -> int:
    return sum(what in entry.body["what"] for entry in Entry.objects.filter(target=f"change-{change.pk}"))


class TestControl:
    def test_pauses_no_change_that_has_ended(self, organization: Organization, olga: Actor) -> None:
        for _ in range(TRIES):
            change = make(organization, olga, state=State.RUNNING)
            change.steps.update(state=StepState.DONE)
            mine, worker = copies(change)
            paused, _ended = at_once(
                partial(control.pause_change, olga, mine), partial(completion.finish_change, worker)
            )
            change.refresh_from_db()
            assert change.state == State.DONE
            assert change.paused == has_won(paused)
            assert entries(change, "was paused") == has_won(paused)

    def test_resumes_for_one_operator(self, organization: Organization, olga: Actor, oleg: Actor) -> None:
        for _ in range(TRIES):
            change = make(organization, olga, "UpdateUser", state=State.RUNNING, paused=True)
            actors = (olga, oleg)
            acts = [
                partial(control.resume_change, *each) for each in zip(actors, copies(change), strict=True)
            ]
            self.require_one_winner(change, actors, at_once(*acts))

    @pytest.mark.usefixtures("admitted")
    def test_runs_now_or_later_for_one_operator(
        self, organization: Organization, olga: Actor, oleg: Actor
    ) -> None:
        moment = timezone.now() + timedelta(days=1)
        for _ in range(TRIES):
            change = make(organization, olga, "UpdateUser")
            mine, other = copies(change)
            results = at_once(
                partial(control.run_draft, olga, mine, moment), partial(control.run_draft, oleg, other)
            )
            self.require_one_winner(change, (olga, oleg), results)
            is_later = has_won(results[0])
            assert (change.state == State.SCHEDULED) == is_later
            assert change.not_before == (moment if is_later else None)

    @pytest.mark.usefixtures("admitted")
    def test_approves_once(self, organization: Organization, olga: Actor, oleg: Actor) -> None:
        third = world.actor(world.operator("Owner", organization, name="otto"))
        for _ in range(TRIES):
            change = make(organization, third, "UpdateUser", state=State.AWAITING, prepared_at=timezone.now())
            seen = policies.compute_digest(change)
            acts = [
                partial(control.approve_change, actor, mine, seen)
                for actor, mine in zip((olga, oleg), copies(change), strict=True)
            ]
            results = at_once(*acts)
            assert sorted(map(has_won, results)) == [False, True]
            change.refresh_from_db()
            assert change.approved_by_id == (olga if has_won(results[0]) else oleg).operator_id
            assert entries(change, "was approved") == 1

    def test_retries_once(self, organization: Organization, olga: Actor, oleg: Actor) -> None:
        for _ in range(TRIES):
            change = make(organization, olga, state=State.FAILED, finished_at=timezone.now())
            change.steps.update(state=StepState.REFUSED, before={}, after={})
            actors = (olga, oleg)
            acts = [partial(control.retry_change, *each) for each in zip(actors, copies(change), strict=True)]
            self.require_one_winner(change, actors, at_once(*acts))
            assert (change.state, change.paused) == (State.RUNNING, False)
            assert change.prepared_at is not None
            assert change.steps.get().before is not None
            assert entries(change, "was tried again") == 1

    def require_one_winner(self, change: Change, actors: tuple[Actor, Actor], results: list[Any]) -> None:
        won = [has_won(result) for result in results]
        assert sorted(won) == [False, True], results
        change.refresh_from_db()
        assert change.confirmed_by_id == actors[won.index(True)].operator_id


class TestARetryThatComesLate:
    def test_resets_no_step_that_has_run(self, organization: Organization, olga: Actor) -> None:
        change = make(organization, olga, state=State.FAILED)
        change.steps.update(state=StepState.REFUSED)
        mine, late = copies(change)
        control.retry_change(olga, mine)
        change.steps.update(state=StepState.SKIPPED, note="by the worker")
        with pytest.raises(control.InvalidState):
            control.retry_change(olga, late)
        assert change.steps.get().note == "by the worker"


@pytest.mark.usefixtures("unhurried")
class TestPreview:
    def test_writes_over_no_step_that_has_begun(self, organization: Organization, olga: Actor) -> None:
        for _ in range(TRIES):
            change = make(organization, olga, "UpdateUser", state=State.RUNNING)
            mine, other = copies(change)
            step = mine.steps.get()
            step.change = mine
            begun, _read = results_at_once(step.begin, partial(preview.prepare_preview, other, ENDLESS))
            assert begun
            stored = change.steps.get()
            assert (stored.state, stored.call) == (StepState.RUNNING, step.call)

    def test_of_two_at_once_is_one_reading(self, organization: Organization, olga: Actor) -> None:
        for _ in range(TRIES):
            change = make(organization, olga, "UpdateUser")
            read = results_at_once(
                *[partial(preview.prepare_preview, each, ENDLESS) for each in copies(change)]
            )
            assert read == [True, True]
            step = change.steps.get()
            assert (step.before, step.after) == ({"City": None}, {"City": "Ulm"})


class TestPolicies:
    @pytest.mark.parametrize("is_first", [True, False])
    def test_are_saved_by_one_of_two_operators(
        self, is_first: bool, organization: Organization, olga: Actor, oleg: Actor
    ) -> None:
        for number in range(TRIES // 2):
            if is_first:
                Conditions.objects.all().delete()
            acts = [
                partial(self.save, actor, organization, limit)
                for actor, limit in ((olga, 2 * number), (oleg, 2 * number + 1))
            ]
            saved = results_at_once(*acts)
            assert sorted(saved) == [False, True]
            assert Conditions.objects.get().approve_over == 2 * number + saved.index(True)

    def save(self, actor: Actor, organization: Organization, limit: int) -> bool:
        instance = policies.get_policies(organization)
        shown = ChangePoliciesForm(instance=instance)["seen"].value()
        form = ChangePoliciesForm({"approve_over": limit, "seen": shown}, instance=instance)
        assert form.is_valid(), form.errors
        request: Any = SimpleNamespace(actor=actor, organization=organization)
        return views._save_policies(request, form)


class TestBudget:
    def test_gives_no_call_twice(self, organization: Organization, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(budget, "max_rate", lambda: 1.0)
        for _ in range(TRIES):
            Budget.objects.all().delete()
            waits = sorted(results_at_once(*[partial(budget.reserve_calls, organization, 100)] * 3))
            gaps = [(later - sooner).total_seconds() for sooner, later in pairwise(waits)]
            assert all(98 < gap < 102 for gap in gaps), waits
