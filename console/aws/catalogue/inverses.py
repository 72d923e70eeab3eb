"""How a write is undone, and functions that make the common inverses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.aws.catalogue.fields import first_result


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A done write as the audit log has it: parameters, results of its reads and result.

    `values` are the changed fields before the write.
    """

    operation: str
    params: dict[str, Any]
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def first(self) -> Mapping[str, Any]:
        """Return the first read's result before the write."""
        return first_result(self.before)

    @property
    def value(self) -> Any:
        """Return the value of the only changed field before the write."""
        (value,) = self.values.values()
        return value

    def named(self, *names: str) -> dict[str, Any]:
        """Return the named parameters."""
        return {name: self.params[name] for name in names if name in self.params}


@dataclass(frozen=True, slots=True)
class InverseCall:
    """A call that undoes a write, or a part of it; `needs` is the index of a call that must succeed first."""

    operation: str
    params: Mapping[str, Any]
    needs: int | None = None


Inverse = Callable[[WrittenCall], list[InverseCall]]


class CannotUndo(Exception):
    """The operation cannot be undone; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Undo:
    """How an operation is undone; `inverse` is `None` if it cannot be, and `why` says why.

    `operation` is the one that undoes it as a rule, and `days` is how long WorkMail allows that.
    """

    operation: str
    inverse: Inverse | None
    why: str = ""
    days: int | None = None


def not_undoable(why: str) -> Undo:
    return Undo("", None, why)


def opposite_call(operation: str, *same: str) -> Undo:
    """Undo with the opposite operation and the same parameters."""
    return Undo(operation, lambda written: [InverseCall(operation, written.named(*same))])


def delete_created(operation: str, member: str) -> Undo:
    """Delete what was created, by the id in the result."""
    return Undo(operation, lambda written: [InverseCall(operation, {member: written.result[member]})])


def restore_values(operation: str, target: str = "") -> Undo:
    """Repeat the operation with the previous values, clearing those that were empty."""

    def inverse(written: WrittenCall) -> list[InverseCall]:
        values = {
            name: _previous_value(value, written.params[name]) for name, value in written.values.items()
        }
        return [InverseCall(operation, {**written.named(target), **values})]

    return Undo(operation, inverse)


def _previous_value(value: Any, sent: Any) -> Any:
    if value is not None:
        return value
    return False if isinstance(sent, bool) else ""


def restore_row(put: str, delete: str, *same: str) -> Inverse:
    """Put the previous row, or delete the row if there was none."""

    def inverse(written: WrittenCall) -> list[InverseCall]:
        if written.value is None:
            return [InverseCall(delete, written.named(*same))]
        return [InverseCall(put, {**written.named(*same), **written.value})]

    return inverse


def restore_settings(put: str, delete: str, *names: str) -> Inverse:
    """Put the previous settings, or delete them if there were none."""

    def inverse(written: WrittenCall) -> list[InverseCall]:
        held = {name: written.first[name] for name in names if written.first.get(name)}
        return [InverseCall(put, held) if held else InverseCall(delete, {})]

    return inverse
