"""Five thousand people at once: the pages of a file and of its change, and how fast the change runs.

`python -m tests.benchmarks.bulk [--people 5000] [--steps 5000]` works in a database of its own and in a
sandbox in its own process. Times are of the processor where they say CPU: what else the machine does is not
in them. The yardstick is Django's `bulk_create` of as many bare steps.
"""

import argparse
import contextlib
import io
import time
from collections.abc import Callable, Iterator
from typing import Any

import django
import pytest
from django.test.runner import DiscoverRunner

from tests.benchmarks.people_page import say

LIMIT = 1000  # milliseconds that no page may take


class Clock:
    """Prints what each piece of work took, and how many times as long as the yardstick."""

    def __init__(self) -> None:
        self.yardstick = 0.0
        self.slow: list[str] = []

    def __call__(self, name: str, work: Callable[[], Any], *, page: bool = False) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        answer = work()
        cpu, wall = 1000 * (time.process_time() - cpu), 1000 * (time.perf_counter() - wall)
        self.yardstick = self.yardstick or cpu
        say(f"  {name:46} {wall:10,.0f} {cpu:10,.0f} {cpu / self.yardstick:8.2f}")
        if page and cpu > LIMIT:
            self.slow.append(name)
        return answer


@contextlib.contextmanager
def place(people: int) -> Iterator[Any]:
    """An organization of so many people, in the sandbox and in the mirror, and an administrator's browser."""
    from console.mirror.models import Entity, Organization
    from console.sandbox import seeds
    from console.sync import worker
    from tests.areas import world

    with world.sandbox() as made, world.unhurried(), pytest.MonkeyPatch.context() as patch:
        patch.setattr("console.changes.budget.max_rate", lambda: 1e9)
        seeds.seed_demo(made.store, people=people)
        organization = Organization.objects.create(
            organization_id=seeds.NORTHWIND_ID, slug=seeds.NORTHWIND, region="us-east-1"
        )
        while worker.run_slice(organization) and not organization.listed_at:
            organization.refresh_from_db()
        everybody = Entity.objects.filter(organization=organization, kind="user")
        users = list(everybody.filter(state="ENABLED", role="USER"))
        for user in users:
            user.details = {"DisplayName": user.display_name, "UserRole": user.role, "City": "Old"}
        Entity.objects.bulk_update(users, ["details"], batch_size=500)
        client = world.browser(world.operator("Administrator", organization))
        yield organization, client, users


def file_of(client: Any, base: str, people: list[Any], count: int) -> str:
    """The file that the console gives out, with one cell of each row changed."""
    import csv

    ids = " ".join(each.entity_id for each in people[:count])
    answer = client.post(f"{base}/users/file/people.csv", {"ids": ids})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows({**row, "Office": f"Office {number}"} for number, row in enumerate(rows))
    return out.getvalue()


def measure(people: int, steps: int) -> list[str]:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from console.changes.models import Change, Step

    clock = Clock()
    with place(people) as (organization, client, users):
        base = f"/o/{organization.slug}"
        count = min(steps, len(users))
        scratch = Change.objects.create(organization=organization, title="scratch")
        bare = [
            Step(change=scratch, position=n, operation="UpdateUser", params={"UserId": "x"})
            for n in range(count)
        ]
        say(f"{count:,} of {len(users):,} people{'':29} wall ms     CPU ms    ratio")
        clock("bulk_create of as many bare steps", lambda: Step.objects.bulk_create(bare, batch_size=500))
        scratch.delete()
        for page in ("users/", "users/file/", "changes/"):  # what is imported and compiled once
            client.get(f"{base}/{page}")
        text = clock("the file taken along", lambda: file_of(client, base, users, count), page=True)

        def bring() -> Any:
            return client.post(
                f"{base}/users/file/", {"file": SimpleUploadedFile("people.csv", text.encode())}
            )

        answer = clock("POST the file: read, compare, draft", bring, page=True)
        change = Change.objects.get(kind="csv")
        clock("GET what the file would change", lambda: client.get(answer["Location"]), page=True)
        clock("GET the draft", lambda: client.get(f"{base}/changes/{change.pk}/"), page=True)
        clock("POST an edit of everybody", lambda: everybody(client, base), page=True)
        clock(
            "POST as many new people, three steps each",
            lambda: create(client, organization, count),
            page=True,
        )
        prepare(clock, change)
        clock("GET the preview", lambda: client.get(f"{base}/changes/{change.pk}/"), page=True)
        clock("POST run", lambda: client.post(f"{base}/changes/{change.pk}/run/"), page=True)
        run(clock, change)
        clock("GET the change that is done", lambda: client.get(f"{base}/changes/{change.pk}/"), page=True)
        clock("the result file", lambda: result(client, base, change), page=True)
    return clock.slow


def everybody(client: Any, base: str) -> None:
    answer = client.post(
        f"{base}/users/bulk/edit/", {"all": "on", "query": "", "asked": "yes", "City": "Porto"}
    )
    assert answer.status_code == 303, answer.content


def create(client: Any, organization: Any, count: int) -> None:
    from console.changes.models import Change

    domain = organization.domains.filter(ownership="VERIFIED").first().name
    rows = (f"new{number},New {number},new{number}@{domain},Crew" for number in range(count))
    text = "\n".join(["Name,DisplayName,Email,Department", *rows])
    client.post(f"/o/{organization.slug}/users/new/file/", {"text": text})
    assert Change.objects.get(kind="csv-new").total == 3 * count


def prepare(clock: Clock, change: Any) -> None:
    from console.changes import preview

    clock(
        f"a worker reads {change.total:,} previews",
        lambda: preview.prepare_preview(change, time.monotonic() + 36000),
    )


def run(clock: Clock, change: Any) -> None:
    from console.changes import engine

    change.refresh_from_db()

    def work() -> None:
        while change.state == "running":
            assert not change.paused, change.note
            engine.run_change(change, change.requester, time.monotonic() + 60)
            change.refresh_from_db()

    clock(f"a worker runs {change.total:,} steps", work)
    assert change.counts() == {"done": change.total}, list(
        change.steps.exclude(note="").values_list("note")[:3]
    )


def result(client: Any, base: str, change: Any) -> None:
    text = b"".join(client.get(f"{base}/changes/{change.pk}/steps.csv").streaming_content)
    assert text.count(b"\n") == change.total + 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--steps", type=int, default=5000)
    chosen = parser.parse_args()
    django.setup()
    runner = DiscoverRunner(verbosity=0)
    databases = runner.setup_databases()
    try:
        slow = measure(chosen.people, chosen.steps)
    finally:
        runner.teardown_databases(databases)
    if slow:
        raise SystemExit(f"slower than {LIMIT} ms of the processor: {', '.join(slow)}")


if __name__ == "__main__":
    main()
