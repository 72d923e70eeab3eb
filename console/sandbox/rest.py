"""REST-JSON as it goes over the wire: the service that has addresses instead of targets."""

import re
from collections.abc import Mapping
from typing import Any

from console.aws import model
from console.sandbox import wire
from console.sandbox.errors import ServiceError

SERVICE = "workmailmessageflow"
CONTENT_TYPE = "application/json"  # of a message too: so AWS's own example [documented]


def request(method: str, path: str, body: bytes) -> tuple[str, dict[str, Any]]:
    """Operation and parameters of a request, by the addresses in the model."""
    for name in model.get_service_model(SERVICE).operation_names:
        http = model.get_operation(name).http
        found = pattern(http["requestUri"]).fullmatch(path) if http["method"] == method else None
        if found:
            return name, {**given(name, body), **found.groupdict()}
    raise ServiceError("UnknownOperationException", f"There is nothing to {method} at {path}")


def pattern(address: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", address))


def given(operation: str, body: bytes) -> dict[str, Any]:
    """Members that the body carries; those of the address are not taken from there."""
    members = model.input_members(operation)
    in_body = {name for name, shape in members.items() if not shape.serialization.get("location")}
    return {name: value for name, value in wire.parsed(body).items() if name in in_body} if in_body else {}


def success(operation: str, result: Mapping[str, Any]) -> wire.Answer:
    """The member that is the body, if there is one, as it is."""
    shape: Any = model.get_operation(operation).output_shape
    payload = shape.serialization.get("payload") if shape else None
    return wire.Answer(200, result[payload]) if payload else wire.success(result)
