"""Planned steps of a change, before they are stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

LINK_MARK = "$from"
GENERATED_MARK = "$generated"
ABSENT_MARK = "$without"


@dataclass(frozen=True, slots=True)
class FromStep:
    """A parameter taken from the result of an earlier step."""

    step: int
    member: str

    def stored(self) -> dict[str, Any]:
        return {LINK_MARK: [self.step, self.member]}

    @classmethod
    def read(cls, value: Any) -> Self | None:
        if isinstance(value, Mapping) and LINK_MARK in value:
            step, member = value[LINK_MARK]
            return cls(int(step), str(member))
        return None


class GeneratedPassword:
    """A password that is generated when the step runs and shown to no operator."""

    def stored(self) -> dict[str, Any]:
        return {GENERATED_MARK: True}


GENERATED = GeneratedPassword()


@dataclass(frozen=True, slots=True)
class ExpectAbsent:
    """A proof's expectation that a list lacks a value."""

    value: str

    def stored(self) -> dict[str, Any]:
        return {ABSENT_MARK: self.value}


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step before it is stored: an operation with its parameters, without `OrganizationId`.

    `needs` is the index of a step without which this one makes no sense. `expects` are the values
    that the first read of a write must still show; of a read operation, which is a proof, they are
    what its answer has to show. `row` is the line of the file that the step comes from.
    """

    operation: str
    params: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    needs: int | None = None
    expects: Mapping[str, Any] | None = None
    row: int | None = None


def to_stored(value: Any) -> Any:
    """Return parameters as JSON, with marks for deferred values."""
    if isinstance(value, FromStep | GeneratedPassword | ExpectAbsent):
        return value.stored()
    if isinstance(value, Mapping):
        return {name: to_stored(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [to_stored(member) for member in value]
    return value


def find_links(params: Mapping[str, Any]) -> Iterable[tuple[str, FromStep]]:
    """Return the parameters that wait for an earlier step."""
    found = ((name, FromStep.read(value)) for name, value in params.items())
    return [(name, link) for name, link in found if link is not None]


def known_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that do not wait for an earlier step."""
    return {name: value for name, value in params.items() if value is not None and not is_link(value)}


def is_link(value: Any) -> bool:
    return isinstance(value, FromStep) or FromStep.read(value) is not None


def is_generated(value: Any) -> bool:
    return isinstance(value, Mapping) and GENERATED_MARK in value


def get_absent_value(value: Any) -> str:
    """Return the value that a list must lack, or ""."""
    return str(value[ABSENT_MARK]) if isinstance(value, Mapping) and ABSENT_MARK in value else ""
