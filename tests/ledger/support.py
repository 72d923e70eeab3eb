"""A small ledger, and what somebody with access to its tables may do to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

from console.actor import Actor
from console.ledger import chain, journal, stored_chain, triggers
from console.ledger.models import Entry

ADA = Actor(7, "ada@example.com", "192.0.2.7", "5e5510", "req-00000001", "password+totp")
ORGANIZATION = "m-0123456789abcdef0123456789abcdef"


def keys() -> dict[str, bytes]:
    return chain.read_keys(settings.LEDGER_KEYS)


def intend(name: str = "Grace Hopper", **more: Any) -> Entry:
    given = {"target": "S-1-1-grace", "params": {"UserId": "S-1-1-grace", "DisplayName": name}} | more
    return journal.record_intent(ADA, "UpdateUser", ORGANIZATION, **given)


def fill(count: int) -> None:
    """Intents and outcomes by turns."""
    for number in range(count):
        if number % 2 == 0:
            intent = intend(f"Grace {number}", before={"DescribeUser": {"DisplayName": "Grace"}})
        else:
            journal.record_outcome(
                intent, Entry.Outcome.DONE, after={"DescribeUser": {"DisplayName": "Grace B"}}
            )


def verdict(*anchors: chain.SignedHead) -> chain.Verdict:
    return stored_chain.verify_stored(keys(), list(anchors))


def sql(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


@contextmanager
def as_owner() -> Iterator[None]:
    """Triggers stop nobody who owns the tables."""
    with triggers.lift_triggers(connection):
        yield


def put(row: chain.EntryRow) -> None:
    """Write a row as it is, whatever the chain thinks of it; a row of this number is replaced."""
    sql("DELETE FROM ledger_entry WHERE seq = %s", row["seq"])
    at = row["at"].replace("T", " ").rstrip("Z")
    stored = {**row, "at": at if connection.vendor == "sqlite" else row["at"]}
    names = ", ".join(f'"{name}"' for name in stored_chain.COLUMN_NAMES)
    places = ", ".join(["%s"] * len(stored_chain.COLUMN_NAMES))
    sql(
        f"INSERT INTO ledger_entry ({names}) VALUES ({places})",
        *(stored[name] for name in stored_chain.COLUMN_NAMES),
    )


def put_head(seal: chain.SignedHead) -> None:
    sql(
        "UPDATE ledger_head SET seq = %s, hash = %s, key_id = %s, mac = %s",
        *(seal.seq, seal.hash, seal.key_id, seal.mac),
    )


def forged(row: chain.EntryRow, key: bytes, **changes: Any) -> dict[str, Any]:
    """A row with changes, signed again."""
    changed = {**row, **changes}
    return {**changed, "hash": chain.sign_entry(changed, key)}
