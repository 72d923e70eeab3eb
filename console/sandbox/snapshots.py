"""Snapshots of WorkMail, S3 and the clock, in memory."""

from typing import Any, NamedTuple

from console.sandbox.aws_services import AwsServices, Contents
from console.sandbox.consistency_lag import ConsistencyLag
from console.sandbox.store import Store


class Snapshot(NamedTuple):
    records: dict[str, dict[str, Any]]
    buckets: Contents
    now: float
    frozen: bool


class Snapshots:
    """Snapshots by name, in memory; keys, roles and sessions of other services are not included."""

    def __init__(self, store: Store, neighbours: AwsServices, lag: ConsistencyLag) -> None:
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
        """Restore a snapshot; raise LookupError for an unknown name."""
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
