"""Columns and values as the ledger stores them: the same bytes on every database, and never a surprise."""

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
SPELLED = (str, date, time, timedelta, Decimal, UUID, Promise)


class Seq(models.BigIntegerField):  # type: ignore[type-arg]  # generic in the stubs only
    """A number that the ledger gives itself.

    On SQLite it has to be the row's own id: a row of any other key can be replaced through its hidden
    `rowid` without a trigger noticing.
    """

    def db_type(self, connection: BaseDatabaseWrapper) -> str | None:
        return "integer" if connection.vendor == "sqlite" else super().db_type(connection)


def plain(value: Any) -> Any:
    """`value` in JSON's own types.

    Times are ISO 8601 in UTC. Bytes become their length only, since whatever got past redaction as
    bytes may be a secret; a type nobody thought of becomes its name.
    """
    if isinstance(value, Mapping):
        return {str(name): plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(member) for member in value]
    if isinstance(value, Enum):
        return plain(value.value)
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)  # JSON has neither NaN nor infinity
    if isinstance(value, datetime):
        return chain.moment(value) if value.tzinfo else value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    if isinstance(value, SPELLED):
        return UNSTORABLE.sub("\ufffd", str(value))
    return f"[{type(value).__name__}]"


def body_text(body: Mapping[str, Any]) -> str:
    """The body as it is stored and signed: text, since a database's own JSON type rewrites numbers."""
    return json.dumps(plain(body), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def clipped(text: str, length: int | None) -> str:
    text = UNSTORABLE.sub("\ufffd", str(text))
    return text if length is None or len(text) <= length else text[: length - 1] + "…"
