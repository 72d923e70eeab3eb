"""How long pages over a large ledger take, each as a ratio to the bare SQL of one page of one index.

`python -m tests.benchmarks.ledger_page [ENTRIES]` works in a database of its own, on DATABASE_URL's
server or in an SQLite file, and removes it.
"""

import os
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import django
from django.test.runner import DiscoverRunner

from tests import environment  # noqa: F401 - sets what the settings are read from

OTHERS = 3  # organizations beside ours, each with as many entries
BARE = "SELECT * FROM ledger_entry WHERE organization = %s ORDER BY seq DESC LIMIT 51"
PARAMS = (
    "",
    "outcome=done",
    "outcome=refused",
    "outcome=open",
    "kind=denied",
    "kind=signed_in",
    "operation=UpdateUser",
    "operation=DeleteUser",
    "q=person-7@",
    "q=nobody",
    "since=2026-01-03&until=2026-01-04",
)


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Entries of several organizations by turns, signed one after the other."""
    from django.utils import timezone

    from console.ledger import chain
    from tests.ledger.support import keys

    (key_id, key), prev, call = list(keys().items())[-1], chain.GENESIS, ""
    begun = timezone.now() - timedelta(days=300)
    for seq in range(1, count + 1):
        turn, is_outcome = divmod(seq - 1, 2)
        call = call if is_outcome else uuid.UUID(int=turn + 1).hex
        row = dict.fromkeys(chain.TEXT_COLUMNS, "") | {
            "seq": seq,
            "prev": prev,
            "key_id": key_id,
            "call": call,
            "at": chain.format_time(begun + timedelta(minutes=seq)),
            "operator_id": 1 + turn % 7,
            "operator": f"operator-{turn % 7}@desk.example",
            "body": '{"params":{"DisplayName":"Somebody Else","Telephone":"+49 30 1234567"}}',
            "kind": "outcome" if is_outcome else "intent",
            "organization": f"m-{turn % (OTHERS + 1):032x}",
            "operation": "DeleteUser" if turn % 2000 == 0 else "UpdateUser",
            "target": f"person-{turn % 2000}",
            "target_name": f"person-{turn % 2000}@example.com",
        }
        row["outcome"] = ("refused" if turn % 1000 == 0 else "done") if is_outcome else ""
        if turn % 500 == 3:
            row |= {"kind": "signed_in", "organization": "", "operation": "", "outcome": ""}
        row["hash"] = prev = chain.sign_entry(row, key)
        yield row


def fill(count: int) -> None:
    from django.db import connection

    from console.ledger import chain, stored_chain
    from tests.ledger.support import as_owner, keys, put_head

    names = ", ".join(f'"{name}"' for name in stored_chain.COLUMN_NAMES)
    places = ", ".join(["%s"] * len(stored_chain.COLUMN_NAMES))
    last: dict[str, Any] = {}

    def values() -> Iterator[list[Any]]:
        nonlocal last
        for last in rows(count):
            at = last["at"].replace("T", " ").rstrip("Z") if connection.vendor == "sqlite" else last["at"]
            yield [{**last, "at": at}[name] for name in stored_chain.COLUMN_NAMES]

    with as_owner(), connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO ledger_entry ({names}) VALUES ({places})", list(values()))
        put_head(chain.SignedHead.make(last["seq"], last["hash"], keys()))


def best(work: Callable[[], Any], rounds: int = 5) -> float:
    """Milliseconds, of the best of a few rounds."""
    found = float("inf")
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        found = min(found, time.perf_counter() - begun)
    return found * 1000


def report(count: int) -> None:
    from django.db import connection
    from django.http import QueryDict

    from console.areas.audit_log import tables
    from console.areas.organizations import overview_data
    from console.mirror.models import Organization
    from console.sync.completeness import get_completeness
    from tests.areas import world

    fill(count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_entry" if connection.vendor == "postgresql" else "SELECT 1")
    organization = Organization.objects.create(organization_id=f"m-{0:032x}", slug="ours", region="us-east-1")
    owner = world.actor(world.operator("Owner", organization))

    def bare() -> None:
        with connection.cursor() as cursor:
            cursor.execute(BARE, [organization.organization_id])
            cursor.fetchall()

    floor = best(bare)
    say(f"{connection.vendor}, {count:,} entries, bare SQL {floor:.2f} ms")
    for params in PARAMS:
        took = best(partial(tables.paginate_entries, owner, organization, QueryDict(params)))
        say(f"?{params:<36} {took:>8.1f} ms {took / floor:>7.1f} of bare SQL")
    known = get_completeness(organization)
    took = best(lambda: list(overview_data.list_concerns(owner, organization, known)))
    say(f"{'what needs attention (overview)':<37} {took:>8.1f} ms {took / floor:>7.1f} of bare SQL")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(count: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    from django.db import connection

    runner = DiscoverRunner(verbosity=0, interactive=False)
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "benchmark.sqlite3")
        old = runner.setup_databases()
        try:
            report(count)
        finally:
            runner.teardown_databases(old)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
