"""What befalls a database: each is a context in which it is so, and after which it is not."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

from tests.faults.servers import PostgreSQL
from tests.faults.site import Site


class Fault(Protocol):
    __name__: str

    def __call__(self, server: PostgreSQL) -> AbstractContextManager[None]: ...


class SmallFault(Protocol):
    __name__: str

    def __call__(self, site: Site) -> AbstractContextManager[None]: ...


@contextmanager
def frozen(server: PostgreSQL) -> Iterator[None]:
    server.freeze()
    try:
        yield
    finally:
        server.unfreeze()


@contextmanager
def stopped(server: PostgreSQL) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def full(server: PostgreSQL) -> Iterator[None]:
    """Every connection there is belongs to others; those of the console were cut."""
    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'console'")
    held = server.hold_all_connections()
    try:
        yield
    finally:
        for connection in held:
            connection.close()


@contextmanager
def read_only(server: PostgreSQL) -> Iterator[None]:
    server.set_read_only(True)
    try:
        yield
    finally:
        server.set_read_only(False)


@contextmanager
def locked_file(site: Site) -> Iterator[None]:
    """Another process began to write, and never ends."""
    other = sqlite3.connect(file_of(site), isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.close()


@contextmanager
def full_disk(site: Site) -> Iterator[None]:
    """The file of what was written last cannot grow beyond its beginning."""
    with sqlite3.connect(file_of(site)) as other:
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    site.limit_files(4096)
    try:
        yield
    finally:
        site.limit_files(None)


def file_of(site: Site) -> Path:
    return Path(site.environ["DATABASE_URL"].removeprefix("sqlite:///"))


@contextmanager
def no_audit_log(server: PostgreSQL) -> Iterator[None]:
    """The table of the audit log's head is not there."""
    server.execute("ALTER TABLE ledger_head RENAME TO ledger_head_away", "console")
    try:
        yield
    finally:
        server.execute("ALTER TABLE ledger_head_away RENAME TO ledger_head", "console")


@contextmanager
def refused_entries(server: PostgreSQL) -> Iterator[None]:
    """A trigger of the audit log refuses every entry."""
    server.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
        " AS $$BEGIN RAISE EXCEPTION 'refused'; END$$;"
        "CREATE TRIGGER refuse BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION refuse()",
        "console",
    )
    try:
        yield
    finally:
        server.execute("DROP TRIGGER refuse ON ledger_entry; DROP FUNCTION refuse", "console")


LARGE_FAULTS: tuple[Fault, ...] = (stopped, frozen, full, read_only, no_audit_log, refused_entries)
SMALL_FAULTS: tuple[SmallFault, ...] = (locked_file, full_disk)
