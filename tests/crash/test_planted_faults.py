"""The sweeps are no use if they find nothing: each of these faults must show."""

from collections.abc import Callable, Iterable
from itertools import count

import pytest

from tests.crash import faults, sweeps
from tests.crash.faults import Plant
from tests.crash.stories import Changing, Export, Mending, Overslept, Story, Town

pytestmark = pytest.mark.django_db(transaction=True)
Sweep = Callable[[Town, type[Story], Iterable[int]], sweeps.Tally]

PLANTED: list[tuple[Plant, Sweep, type[Story]]] = [
    (faults.token_made_per_call, sweeps.killed, Export),
    (faults.intent_omitted, sweeps.killed, Export),
    (faults.intent_omitted, sweeps.killed, Mending),
    (faults.intent_committed_late, sweeps.killed, Export),
    (faults.intent_committed_late, sweeps.killed, Mending),
    (faults.outcome_before_the_call, sweeps.killed, Mending),
    (faults.step_not_written_down, sweeps.killed, Changing),
    (faults.abandoned_rows_not_taken, sweeps.killed, Export),
    (faults.late_workers_not_fenced, sweeps.held_up, Overslept),
    (faults.a_claim_without_condition, sweeps.held_up, Overslept),
]


class TestEachPlantedFault:
    @pytest.mark.parametrize(
        ("plant", "sweep", "story"),
        PLANTED,
        ids=[f"{plant.__name__}-{story.__name__}" for plant, _, story in PLANTED],
    )
    def test_is_found(
        self, plant: Plant, sweep: Sweep, story: type[Story], town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plant(monkeypatch)
        found = sweep(town, story, count(5, 10))
        assert found.wrongs
        assert found.points
