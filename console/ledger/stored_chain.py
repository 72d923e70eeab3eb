"""The stored chain as the verifier wants it: raw columns, one consistent view, nothing smoothed over.

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

NAMES = (*chain.COLUMNS, "hash")
AT = {
    "sqlite": "CASE WHEN substr(at, 11, 1) = ' ' THEN replace(at, ' ', 'T') ||"
    " CASE instr(at, '.') WHEN 0 THEN '.000000Z' ELSE 'Z' END ELSE 'not a time: ' || at END",
    "postgresql": """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')""",
}
CALL = {"sqlite": "call", "postgresql": "replace(call::text, '-', '')"}
BATCH = 2000


@contextmanager
def one_view() -> Iterator[None]:
    """Everything read inside was true at the same moment, while others go on appending."""
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
    """A plain BEGIN: Django's own takes the writer's lock here."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def rows() -> Iterator[dict[str, Any]]:
    """Every entry in order of its number."""
    special = {"at": AT[connection.vendor], "call": CALL[connection.vendor]}
    columns = ", ".join(special.get(name, f'"{name}"') for name in NAMES)
    with _undecoded(), connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM ledger_entry ORDER BY seq")  # noqa: S608 - constants
        while batch := cursor.fetchmany(BATCH):
            for row in batch:
                yield dict(zip(NAMES, row, strict=True))


@contextmanager
def _undecoded() -> Iterator[None]:
    """SQLite stores any bytes as text: let what is not UTF-8 through, it cannot be signed."""
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


def head() -> chain.Seal | None:
    found = Head.objects.filter(pk=1).first()
    return chain.Seal(found.seq, found.hash, found.key_id, found.mac) if found else None


def verify(keys: chain.Keys, anchors: list[chain.Seal]) -> chain.Verdict:
    """The verdict on the stored chain; it is bad as well where the triggers that protect it are gone."""
    with one_view():
        verdict = chain.verify(rows(), keys, head(), anchors)
        gone = triggers.missing(connection)
    if gone and verdict.ok:
        return replace(verdict, ok=False, reason=f"triggers are missing: {', '.join(gone)}")
    return replace(
        verdict, warnings=(*verdict.warnings, *(f"the trigger {name} is missing" for name in gone))
    )
