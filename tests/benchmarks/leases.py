"""What the lease on a target costs: a change of many steps, with the lease and without it.

`python -m tests.benchmarks.leases [--steps 5000]` works in a database of its own and in a sandbox in its own
process. Both kinds take turns in changes of 250 steps, so that the machine's load is the same for both.
"""

import argparse
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import django
from django.test.runner import DiscoverRunner

from tests.benchmarks.bulk import place
from tests.benchmarks.people_page import say

EACH = 250  # steps


class Unheld:
    def is_held(self) -> bool:
        return True


@contextmanager
def unheld(*_: Any) -> Iterator[Unheld]:
    yield Unheld()


def measure(steps: int) -> dict[str, list[float]]:
    """Return wall and CPU seconds of half of the steps with the lease and of the other half without."""
    from console.gateway import target_leases

    spent = {"with": [0.0, 0.0], "without": [0.0, 0.0]}
    with place(EACH * 2) as (organization, _, users):
        for number in range(2 * steps // EACH + 2):
            kind, held = ("with", target_leases.hold_targets) if number % 2 else ("without", unheld)
            with mock.patch.object(target_leases, "hold_targets", held):
                wall, cpu = run(organization, users[:EACH], f"Office {number}")
            if number > 1:  # the first of each kind compiles what all use
                spent[kind][0] += wall
                spent[kind][1] += cpu
    return spent


def run(organization: Any, users: list[Any], office: str) -> tuple[float, float]:
    from console.actor import Actor
    from console.changes import drafts, engine
    from console.changes.steps import PlannedStep
    from console.operators.models import Operator

    operator = Operator.objects.get()
    actor = Actor(operator.pk, operator.email)
    plan = [PlannedStep("UpdateUser", {"UserId": each.entity_id, "Office": office}) for each in users]
    change = drafts.create_change(actor, organization, office, plan, kind="bulk")
    wall, cpu = time.perf_counter(), time.process_time()
    engine.start_change(change, actor)
    change.refresh_from_db()
    while change.state == "running":
        engine.run_change(change, actor, time.monotonic() + 60)
        change.refresh_from_db()
    assert change.counts() == {"done": len(plan)}, (change.state, change.note)
    return time.perf_counter() - wall, time.process_time() - cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=5000)
    chosen = parser.parse_args()
    django.setup()
    runner = DiscoverRunner(verbosity=0)
    databases = runner.setup_databases()
    try:
        spent = measure(chosen.steps)
    finally:
        runner.teardown_databases(databases)
    say(f"{chosen.steps:,} steps of each kind          wall s     CPU s")
    for kind, (wall, cpu) in spent.items():
        say(f"{kind + ' the lease':30} {wall:10.1f} {cpu:9.1f}")
    wall, cpu = (after / before for after, before in zip(spent["with"], spent["without"], strict=True))
    say(f"{'ratio':30} {wall:10.2f} {cpu:9.2f}")


if __name__ == "__main__":
    main()
