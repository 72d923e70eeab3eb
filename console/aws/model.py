"""The service model as schema: the only reader of botocore's models of WorkMail and its Message Flow.

botocore checks required members, types and minima before it sends; it leaves maximum, pattern and
enum to the service. `problems` checks all of them, once, for the console's forms and gateway and
for the sandbox's dispatcher.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel, ServiceModel, Shape

SERVICES = ("workmail", "workmailmessageflow")


@dataclass(frozen=True, slots=True)
class Problem:
    """One member that does not fit its shape: a dotted path (`Members[2].Name`), a code and a sentence.

    Codes: required, unknown, type, minimum, maximum, pattern, enum.
    """

    field: str
    code: str
    message: str


@cache
def service(name: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(name)


@cache
def operations() -> dict[str, OperationModel]:
    """Every operation of both services by its name, in AWS's spelling."""
    return {
        name: service(owner).operation_model(name)
        for owner in SERVICES
        for name in service(owner).operation_names
    }


def operation(name: str) -> OperationModel:
    """The model of one operation; `KeyError` if neither service has it."""
    return operations()[name]


def service_of(name: str) -> str:
    return operation(name).service_model.service_name


def input_members(name: str) -> Mapping[str, Shape]:
    shape = operation(name).input_shape
    return shape.members if shape is not None else {}


def output_members(name: str) -> Mapping[str, Shape]:
    shape = operation(name).output_shape
    return shape.members if shape is not None else {}


def required_members(name: str) -> frozenset[str]:
    shape = operation(name).input_shape
    return frozenset(shape.required_members if shape is not None else ())


def errors(name: str) -> frozenset[str]:
    """Codes of the exceptions that the operation lists."""
    shapes: list[Any] = list(operation(name).error_shapes)
    return frozenset(shape.error_code or shape.name for shape in shapes)


def streaming_member(name: str) -> str | None:
    """The member of the answer that comes as a stream of bytes, where there is one."""
    return next(
        (member for member, shape in output_members(name).items() if shape.serialization.get("streaming")),
        None,
    )


def token_member(name: str) -> str | None:
    """The member that makes a repeated call harmless, where the operation has one (nine of them do)."""
    members: list[str] = operation(name).idempotent_members
    return members[0] if members else None


def input_problems(name: str, params: Mapping[str, Any]) -> list[Problem]:
    return list(problems(operation(name).input_shape, params))


def output_problems(name: str, result: Mapping[str, Any]) -> list[Problem]:
    return list(problems(operation(name).output_shape, result))


def problems(shape: Shape | None, value: Any, path: str = "") -> Iterator[Problem]:
    """Everything in `value` that `shape` does not allow; `None` members count as absent."""
    if shape is None:
        return
    checker = CHECKERS.get(shape.type_name)
    if not isinstance(value, TYPES[shape.type_name]) or (
        isinstance(value, bool) and shape.type_name != "boolean"
    ):
        yield Problem(path, "type", f"must be a {shape.type_name}")
    elif checker is not None:
        yield from checker(shape, value, path)


def _structure(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[Problem]:
    prefix = f"{path}." if path else ""
    for name in shape.required_members:
        if value.get(name) is None:
            yield Problem(prefix + name, "required", "is required")
    for name, member in value.items():
        if name not in shape.members:
            yield Problem(prefix + name, "unknown", "is not a member of this structure")
        elif member is not None:
            yield from problems(shape.members[name], member, prefix + name)


def _list(shape: Any, value: list[Any], path: str) -> Iterator[Problem]:
    yield from _bounds(shape, len(value), path, "entries")
    for index, member in enumerate(value):
        yield from problems(shape.member, member, f"{path}[{index}]")


def _map(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[Problem]:
    yield from _bounds(shape, len(value), path, "entries")
    for name, member in value.items():
        yield from problems(shape.key, name, f"{path}.{name}")
        yield from problems(shape.value, member, f"{path}.{name}")


def _string(shape: Shape, value: str, path: str) -> Iterator[Problem]:
    yield from _bounds(shape, len(value), path, "characters")
    enum = shape.metadata.get("enum")
    if enum and value not in enum:
        yield Problem(path, "enum", f"must be one of {', '.join(enum)}")
    pattern = shape.metadata.get("pattern")
    if pattern and not compiled(pattern).fullmatch(value):
        yield Problem(path, "pattern", f"has a character or a form that is not allowed ({pattern})")


def _number(shape: Shape, value: float, path: str) -> Iterator[Problem]:
    yield from _bounds(shape, value, path, "")


def _bounds(shape: Shape, size: float, path: str, unit: str) -> Iterator[Problem]:
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    if minimum is not None and size < minimum:
        yield Problem(path, "minimum", f"must have at least {minimum} {unit}".rstrip())
    if maximum is not None and size > maximum:
        yield Problem(path, "maximum", f"must have at most {maximum} {unit}".rstrip())


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern of the model; the services match the whole value, `\\w` and `\\d` in ASCII [inferred]."""
    return re.compile(pattern, re.ASCII)


TYPES: dict[str, type | tuple[type, ...]] = {
    "structure": Mapping,
    "list": list,
    "map": Mapping,
    "string": str,
    "integer": int,
    "long": int,
    "double": (int, float),
    "float": (int, float),
    "boolean": bool,
    "timestamp": (datetime, int, float),
    "blob": (bytes, str, object),
}
CHECKERS: dict[str, Any] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "integer": _number,
    "long": _number,
}
