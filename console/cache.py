"""A database cache that raises on failures and never evicts live entries."""

import base64
import pickle
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router

from console import clock

CLEANUP_INTERVAL = 100  # writes


class StrictDatabaseCache(DatabaseCache):
    """A database cache that raises when it cannot write and never evicts live entries.

    Django's answers `False` when the database fails, which reads as "too many attempts" or "sent twice",
    and throws live counters away once there are more than 300. Each write here is one statement.
    """

    _table: str

    def _base_set(self, mode: str, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT) -> bool:
        connection = connections[router.db_for_write(self.cache_model_class)]
        now, expires = self._times(connection, timeout)
        text = base64.b64encode(pickle.dumps(value, self.pickle_protocol)).decode("ascii")
        table = connection.ops.quote_name(self._table)
        with connection.cursor() as cursor:
            if mode == "touch":
                cursor.execute(f"UPDATE {table} SET expires = %s WHERE cache_key = %s", [expires, key])  # noqa: S608
                return bool(cursor.rowcount)
            only_expired = f"WHERE {table}.expires < %s" if mode == "add" else ""
            cursor.execute(
                f"INSERT INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s)"  # noqa: S608  # placeholders only
                f" ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
                f" {only_expired}",
                [key, text, expires, *([now] if only_expired else [])],
            )
            written = bool(cursor.rowcount)
            if not secrets.randbelow(CLEANUP_INTERVAL):
                cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [now])  # noqa: S608
        return written

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        """Return the entries that have not expired; delete nothing."""
        named = {self.make_and_validate_key(key, version=version): key for key in keys}
        if not named:
            return {}
        connection = connections[router.db_for_read(self.cache_model_class)]
        now, _ = self._times(connection, None)
        table = connection.ops.quote_name(self._table)
        places = ", ".join(["%s"] * len(named))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT cache_key, value FROM {table} WHERE expires >= %s AND cache_key IN ({places})",  # noqa: S608  # placeholders only
                [now, *named],
            )
            rows = cursor.fetchall()
        return {named[key]: pickle.loads(base64.b64decode(value)) for key, value in rows}  # noqa: S301  # written by this class

    def has_key(self, key: str, version: int | None = None) -> bool:
        return bool(self.get_many([key], version))

    def _times(self, connection: Any, timeout: Any) -> tuple[Any, Any]:
        """Return the current time and the expiry, to the second, as the database stores them."""
        now, end = clock.recent(), datetime.max.replace(tzinfo=UTC)
        seconds = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        if seconds is not None:
            end = now + timedelta(seconds=seconds or -1)
        stored = (
            connection.ops.adapt_datetimefield_value(moment.replace(microsecond=0)) for moment in (now, end)
        )
        return next(stored), next(stored)
