"""The storage that exports are written to, and buckets stored on disk."""

from collections.abc import Iterator
from pathlib import Path
from threading import Lock
from typing import NamedTuple, Protocol

from console.sandbox.state_file import open_database


class Storage(Protocol):
    """Access to the buckets of AWS accounts."""

    def region(self, account: str, bucket: str) -> str | None:
        """Return the region of the bucket, `None` if the account has no such bucket."""

    def make_bucket(self, account: str, bucket: str, region: str) -> None:
        """Make the bucket, unless the account has it."""

    def put(self, account: str, bucket: str, key: str, body: bytes) -> None: ...

    def get(self, account: str, bucket: str, key: str, version: str = "") -> bytes | None:
        """Return the object, by default its latest version; `None` if there is none."""


class NoStorage:
    """A storage without buckets, for a store without exports."""

    def region(self, account: str, bucket: str) -> str | None:
        return None

    def make_bucket(self, account: str, bucket: str, region: str) -> None:
        raise LookupError("This sandbox keeps no buckets")

    def put(self, account: str, bucket: str, key: str, body: bytes) -> None:
        raise LookupError("This sandbox keeps no buckets")

    def get(self, account: str, bucket: str, key: str, version: str = "") -> bytes | None:
        return None


BUCKETS_SCHEMA = """
CREATE TABLE IF NOT EXISTS buckets (account TEXT, name TEXT PRIMARY KEY, region TEXT);
CREATE TABLE IF NOT EXISTS objects (bucket TEXT, key TEXT, body BLOB, PRIMARY KEY (bucket, key));
"""


class Bucket(NamedTuple):
    account: str
    name: str
    region: str


class BucketFile:
    """Buckets and objects in one SQLite file, or nowhere without a folder."""

    def __init__(self, folder: Path | None) -> None:
        self._keeps = folder is not None
        self._lock = Lock()
        self._database = open_database(
            folder / "objects.sqlite3" if folder else Path(":memory:"), BUCKETS_SCHEMA
        )

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
