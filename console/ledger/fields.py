"""Columns and values of the audit log, stored identically on every database."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils.functional import Promise

from console.ledger import chain

# PostgreSQL stores neither NUL nor half a surrogate pair, and both can be typed into a form.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
TEXT_TYPES = (str, date, time, timedelta, Decimal, UUID, Promise)


class Seq(models.BigIntegerField):  # type: ignore[type-arg]  # generic in the stubs only
    """The sequence number of an entry.

    On SQLite it has to be the row's own id: a row of any other key can be replaced through its hidden
    `rowid` without a trigger noticing.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


def plain(value: Any) -> Any:
    """Return `value` in JSON types.

    Times are ISO 8601 in UTC. Bytes become their length only, since whatever got past redaction as
    bytes may be a secret; a type nobody thought of becomes its name.
    """
    if isinstance(value, Mapping):
        return {str(name): plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(member) for member in value]
    if isinstance(value, Enum):
        return plain(value.value)
    return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)  # JSON has neither NaN nor infinity
    if isinstance(value, datetime):
        return chain.format_time(value) if value.tzinfo else value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    if isinstance(value, TEXT_TYPES):
        return UNSTORABLE.sub("\ufffd", str(value))
    return f"[{type(value).__name__}]"


def serialise_body(body: Mapping[str, Any]) -> str:
    """Return the body as stored and signed text; a JSON column would rewrite numbers."""
    return json.dumps(plain(body), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def clip_text(text: str, length: int | None) -> str:
    text = UNSTORABLE.sub("\ufffd", str(text))
    return text if length is None or len(text) <= length else text[: length - 1] + "…"
