"""The only reader of botocore's models of WorkMail and its Message Flow.

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
    """One member that does not fit its shape: dotted path, code and message.

    Codes: required, unknown, type, minimum, maximum, pattern, enum.
    """

    field: str
    code: str
    message: str


@cache
def get_service_model(name: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(name)


@cache
def list_operations() -> dict[str, OperationModel]:
    """Return the operations of both services by name."""
    return {
        name: get_service_model(owner).operation_model(name)
        for owner in SERVICES
        for name in get_service_model(owner).operation_names
    }


def get_operation(name: str) -> OperationModel:
    """Return one operation's model; raise `KeyError` if unknown."""
    return list_operations()[name]


def get_service_name(name: str) -> str:
    return get_operation(name).service_model.service_name


def input_members(name: str) -> Mapping[str, Shape]:
    shape = get_operation(name).input_shape
    return shape.members if shape is not None else {}


def output_members(name: str) -> Mapping[str, Shape]:
    shape = get_operation(name).output_shape
    return shape.members if shape is not None else {}


def required_members(name: str) -> frozenset[str]:
    shape = get_operation(name).input_shape
    return frozenset(shape.required_members if shape is not None else ())


def error_codes(name: str) -> frozenset[str]:
    """Return the exception codes that the operation lists."""
    shapes: list[Any] = list(get_operation(name).error_shapes)
    return frozenset(shape.error_code or shape.name for shape in shapes)


def streaming_member(name: str) -> str | None:
    """Return the streamed member of the result, if any."""
    return next(
        (member for member, shape in output_members(name).items() if shape.serialization.get("streaming")),
        None,
    )


def token_member(name: str) -> str | None:
    """Return the idempotency token's member, if the operation has one."""
    members: list[str] = get_operation(name).idempotent_members
    return members[0] if members else None


def find_input_problems(name: str, params: Mapping[str, Any]) -> list[Problem]:
    return list(find_problems(get_operation(name).input_shape, params))


def find_output_problems(name: str, result: Mapping[str, Any]) -> list[Problem]:
    return list(find_problems(get_operation(name).output_shape, result))


def find_problems(shape: Shape | None, value: Any, path: str = "") -> Iterator[Problem]:
    """Yield everything in `value` that `shape` does not allow; `None` members count as absent."""
    if shape is None:
        return
    checker = CHECKERS.get(shape.type_name)
    if not isinstance(value, TYPES[shape.type_name]) or (
        isinstance(value, bool) and shape.type_name != "boolean"
    ):
        yield Problem(path, "type", f"must be a {shape.type_name}")
    elif checker is not None:
        yield from checker(shape, value, path)


def _structure_problems(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[Problem]:
    prefix = f"{path}." if path else ""
    for name in shape.required_members:
        if value.get(name) is None:
            yield Problem(prefix + name, "required", "is required")
    for name, member in value.items():
        if name not in shape.members:
            yield Problem(prefix + name, "unknown", "is not a member of this structure")
        elif member is not None:
            yield from find_problems(shape.members[name], member, prefix + name)


def _list_problems(shape: Any, value: list[Any], path: str) -> Iterator[Problem]:
    yield from _bounds_problems(shape, len(value), path, "entries")
    for index, member in enumerate(value):
        yield from find_problems(shape.member, member, f"{path}[{index}]")


def _map_problems(shape: Any, value: Mapping[str, Any], path: str) -> Iterator[Problem]:
    yield from _bounds_problems(shape, len(value), path, "entries")
    for name, member in value.items():
        yield from find_problems(shape.key, name, f"{path}.{name}")
        yield from find_problems(shape.value, member, f"{path}.{name}")


def _string_problems(shape: Shape, value: str, path: str) -> Iterator[Problem]:
    yield from _bounds_problems(shape, len(value), path, "characters")
    enum = shape.metadata.get("enum")
    if enum and value not in enum:
        yield Problem(path, "enum", f"must be one of {', '.join(enum)}")
    pattern = shape.metadata.get("pattern")
    if pattern and not compile_pattern(pattern).fullmatch(value):
        yield Problem(path, "pattern", f"has a character or a form that is not allowed ({pattern})")


def _number_problems(shape: Shape, value: float, path: str) -> Iterator[Problem]:
    yield from _bounds_problems(shape, value, path, "")


def _bounds_problems(shape: Shape, size: float, path: str, unit: str) -> Iterator[Problem]:
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    if minimum is not None and size < minimum:
        yield Problem(path, "minimum", f"must have at least {minimum} {unit}".rstrip())
    if maximum is not None and size > maximum:
        yield Problem(path, "maximum", f"must have at most {maximum} {unit}".rstrip())


@cache
def compile_pattern(pattern: str) -> re.Pattern[str]:
    r"""Compile a pattern of the model; the services match `\w` and `\d` in ASCII [inferred]."""
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
    "structure": _structure_problems,
    "list": _list_problems,
    "map": _map_problems,
    "string": _string_problems,
    "integer": _number_problems,
    "long": _number_problems,
}
