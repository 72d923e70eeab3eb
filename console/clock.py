"""The database server's clock, by which leases and due times are compared."""

import time
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

REFRESH_SECONDS = 30.0
_last_read: tuple[float, datetime] | None = None


def now() -> datetime:
    """Return the time of the database server.

    SQLite runs inside the process, on the one machine that has its file, so it has no other clock.
    """
    if connection.vendor == "sqlite":
        return timezone.now()
    return read_server_time()


def recent() -> datetime:
    """Return the time of the database server as it was read in the last 30 seconds, counted on since then.

    For what every request needs (rights, sessions, cache), so that it costs no query. What is counted on is
    the process's monotonic clock, which cannot be set. Leases and due times use `now`.
    """
    global _last_read
    if connection.vendor == "sqlite":
        return timezone.now()
    steady = time.monotonic()
    if _last_read is None or steady - _last_read[0] > REFRESH_SECONDS:
        _last_read = steady, read_server_time()
    read_at, server_time = _last_read
    return server_time + timedelta(seconds=steady - read_at)


def read_server_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]
