"""Simulate eventual consistency: reads show the state before a change for a while.

Where `holds_names` is set, a name that a deletion gave up and the test domain of a new organization
cannot be used meanwhile.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from console.sandbox.errors import ServiceError
from console.sandbox.handler_registry import Call
from console.sandbox.records import Claim
from console.sandbox.store import Store

# Terraform retries after these, and polls until they show [observed]; how long it takes is [unknown].
DELAYED_OPERATIONS = {
    "RegisterToWorkMail",
    "DeregisterFromWorkMail",
    "DeleteUser",
    "DeleteGroup",
    "DeleteResource",
}
READ_PREFIXES = ("Describe", "List")

TableKey = tuple[str, str]  # table and key


class DelayedChange(NamedTuple):
    """A change with the records before it, and until when reads do not show it.

    `freed` are the names and addresses that a deletion gave up; they cannot be taken until then either.
    """

    until: float
    before: dict[TableKey, Any]
    freed: frozenset[Claim] = frozenset()


class ConsistencyLag:
    """Delays the visibility of changes by `seconds` of the store's clock; writes see the current state."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changes: list[DelayedChange] = []
        self.holds_names = False
        self._young: dict[str, float] = {}  # test domains of new organizations, and until when
        self.seconds = 0.0

    def forget(self) -> None:
        """Show the current state, from now on too."""
        self.seconds, self.holds_names = 0.0, False
        self.catch_up()

    def catch_up(self) -> None:
        """Show the current state."""
        self._changes.clear()
        self._young.clear()

    @contextmanager
    def around(self, call: Call) -> Iterator[None]:
        """Run a handler on the delayed state, under the store's lock."""
        if call.operation.startswith(READ_PREFIXES):
            with self._past():
                yield
            return
        yield
        if not self.seconds:
            return
        before = self._store.changing()
        freed, taken = self._moved(before)
        if self.holds_names:
            self._require_settled(taken)
        until = call.now + self.seconds
        if call.operation in DELAYED_OPERATIONS:
            is_deletion = call.operation.startswith("Delete")
            self._changes.append(DelayedChange(until, before, freed if is_deletion else frozenset()))
        if call.operation == "CreateOrganization":
            self._young |= {name: until for kind, *_, name in taken if kind == "domain"}

    def _moved(self, before: dict[TableKey, Any]) -> tuple[frozenset[Claim], frozenset[Claim]]:
        """Return the claims that the call gave up, and those that it took."""
        now = [self._store.tables[table].get(key) for table, key in before]
        old, new = (
            {claim for record in records if record is not None for claim in record.claims()}
            for records in (before.values(), now)
        )
        return frozenset(old - new), frozenset(new - old)

    def _require_settled(self, taken: frozenset[Claim]) -> None:
        """Refuse a deleted user's name and a new test domain, which AWS learns of late [observed]."""
        moment = self._store.clock.now()
        freed = {claim for change in self._changes if change.until > moment for claim in change.freed}
        young = {domain for domain, until in self._young.items() if until > moment}
        for kind, *_, name in taken & freed:
            code = "EmailAddressInUseException" if kind == "address" else "NameAvailabilityException"
            raise ServiceError(code, f"{name} is not available yet")
        for kind, *_, name in taken:
            if kind == "address" and name.rpartition("@")[2] in young:
                raise ServiceError("MailDomainNotFoundException", f"The domain of {name} was not found")

    @contextmanager
    def _past(self) -> Iterator[None]:
        """Put earlier records in place, and restore the current ones afterwards."""
        before = self._hidden()
        now = {place: self._store.tables[place[0]].get(place[1]) for place in before}
        self._show(before, now)
        try:
            yield
        finally:
            self._show(now, {})

    def _hidden(self) -> dict[TableKey, Any]:
        moment = self._store.clock.now()
        self._changes = [change for change in self._changes if change.until > moment]
        before: dict[TableKey, Any] = {}
        for change in self._changes:
            for place, record in change.before.items():
                before.setdefault(place, record)
        return before

    def _show(self, wanted: dict[TableKey, Any], otherwise: dict[TableKey, Any]) -> None:
        """Show the record unless its name or address was taken meanwhile."""
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
