"""How fast the ledger appends and verifies, each as a ratio to the least that any ledger has to do.

`python -m tests.benchmarks.ledger [ENTRIES] [--verify COUNT]` works in a database of its own, on
DATABASE_URL's server or in an SQLite file, and removes it. With `--verify` it fills the log up to COUNT
entries by signed rows, without the journal, and verifies them once as they are stored.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django
from django.db import transaction
from django.db.models import Count, Max, Min
from django.test.runner import DiscoverRunner

from tests import environment  # noqa: F401 - sets what the settings are read from

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

WRITERS = 8
BATCH = 5000  # rows of one INSERT when the log is filled
BARE = "INSERT INTO bare (number, body) VALUES (%s, %s)"


def rate(work: Callable[[], Any], count: int, rounds: int = 3) -> float:
    """Of the best of a few rounds, a second."""
    best = float("inf")
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return count / best


def appending(count: int) -> tuple[float, float]:
    """Of durable intents, and of bare INSERTs that each commit."""
    from django.db import connection

    from tests.ledger.support import intend

    def insert() -> None:
        with connection.cursor() as cursor:
            for number in range(count):
                cursor.execute(BARE, [number, "x" * 700])

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (number bigint, body text)")
    return rate(lambda: [intend() for _ in range(count)], count), rate(insert, count)


def together(writers: int, each: int) -> float:
    """Intents a second of so many processes, from the first one's entry to the last."""
    from console.ledger.models import Entry
    from tests.crash.processes import ROOT, database_url

    environ = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "console.settings"}
    before = Entry.objects.count()
    command = [sys.executable, "-m", "tests.ledger.writers", "append", str(each)]
    running = [
        subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL) for _ in range(writers)
    ]
    assert [process.wait() for process in running] == [0] * writers
    times = Entry.objects.filter(seq__gt=before).aggregate(first=Min("at"), last=Max("at"), count=Count("pk"))
    assert times["count"] == writers * each
    return float(times["count"] / (times["last"] - times["first"]).total_seconds())


def verifying(count: int) -> tuple[float, float, float]:
    """From memory, from the database, and a bare SHA-256 of the same bytes."""
    from console.ledger import chain, stored_chain
    from tests.ledger.support import keys

    rows, head = list(stored_chain.iterate_rows()), stored_chain.get_head()
    signed = [chain.canonical_bytes(row) for row in rows]
    assert chain.verify_chain(rows, keys(), head).ok

    def hashing() -> None:
        for each in signed:
            hashlib.sha256(each).hexdigest()

    return (
        rate(lambda: chain.verify_chain(rows, keys(), head), count),
        rate(lambda: stored_chain.verify_stored(keys(), []), count),
        rate(hashing, count),
    )


def fill(count: int) -> None:
    """Extend the chain to `count` entries, each like the last one but for its number, call and hash."""
    from django.db import connection

    from console.ledger import chain, stored_chain
    from console.ledger.models import Head
    from tests.ledger.support import as_owner, intend, keys

    seq = intend().seq
    *_, last = stored_chain.iterate_rows()
    key_id, key = list(keys().items())[-1]
    names = ", ".join(f'"{name}"' for name in stored_chain.COLUMN_NAMES)
    insert = (
        f"INSERT INTO ledger_entry ({names}) VALUES ({', '.join(['%s'] * len(stored_chain.COLUMN_NAMES))})"
    )
    at = last["at"].replace("T", " ").rstrip("Z") if connection.vendor == "sqlite" else last["at"]
    with as_owner(), transaction.atomic(), connection.cursor() as cursor:
        for start in range(seq + 1, count + 1, BATCH):
            values = []
            for seq in range(start, min(start + BATCH, count + 1)):
                unsigned = {**last, "seq": seq, "prev": last["hash"], "call": uuid.uuid4().hex}
                last = {**unsigned, "hash": chain.sign_entry(unsigned, key)}
                values.append([at if name == "at" else last[name] for name in stored_chain.COLUMN_NAMES])
            cursor.executemany(insert, values)
        seal = chain.SignedHead.make(seq, last["hash"], keys())
        Head.objects.filter(pk=1).update(seq=seq, hash=seal.hash, key_id=key_id, mac=seal.mac)


def verify_once(count: int) -> float:
    """Return the seconds that the verification of so many stored entries takes."""
    from console.ledger import stored_chain
    from tests.ledger.support import keys

    fill(count)
    begun = time.perf_counter()
    verdict = stored_chain.verify_stored(keys(), [])
    taken = time.perf_counter() - begun
    assert verdict.ok, verdict.reason
    assert verdict.count == count
    return taken


def report(count: int, verified: int) -> None:
    from django.db import connection

    appends, inserts = appending(count)
    eight = together(WRITERS, count)
    memory, database, hashes = verifying((3 + WRITERS) * count)
    say(f"{connection.vendor}, {3 * count} entries, then {WRITERS * count} by {WRITERS} processes at once")
    say(f"append            {appends:>9,.0f}/s, {appends / inserts:.2f} of a bare INSERT ({inserts:,.0f}/s)")
    say(f"append, {WRITERS} writers {eight:>9,.0f}/s")
    say(f"verify in memory  {memory:>9,.0f}/s, {memory / hashes:.2f} of a bare SHA-256 ({hashes:,.0f}/s)")
    say(f"verify as stored  {database:>9,.0f}/s, {database / hashes:.2f} of a bare SHA-256")
    if verified:
        seconds = verify_once(verified)
        say(f"verify {verified:,} entries as stored: {seconds:.1f} s ({verified / seconds:,.0f}/s)")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(count: int, verified: int) -> None:
    django.setup()
    from django.db import connection

    runner = DiscoverRunner(verbosity=0, interactive=False)
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":  # whose tests would otherwise stay in memory, and commit nothing
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "benchmark.sqlite3")
        old = runner.setup_databases()
        try:
            report(count, verified)
        finally:
            runner.teardown_databases(old)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=2000, metavar="ENTRIES")
    parser.add_argument("--verify", type=int, default=0, metavar="COUNT", help="entries to verify as stored")
    given = parser.parse_args()
    main(given.count, given.verify)
