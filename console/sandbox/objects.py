"""Buckets and objects on disk, so that what moto holds in memory is there again after a restart."""

from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from console.sandbox.journal import database

SCHEMA = """
CREATE TABLE IF NOT EXISTS buckets (account TEXT, name TEXT PRIMARY KEY, region TEXT);
CREATE TABLE IF NOT EXISTS objects (bucket TEXT, key TEXT, body BLOB, PRIMARY KEY (bucket, key));
"""


class Bucket(NamedTuple):
    account: str
    name: str
    region: str


class Objects:
    """One SQLite file, or nothing at all without a folder."""

    def __init__(self, folder: Path | None) -> None:
        self._keeps = folder is not None
        self._lock = Lock()
        self._database = database(folder / "objects.sqlite3" if folder else Path(":memory:"), SCHEMA)

    def buckets(self) -> list[Bucket]:
        return [Bucket(*row) for row in self._database.execute("SELECT * FROM buckets")]

    def contents(self, bucket: str) -> Iterator[tuple[str, bytes]]:
        yield from self._database.execute("SELECT key, body FROM objects WHERE bucket = ?", (bucket,))

    def keys(self, bucket: str) -> list[str]:
        with self._lock:
            rows = self._database.execute("SELECT key FROM objects WHERE bucket = ?", (bucket,)).fetchall()
        return [key for (key,) in rows]

    def keep_bucket(self, bucket: Bucket) -> None:
        self._change("INSERT OR REPLACE INTO buckets VALUES (?, ?, ?)", *bucket)

    def drop_bucket(self, name: str) -> None:
        self._change("DELETE FROM objects WHERE bucket = ?", name)
        self._change("DELETE FROM buckets WHERE name = ?", name)

    def keep(self, bucket: str, key: str, body: bytes) -> None:
        self._change("INSERT OR REPLACE INTO objects VALUES (?, ?, ?)", bucket, key, body)

    def drop(self, bucket: str, key: str) -> None:
        self._change("DELETE FROM objects WHERE bucket = ? AND key = ?", bucket, key)

    def _change(self, statement: str, *values: object) -> None:
        if self._keeps:
            with self._lock, self._database:
                self._database.execute(statement, values)
