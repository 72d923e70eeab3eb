"""Read the stored chain as raw columns, in one consistent view, for the verifier.

Django's own readers would: two spellings of one time are the same `datetime`, bytes that are no text
raise before anybody can say in which entry. Here each comes as it is stored, for the signature to judge.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from django.db import connection, transaction

from console.ledger import chain, triggers
from console.ledger.models import Head

COLUMN_NAMES = (*chain.COLUMNS, "hash")
TIME_SQL = {
    "sqlite": "CASE WHEN substr(at, 11, 1) = ' ' THEN replace(at, ' ', 'T') ||"
    " CASE instr(at, '.') WHEN 0 THEN '.000000Z' ELSE 'Z' END ELSE 'not a time: ' || at END",
    "postgresql": """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
}
CALL_SQL = {"sqlite": "call", "postgresql": "replace(call::text, '-', '')"}
BATCH_SIZE = 2000


@contextmanager
def consistent_view() -> Iterator[None]:
    """Read everything in the block from one consistent snapshot."""
    if connection.in_atomic_block:
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        with _sqlite_view():
            yield


@contextmanager
def _sqlite_view() -> Iterator[None]:
    """Begin a deferred transaction; Django's would take the write lock."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def iterate_rows() -> Iterator[dict[str, Any]]:
    """Yield every entry in order."""
    special = {"at": TIME_SQL[connection.vendor], "call": CALL_SQL[connection.vendor]}
    columns = ", ".join(special.get(name, f'"{name}"') for name in COLUMN_NAMES)
    with _undecoded_text(), connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM ledger_entry ORDER BY seq")  # noqa: S608 - constants
        while batch := cursor.fetchmany(BATCH_SIZE):
            for row in batch:
                yield dict(zip(COLUMN_NAMES, row, strict=True))


@contextmanager
def _undecoded_text() -> Iterator[None]:
    """Let text through that is not UTF-8; SQLite stores any bytes."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    raw = connection.connection
    raw.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        yield
    finally:
        raw.text_factory = str


def get_head() -> chain.SignedHead | None:
    found = Head.objects.filter(pk=1).first()
    return chain.SignedHead(found.seq, found.hash, found.key_id, found.mac) if found else None


def verify_stored(keys: chain.Keys, anchors: list[chain.SignedHead]) -> chain.Verdict:
    """Verify the stored chain; missing triggers fail it too."""
    with consistent_view():
        verdict = chain.verify_chain(iterate_rows(), keys, get_head(), anchors)
        gone = triggers.find_missing(connection)
    if gone and verdict.ok:
        return replace(verdict, ok=False, reason=f"triggers are missing: {', '.join(gone)}")
    return replace(
        verdict, warnings=(*verdict.warnings, *(f"the trigger {name} is missing" for name in gone))
    )
