"""Writing to the ledger. What cannot be written raises, so that what it was about does not happen.

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
from console.ledger.fields import body_text, clipped, plain
from console.ledger.models import Entry, EntryQuerySet, Head

__all__ = ["LedgerUnavailable", "appending", "intent", "open_intents", "outcome", "plain", "record"]

logger = logging.getLogger(__name__)
CLIPPED = {
    field.attname: field.max_length
    for field in Entry._meta.concrete_fields
    if field.get_internal_type() in ("CharField", "TextField")
}
# Nobody waits for ever on a head that somebody holds, and a commit that says "done" has reached the disk.
POSTGRESQL_PROMISES = """
    SELECT set_config('lock_timeout', %s, true),
           CASE WHEN current_setting('synchronous_commit') = 'off'
                THEN set_config('synchronous_commit', 'on', true) END
"""


class LedgerUnavailable(Exception):
    """The ledger could not be written, so nothing may be done either."""


def intent(
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
    """What is about to be sent to AWS, on disk before this returns. `params` come redacted.

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
    return _append(
        _who(actor) | columns, {"params": params, "before": before, **(parties or {})}, durable=True
    )


def outcome(
    intent: Entry,
    outcome: str,
    *,
    after: Mapping[str, Any] | None = None,
    error: Mapping[str, Any] | None = None,
    aws_request_id: str = "",
    attempts: int = 1,
    **body: Any,
) -> Entry:
    """What became of an intent. There may be several: `unknown` first, and later what was found out."""
    columns = {name: getattr(intent, name) for name in (*WHO, *WHAT)}
    columns |= {
        "kind": Entry.Kind.OUTCOME,
        "outcome": Entry.Outcome(outcome),
        "call": intent.call,
        "aws_request_id": aws_request_id,
    }
    return _append(columns, {"after": after, "error": error, "attempts": attempts, **body})


def record(
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
    """Anything else: an attempt that was denied, a sign-in, a secret shown, the console's own changes."""
    columns = {
        "kind": Entry.Kind(kind),
        "organization": organization,
        "operation": operation,
        "target": target,
        "target_name": target_name,
        "reason": reason,
        "ticket": ticket,
    }
    return _append(_who(actor) | columns, body)


@contextmanager
def appending() -> Iterator[None]:
    """Hold other appends back until the block's transaction ends, so that what it counts stays true."""
    with _or_unavailable(), transaction.atomic():
        _locked_head()
        yield


def open_intents(before: datetime) -> EntryQuerySet:
    """Intents older than `before` without an outcome, or with none but `unknown`; oldest first."""
    return Entry.objects.filter(at__lt=before).open()


WHO = ("operator_id", "operator", "address", "session", "request_id", "method")
WHAT = ("organization", "operation", "target", "target_name", "reason", "ticket")


def _who(actor: Actor) -> dict[str, Any]:
    return {
        "operator_id": actor.operator_id,
        "operator": actor.name,
        "address": actor.address,
        "session": actor.session,
        "request_id": actor.request_id,
        "method": actor.method,
    }


def _append(columns: dict[str, Any], body: Mapping[str, Any], *, durable: bool = False) -> Entry:
    given = {name: value for name, value in body.items() if value is not None}
    with _or_unavailable():
        keys = chain.read_keys(settings.LEDGER_KEYS)
        with transaction.atomic(durable=durable):
            head = _locked_head()
            entry = _signed(columns | {"text": body_text(given)}, head, keys)
            entry.save(force_insert=True)
            _advance(head, chain.Seal.make(entry.seq, entry.hash, keys))
    return entry


@contextmanager
def _or_unavailable() -> Iterator[None]:
    try:
        yield
    except (Error, Head.DoesNotExist, chain.BadKeys) as fault:
        logger.critical("the ledger cannot be written: %s", fault)
        raise LedgerUnavailable(f"the ledger cannot be written: {fault}") from fault


def _locked_head() -> Head:
    """On SQLite every transaction of ours begins with the lock (`transaction_mode` in the settings)."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(POSTGRESQL_PROMISES, [f"{int(settings.LEDGER_LOCK_SECONDS * 1000)}ms"])
    return Head.objects.select_for_update().get(pk=1)


def _signed(columns: dict[str, Any], head: Head, keys: chain.Keys) -> Entry:
    key_id = list(keys)[-1]
    chained = {"seq": head.seq + 1, "prev": head.hash, "key_id": key_id, "at": clock.now()}
    entry = Entry(**{"call": uuid.uuid4(), **columns, **chained})
    for name, length in CLIPPED.items():
        setattr(entry, name, clipped(getattr(entry, name), length))
    entry.hash = chain.sign(row(entry), keys[key_id])
    return entry


def row(entry: Entry) -> dict[str, Any]:
    """An entry as the chain reads it."""
    own = {"at": chain.moment(entry.at), "body": entry.text, "call": entry.call.hex}
    return {name: own[name] if name in own else getattr(entry, name) for name in (*chain.COLUMNS, "hash")}


def _advance(head: Head, seal: chain.Seal) -> None:
    advanced = Head.objects.filter(pk=head.pk, seq=head.seq).update(
        seq=seal.seq, hash=seal.hash, key_id=seal.key_id, mac=seal.mac
    )
    if not advanced:
        raise Error("the head moved while it was locked")
