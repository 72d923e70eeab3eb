"""A job that ends every worker which takes it is parked after a few, and others are done meanwhile."""

import os
import signal
from typing import Any

import pytest

from console.areas.exports import job_queue
from console.areas.exports.models import ExportJob
from console.changes import engine
from console.changes.models import Change
from console.gateway import gateway
from tests.crash import lines
from tests.crash.lines import Fate
from tests.crash.stories import Changing, Export, Town

pytestmark = pytest.mark.django_db(transaction=True)
MOST = 6  # workers


@pytest.fixture
def poison(town: Town, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of users for whom a call is fatal."""
    fatal: list[str] = []
    real = gateway.call

    def call(*given: Any, **params: Any) -> Any:
        if fatal and fatal[0] in params.values():
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **params)

    monkeypatch.setattr(gateway, "call", call)
    return fatal


def live(town: Town, act: lines.Act) -> bool:
    """Whether a worker was killed; afterwards its lease is over."""
    status = lines.child(act, Fate, town.aws, lines.unexpected)
    town.time.pass_(seconds=120)
    return os.WIFSIGNALED(status)


def test_a_change_is_paused_and_can_be_resumed(town: Town, poison: list[str]) -> None:
    bad, good = Changing(town, 1), Changing(town, 2)
    poison.append(bad.person.entity_id)
    kills = sum(live(town, engine.sweep) for _ in range(MOST + 4))
    bad.change.refresh_from_db()
    good.change.refresh_from_db()
    print(f"\nR13 change: {kills} workers killed before it was paused")  # noqa: T201 - a figure of the scorecard
    assert (bad.change.state, bad.change.paused) == (Change.State.RUNNING, True)
    assert "workers in a row" in bad.change.note
    assert good.change.state == Change.State.DONE
    assert 1 < kills <= MOST
    poison.clear()
    Change.objects.filter(pk=bad.change.pk).update(paused=False, turn_at=town.time())
    assert [*bad.others()] == []


def test_an_export_is_parked(town: Town, poison: list[str]) -> None:
    bad, good = Export(town, 1), Export(town, 2)
    poison.append(bad.person.entity_id)
    kills = sum(live(town, job_queue.sweep_exports) for _ in range(MOST + 4))
    bad.row.refresh_from_db()
    good.row.refresh_from_db()
    print(f"\nR13 export: {kills} workers killed before it was parked")  # noqa: T201 - a figure of the scorecard
    assert bad.row.state == ExportJob.State.PARKED
    assert good.row.state in (ExportJob.State.RUNNING, ExportJob.State.COMPLETED)
    assert 1 < kills <= MOST
