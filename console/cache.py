"""What every process has to count and to remember: rate limits and the numbers of forms that were sent."""

import base64
import pickle
import secrets
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import connections, router
from django.utils import timezone

CLEAN_ONE_IN = 100  # writes


class StrictDatabaseCache(DatabaseCache):
    """Django's, but what cannot be written raises, and what has not expired is never removed.

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
                f"INSERT INTO {table} (cache_key, value, expires) VALUES (%s, %s, %s)"  # noqa: S608  # no input
                f" ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
                f" {only_expired}",
                [key, text, expires, *([now] if only_expired else [])],
            )
            written = bool(cursor.rowcount)
            if not secrets.randbelow(CLEAN_ONE_IN):
                cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [now])  # noqa: S608
        return written

    def _times(self, connection: Any, timeout: Any) -> tuple[Any, Any]:
        """Now and the end of the entry, to the second, as the database stores them."""
        seconds = self.get_backend_timeout(timeout)
        end = datetime.max.replace(tzinfo=UTC) if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)
        moments = (timezone.now(), end)
        now, expires = (
            connection.ops.adapt_datetimefield_value(moment.replace(microsecond=0)) for moment in moments
        )
        return now, expires
