"""Write to the audit log. A failed write raises, so that the operation does not happen.

`intent` has committed when it returns, whatever becomes of the process; it refuses to be called inside
a transaction. `outcome` and `record` join the caller's transaction if there is one: entry and rows
stand or fall together. Whoever appends holds the head until commit, so such transactions are short
and never wait for AWS.
"""

import logging
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import Error, connection, transaction

from console import clock
from console.actor import Actor
from console.ledger import chain
from console.ledger.fields import clip_text, plain, serialise_body
from console.ledger.models import Entry, EntryQuerySet, Head

__all__ = ["LedgerUnavailable", "plain"]

logger = logging.getLogger(__name__)
MAX_LENGTHS = {
    field.attname: field.max_length
    for field in Entry._meta.concrete_fields
    if field.get_internal_type() in ("CharField", "TextField")
}
# Nobody waits for ever on a head that somebody holds, and a commit that says "done" has reached the disk.
POSTGRESQL_SETTINGS = """
    SELECT set_config('lock_timeout', %s, true),
           CASE WHEN current_setting('synchronous_commit') = 'off'
                THEN set_config('synchronous_commit', 'on', true) END
"""


class LedgerUnavailable(Exception):
    """The audit log cannot be written, so the operation must not happen."""


def record_intent(
    actor: Actor,
    operation: str,
    organization_id: str,
    *,
    target: str = "",
    target_name: str = "",
    params: Mapping[str, Any],
    before: Mapping[str, Any] | None = None,
    reason: str = "",
    ticket: str = "",
    call: uuid.UUID | None = None,
    parties: Mapping[str, str] | None = None,
) -> Entry:
    """Record what is about to be sent to AWS, durably. `params` come redacted.

    `call` is the id by which it is found again; without one it gets its own. `parties` are the operators
    who took part beside the actor: `requested_by`, `approved_by`.
    """
    columns: dict[str, Any] = {
        "kind": Entry.Kind.INTENT,
        "call": call or uuid.uuid4(),
        "organization": organization_id,
        "operation": operation,
        "target": target,
        "target_name": target_name,
        "reason": reason,
        "ticket": ticket,
    }
    return _append_entry(
        _actor_columns(actor) | columns, {"params": params, "before": before, **(parties or {})}, durable=True
    )


def record_outcome(
    intent: Entry,
    outcome: str,
    *,
    after: Mapping[str, Any] | None = None,
    error: Mapping[str, Any] | None = None,
    aws_request_id: str = "",
    attempts: int = 1,
    **body: Any,
) -> Entry:
    """Record the outcome of an intent. `unknown` may be followed by a later finding."""
    columns = {name: getattr(intent, name) for name in (*ACTOR_COLUMNS, *OBJECT_COLUMNS)}
    columns |= {
        "kind": Entry.Kind.OUTCOME,
        "outcome": Entry.Outcome(outcome),
        "call": intent.call,
        "aws_request_id": aws_request_id,
    }
    return _append_entry(columns, {"after": after, "error": error, "attempts": attempts, **body})


def record_entry(
    actor: Actor,
    kind: str,
    *,
    organization: str = "",
    operation: str = "",
    target: str = "",
    target_name: str = "",
    reason: str = "",
    ticket: str = "",
    **body: Any,
) -> Entry:
    """Record any other event: a refusal, a sign-in, a revealed secret, a change in the console."""
    columns = {
        "kind": Entry.Kind(kind),
        "organization": organization,
        "operation": operation,
        "target": target,
        "target_name": target_name,
        "reason": reason,
        "ticket": ticket,
    }
    return _append_entry(_actor_columns(actor) | columns, body)


@contextmanager
def hold_appends() -> Iterator[None]:
    """Block other appends until the transaction ends, so that counts stay true."""
    with _raise_unavailable(), transaction.atomic():
        _lock_head()
        yield


def open_intents(before: datetime) -> EntryQuerySet:
    """Return intents older than `before` with no outcome but `unknown`, oldest first."""
    return Entry.objects.filter(at__lt=before).open()


ACTOR_COLUMNS = ("operator_id", "operator", "address", "session", "request_id", "method")
OBJECT_COLUMNS = ("organization", "operation", "target", "target_name", "reason", "ticket")


def _actor_columns(actor: Actor) -> dict[str, Any]:
    return {
        "operator_id": actor.operator_id,
        "operator": actor.name,
        "address": actor.address,
        "session": actor.session,
        "request_id": actor.request_id,
        "method": actor.method,
    }


def _append_entry(columns: dict[str, Any], body: Mapping[str, Any], *, durable: bool = False) -> Entry:
    given = {name: value for name, value in body.items() if value is not None}
    with _raise_unavailable():
        keys = chain.read_keys(settings.LEDGER_KEYS)
        with transaction.atomic(durable=durable):
            head = _lock_head()
            entry = _build_entry(columns | {"text": serialise_body(given)}, head, keys)
            entry.save(force_insert=True)
            _advance_head(head, chain.SignedHead.make(entry.seq, entry.hash, keys))
    return entry


@contextmanager
def _raise_unavailable() -> Iterator[None]:
    try:
        yield
    except (Error, Head.DoesNotExist, chain.BadKeys) as fault:
        logger.critical("the ledger cannot be written: %s", fault)
        raise LedgerUnavailable(f"the ledger cannot be written: {fault}") from fault


def _lock_head() -> Head:
    """Return the locked head. On SQLite every transaction begins with the lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(POSTGRESQL_SETTINGS, [f"{int(settings.LEDGER_LOCK_SECONDS * 1000)}ms"])
    return Head.objects.select_for_update().get(pk=1)


def _build_entry(columns: dict[str, Any], head: Head, keys: chain.Keys) -> Entry:
    key_id = list(keys)[-1]
    chained = {"seq": head.seq + 1, "prev": head.hash, "key_id": key_id, "at": clock.now()}
    entry = Entry(**{"call": uuid.uuid4(), **columns, **chained})
    for name, length in MAX_LENGTHS.items():
        setattr(entry, name, clip_text(getattr(entry, name), length))
    entry.hash = chain.sign_entry(entry_row(entry), keys[key_id])
    return entry


def entry_row(entry: Entry) -> dict[str, Any]:
    """Return an entry as the chain reads it."""
    own = {"at": chain.format_time(entry.at), "body": entry.text, "call": entry.call.hex}
    return {name: own[name] if name in own else getattr(entry, name) for name in (*chain.COLUMNS, "hash")}


def _advance_head(head: Head, seal: chain.SignedHead) -> None:
    advanced = Head.objects.filter(pk=head.pk, seq=head.seq).update(
        seq=seal.seq, hash=seal.hash, key_id=seal.key_id, mac=seal.mac
    )
    if not advanced:
        raise Error("the head moved while it was locked")
