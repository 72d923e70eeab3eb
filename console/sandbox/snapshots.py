"""Moments of a sandbox to go back to: what WorkMail and S3 held, and what time it was."""

from typing import Any, NamedTuple

from console.sandbox.lag import Lag
from console.sandbox.neighbours import Contents, Neighbours
from console.sandbox.store import Store


class Snapshot(NamedTuple):
    records: dict[str, dict[str, Any]]
    buckets: Contents
    now: float
    frozen: bool


class Snapshots:
    """By name, in memory; of what stands beside S3 (keys, roles, sessions) nothing is kept."""

    def __init__(self, store: Store, neighbours: Neighbours, lag: Lag) -> None:
        self._store = store
        self._neighbours = neighbours
        self._lag = lag
        self._taken: dict[str, Snapshot] = {}

    @property
    def taken(self) -> list[str]:
        return list(self._taken)

    def take(self, name: str) -> None:
        with self._store.lock:
            clock = self._store.clock
            records, buckets = self._store.contents(), self._neighbours.contents()
            self._taken[name] = Snapshot(records, buckets, clock.now(), clock.is_frozen)

    def restore(self, name: str) -> None:
        """Raises LookupError for a name that was given to no snapshot."""
        if name not in self._taken:
            raise LookupError(f"There is no snapshot {name!r}")
        snapshot, clock = self._taken[name], self._store.clock
        with self._store.lock:
            self._lag.catch_up()
            self._store.become(snapshot.records)
            self._neighbours.become(snapshot.buckets)
            clock.freeze(snapshot.now)
            if not snapshot.frozen:
                clock.resume()
