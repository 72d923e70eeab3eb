"""The time by which leases and due times are compared: one clock for all processes, the database's."""

from datetime import datetime

from django.db import connection
from django.utils import timezone


def now() -> datetime:
    """Return the time of the database server.

    SQLite runs inside the process, on the one machine that has its file, so it has no other clock.
    """
    if connection.vendor == "sqlite":
        return timezone.now()
    return read_server_time()


def read_server_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]
