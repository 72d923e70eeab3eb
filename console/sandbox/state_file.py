"""The SQLite file of a store, in which each write is committed before it is answered.

WAL and `synchronous=NORMAL`: a killed process loses nothing that was committed; a power cut may lose
the last moments, which is enough for a sandbox.
"""

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import MISSING, fields
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from console.sandbox import organization_records, records, rule_records

VERSION = 1
SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS records (
  collection TEXT, key TEXT, type TEXT, body TEXT, PRIMARY KEY (collection, key)
) WITHOUT ROWID;
"""
RECORD_TYPES = (*records.RECORDS, *rule_records.RECORDS, *organization_records.RECORDS)
RECORD_TYPES_BY_NAME = {type_.__name__: type_ for type_ in RECORD_TYPES}


class StateUnusable(Exception):
    """The state folder cannot be used; the message says why in one line."""


class StateRow(NamedTuple):
    collection: str
    key: str
    type: str
    body: str


class StateFile:
    """Rows in a file, or nowhere for a store in memory."""

    def __init__(self, folder: Path | None) -> None:
        self._lock = lock_folder(folder) if folder else None
        self._database = open_database(folder / "store.sqlite3" if folder else Path(":memory:"), SCHEMA)
        self._require_known_version()
        self._keeps = folder is not None

    def write(self, changed: Iterable[tuple[str, str, Any]]) -> None:
        """Commit (collection, key, record or None) as one transaction."""
        if not self._keeps:
            return
        rows = [(collection, key, record) for collection, key, record in changed]
        saved = [
            (name, key, type(record).__name__, dump_record(record)) for name, key, record in rows if record
        ]
        deleted = [(name, key) for name, key, record in rows if record is None]
        with self._database:
            self._database.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?)", saved)
            self._database.executemany("DELETE FROM records WHERE collection = ? AND key = ?", deleted)

    def read(self) -> Iterator[Any]:
        """Return every record, in no particular order."""
        texts: dict[str, str] = {}
        try:
            for row in self._database.execute("SELECT type, body FROM records"):
                yield load_record(row[0], row[1], texts)
        except (sqlite3.Error, KeyError, TypeError, ValueError) as problem:
            raise StateUnusable(f"The state is damaged: {problem!r}") from problem

    def meta(self, name: str) -> str | None:
        row = self._database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return row[0] if row else None

    def remember(self, name: str, value: str) -> None:
        with self._database:
            self._database.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))

    def _require_known_version(self) -> None:
        found = int(self.meta("version") or VERSION)
        if found > VERSION:
            raise StateUnusable(f"The state was written by a newer version of the sandbox (format {found})")
        self.remember("version", str(VERSION))

    def close(self) -> None:
        self._database.close()
        if self._lock:
            self._lock.close()


def open_lock(path: Path) -> TextIO:
    """Open a lock file without following links or truncating it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "r+")


def lock_folder(folder: Path) -> TextIO:
    """Return a lock on the state folder, held while the file is open."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = open_lock(folder / "lock")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as problem:
        raise StateUnusable(f"Another sandbox runs on the state in {folder}") from problem
    except OSError as problem:
        raise StateUnusable(f"The state in {folder} cannot be opened: {problem.strerror}") from problem
    return file


def open_database(path: Path, schema: str) -> sqlite3.Connection:
    """Open the SQLite file at `path`, created if needed, for threads that take turns."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(schema)
    except (sqlite3.Error, OSError) as problem:
        raise StateUnusable(f"The state in {path} cannot be read: {problem}") from problem
    return connection


@cache
def default_values(type_: str) -> dict[str, Any]:
    return {field.name: field.default for field in fields(RECORD_TYPES_BY_NAME[type_])}


def dump_record(record: Any) -> str:
    """Return the record as JSON without default values."""
    known = default_values(type(record).__name__)
    values = {name: getattr(record, name) for name in known}
    return json.dumps(
        {n: v for n, v in values.items() if known[n] is MISSING or v != known[n]},
        ensure_ascii=False,
        separators=(",", ":"),
    )


def load_record(type_: str, body: str, texts: dict[str, str]) -> Any:
    """Return a stored record; unknown members are dropped, and `texts` shares equal strings."""
    known, values = default_values(type_), json.loads(body)
    return RECORD_TYPES_BY_NAME[type_](
        **{name: _shared(values[name], texts) for name in values if name in known}
    )


def _shared(value: Any, texts: dict[str, str]) -> Any:
    if isinstance(value, str):
        return texts.setdefault(value, value)
    if isinstance(value, list):
        return tuple(_shared(member, texts) for member in value)
    return value
