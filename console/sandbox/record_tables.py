"""Records of one kind in memory, with unique claims and listings that page in O(page)."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Generic

from console.sandbox.errors import SandboxBug
from console.sandbox.records import Claim, R, Scope

Position = tuple[str, str]
FEW = 64


class Ordered:
    """Positions (value, key) in order; additions are sorted on the next read."""

    __slots__ = ("_added", "_positions")

    def __init__(self) -> None:
        self._positions: list[Position] = []
        self._added: list[Position] = []

    def __len__(self) -> int:
        return len(self._positions) + len(self._added)

    def add(self, position: Position) -> None:
        self._added.append(position)

    def remove(self, position: Position) -> None:
        positions = self._settled()
        del positions[bisect_left(positions, position)]

    def after(self, last: Position | None, prefix: str) -> Iterator[Position]:
        """Yield positions after `last`, or from the first, whose values have the prefix."""
        positions = self._settled()
        start = bisect_right(positions, last) if last else bisect_left(positions, (prefix, ""))
        for index in range(start, len(positions)):
            if not positions[index][0].startswith(prefix):
                return
            yield positions[index]

    def _settled(self) -> list[Position]:
        if len(self._added) > FEW:
            self._positions.extend(self._added)
            self._positions.sort()
        else:
            for position in self._added:
                insort(self._positions, position)
        self._added.clear()
        return self._positions


class Table(Generic[R]):
    """Records of one kind; `changing` is called with a key and its previous record before each change."""

    def __init__(self, name: str, changing: Callable[[str, str, R | None], None]) -> None:
        self.name = name
        self._changing = changing
        self._records: dict[str, R] = {}
        self._claims: dict[Claim, str] = {}
        self._listings: dict[Scope, Ordered] = {}

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[R]:
        return iter(self._records.values())

    def get(self, key: str) -> R | None:
        return self._records.get(key)

    def claimed(self, *claim: str) -> R | None:
        """Return the record that holds a claim, such as ("name", organization, folded name)."""
        key = self._claims.get(claim)
        return self._records[key] if key is not None else None

    def save(self, record: R) -> R:
        """Add or replace the record with its key."""
        for claim in record.claims():
            if self._claims.get(claim, record.key) != record.key:
                raise SandboxBug(f"{claim} belongs to {self._claims[claim]}, {record.key} took it too")
        self._changing(self.name, record.key, self._records.get(record.key))
        self.put(record.key, record)
        return record

    def delete(self, key: str) -> bool:
        if key not in self._records:
            return False
        self._changing(self.name, key, self._records[key])
        self.put(key, None)
        return True

    def put(self, key: str, record: R | None) -> None:
        """Set a record without reporting the change: for `save`, rollback and loading."""
        old = self._records.get(key)
        if old is not None:
            self._forget(key, old)
        if record is not None:
            self._records[key] = record
            self._remember(key, record)
        elif old is not None:
            del self._records[key]

    def page(
        self, *scope: str, after: Position | None = None, prefix: str = "", size: int | None = None
    ) -> list[tuple[Position, R]]:
        """Return records of a scope in the order of their values there."""
        listing = self._listings.get(scope)
        positions = listing.after(after, prefix) if listing else iter(())
        return [(position, self._records[position[1]]) for position in islice(positions, size)]

    def all(self, *scope: str) -> list[R]:
        return [record for _, record in self.page(*scope)]

    def count(self, *scope: str) -> int:
        return len(self._listings.get(scope, ()))

    def clear(self) -> None:
        for index in (self._records, self._claims, self._listings):
            index.clear()

    def _remember(self, key: str, record: R) -> None:
        for claim in record.claims():
            self._claims[claim] = key
        for scope, value in record.entries():
            listing = self._listings.get(scope)
            if listing is None:
                listing = self._listings[scope] = Ordered()
            listing.add((value, key))

    def _forget(self, key: str, record: R) -> None:
        for claim in record.claims():
            self._claims.pop(claim, None)
        for scope, value in record.entries():
            self._listings[scope].remove((value, key))
            if not len(self._listings[scope]):
                del self._listings[scope]
