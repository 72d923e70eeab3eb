"""Whatever is raised inside an engine, its claim is returned, others go on, and the job is done later."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from console import clock
from console.actor import Actor
from console.areas.health_checks import runner
from console.areas.health_checks.models import Review
from console.changes import completion, drafts, engine, execution
from console.changes.models import Change
from console.changes.steps import PlannedStep
from console.mirror.models import Organization, Sync
from console.sandbox.fixtures import ADA, BO
from console.sync import listing_pass, mirror_refresh, worker
from tests.areas.exports.conftest import Time
from tests.mirror.conftest import organization, owner, town

__all__ = ["organization", "owner", "town"]
pytestmark = pytest.mark.django_db(transaction=True)
RAISED: list[Callable[[], BaseException]] = [
    lambda: RuntimeError("expired credentials"),
    lambda: MemoryError(),
    lambda: SystemExit(1),
    lambda: KeyboardInterrupt(),
]
everything = pytest.mark.parametrize("failure", RAISED, ids=lambda make: type(make()).__name__)


@pytest.fixture
def time(town: Any, monkeypatch: pytest.MonkeyPatch) -> Time:
    town.clock.freeze()
    made = Time(town)
    monkeypatch.setattr("django.utils.timezone.now", made)
    return made


def raising_once(patch: pytest.MonkeyPatch, owner: Any, name: str, failure: BaseException) -> None:
    """Let the first call of a function raise, and every later one work."""
    real, left = getattr(owner, name), [failure]

    def call(*given: Any, **more: Any) -> Any:
        if left:
            raise left.pop()
        return real(*given, **more)

    patch.setattr(owner, name, call)


def running(actor: Actor, organization: Organization, user: str) -> Change:
    planned = [PlannedStep("UpdateUser", {"UserId": user, "City": "Ulm"})]
    change = drafts.create_change(actor, organization, f"Move {user}", planned)
    Change.objects.filter(pk=change.pk).update(state=Change.State.RUNNING, turn_at=clock.now())
    return change


class TestAChange:
    @everything
    @pytest.mark.parametrize(
        ("module", "name"),
        [
            (execution, "recover_steps"),
            (engine, "_run_steps"),
            (engine, "_renew_lease"),
            (engine, "_wait_for_budget"),
            (execution, "run_step"),
            (execution, "resolve_params"),
            (completion, "finish_change"),
        ],
        ids=lambda part: getattr(part, "__name__", part),
    )
    def test_is_done_after_any_exception_and_others_are_not_held_up(
        self,
        owner: Actor,
        organization: Organization,
        time: Time,
        module: Any,
        name: str,
        failure: Callable[[], BaseException],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        first, second = running(owner, organization, ADA), running(owner, organization, BO)
        raised = failure()
        raising_once(monkeypatch, module, name, raised)
        with suppress(SystemExit, KeyboardInterrupt):
            engine.sweep()
        assert not Change.objects.filter(lease_until__gt=clock.now()).exists()
        second.refresh_from_db()
        if isinstance(raised, Exception):
            assert second.state == Change.State.DONE
        for _ in range(3):
            time.pass_(seconds=120)
            engine.sweep()
        assert {*Change.objects.values_list("pk", "state")} == {(first.pk, "done"), (second.pk, "done")}


class TestAStageOfTheSync:
    @everything
    @pytest.mark.parametrize("name", ["_page", "_note", "_finish", "_missing", "_start"])
    def test_is_read_after_any_exception(
        self,
        organization: Organization,
        time: Time,
        name: str,
        failure: Callable[[], BaseException],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        raising_once(monkeypatch, listing_pass.ListingPass, name, failure())
        with suppress(SystemExit, KeyboardInterrupt):
            worker.sweep()
        assert not Sync.objects.filter(lease_until__gt=clock.now()).exists()
        for _ in range(2):
            time.pass_(seconds=90)
            worker.sweep()
        assert mirror_refresh.get_freshness(organization).listed_at
        assert mirror_refresh.get_freshness(organization).errors == []


class TestAReview:
    @everything
    @pytest.mark.parametrize("name", ["read_check_data", "_build_finding", "_delete_old_reviews"])
    def test_is_made_after_any_exception(
        self,
        organization: Organization,
        name: str,
        failure: Callable[[], BaseException],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        Organization.objects.update(listed_at=clock.now())
        raising_once(monkeypatch, runner, name, failure())
        with suppress(SystemExit, KeyboardInterrupt):
            runner.run_due_reviews()
        assert not Review.objects.exists()
        runner.run_due_reviews()
        assert Review.objects.count() == 1
