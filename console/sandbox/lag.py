"""Eventual consistency on request: Describe and List show for a while what was there before a change."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from console.sandbox.registry import Call
from console.sandbox.store import Store

# Terraform retries after these, and polls until they show [observed]; how long it takes is [unknown].
LATE = {"RegisterToWorkMail", "DeregisterFromWorkMail", "DeleteUser", "DeleteGroup", "DeleteResource"}
READS = ("Describe", "List")

Place = tuple[str, str]  # table and key


class Change(NamedTuple):
    """What one call changed, as it was before, and until when reads do not know of it."""

    until: float
    before: dict[Place, Any]


class Lag:
    """Off until `seconds` (on the store's clock) is set; writes see the truth at once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changes: list[Change] = []
        self.seconds = 0.0

    def forget(self) -> None:
        """Show everything as it is, from now on too."""
        self.seconds = 0.0
        self.catch_up()

    def catch_up(self) -> None:
        """Show everything as it is."""
        self._changes.clear()

    @contextmanager
    def around(self, call: Call) -> Iterator[None]:
        """What a call's handler runs in, under the store's lock."""
        if call.operation.startswith(READS):
            with self._past():
                yield
            return
        yield
        if self.seconds and call.operation in LATE:
            self._changes.append(Change(call.now + self.seconds, self._store.changing()))

    @contextmanager
    def _past(self) -> Iterator[None]:
        """Put the records of before in their places, and those of now back afterwards."""
        before = self._hidden()
        now = {place: self._store.tables[place[0]].get(place[1]) for place in before}
        self._show(before, now)
        try:
            yield
        finally:
            self._show(now, {})

    def _hidden(self) -> dict[Place, Any]:
        moment = self._store.clock.now()
        self._changes = [change for change in self._changes if change.until > moment]
        before: dict[Place, Any] = {}
        for change in self._changes:
            for place, record in change.before.items():
                before.setdefault(place, record)
        return before

    def _show(self, wanted: dict[Place, Any], otherwise: dict[Place, Any]) -> None:
        """Where somebody took a name or an address meanwhile, who has it now is shown."""
        for table, key in wanted:
            self._store.tables[table].put(key, None)
        for (table, key), record in wanted.items():
            if self._fits(table, record):
                self._store.tables[table].put(key, record)
            elif self._fits(table, present := otherwise.get((table, key))):
                self._store.tables[table].put(key, present)

    def _fits(self, table: str, record: Any) -> bool:
        if record is None:
            return True
        return not any(self._store.tables[table].claimed(*claim) for claim in record.claims())
