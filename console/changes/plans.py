"""A write before it is a row: what a view or a file asks for, as plain data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

LINK = "$from"
MADE_UP = "$generated"
WITHOUT = "$without"


@dataclass(frozen=True, slots=True)
class From:
    """A parameter that is not known yet: `member` of the answer to an earlier step of the same plan."""

    step: int
    member: str

    def stored(self) -> dict[str, Any]:
        return {LINK: [self.step, self.member]}

    @classmethod
    def read(cls, value: Any) -> Self | None:
        if isinstance(value, Mapping) and LINK in value:
            step, member = value[LINK]
            return cls(int(step), str(member))
        return None


class Generated:
    """A password that is made up when the step runs, and that nobody learns."""

    def stored(self) -> dict[str, Any]:
        return {MADE_UP: True}


GENERATED = Generated()


@dataclass(frozen=True, slots=True)
class Without:
    """What a proof expects of a list: that this is not in it."""

    value: str

    def stored(self) -> dict[str, Any]:
        return {WITHOUT: self.value}


@dataclass(frozen=True, slots=True)
class Planned:
    """One step: an operation of the catalogue with its parameters (`OrganizationId` is filled in).

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


def stored(value: Any) -> Any:
    """Parameters as JSON keeps them: links, made-up passwords and what must be missing as marks."""
    if isinstance(value, From | Generated | Without):
        return value.stored()
    if isinstance(value, Mapping):
        return {name: stored(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [stored(member) for member in value]
    return value


def links(params: Mapping[str, Any]) -> Iterable[tuple[str, From]]:
    """The members of stored parameters that wait for an earlier step."""
    found = ((name, From.read(value)) for name, value in params.items())
    return [(name, link) for name, link in found if link is not None]


def known_params(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters as far as they are more than links to earlier steps."""
    return {name: value for name, value in params.items() if value is not None and not is_link(value)}


def is_link(value: Any) -> bool:
    return isinstance(value, From) or From.read(value) is not None


def is_made_up(value: Any) -> bool:
    return isinstance(value, Mapping) and MADE_UP in value


def absent(value: Any) -> str:
    """What a list must not hold, "" if the value is no such mark."""
    return str(value[WITHOUT]) if isinstance(value, Mapping) and WITHOUT in value else ""
