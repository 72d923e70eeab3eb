"""The REST-JSON protocol of WorkMail Message Flow."""

import re
from collections.abc import Mapping
from typing import Any

from console.aws import model
from console.sandbox import json_protocol
from console.sandbox.errors import ServiceError

SERVICE = "workmailmessageflow"
CONTENT_TYPE = "application/json"  # of a message too: so AWS's own example [documented]


def parse_request(method: str, path: str, body: bytes) -> tuple[str, dict[str, Any]]:
    """Return operation and parameters of a request, by the URIs of the model."""
    for name in model.get_service_model(SERVICE).operation_names:
        http = model.get_operation(name).http
        found = path_pattern(http["requestUri"]).fullmatch(path) if http["method"] == method else None
        if found:
            return name, {**body_members(name, body), **found.groupdict()}
    raise ServiceError("UnknownOperationException", f"There is nothing to {method} at {path}")


def path_pattern(address: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", address))


def body_members(operation: str, body: bytes) -> dict[str, Any]:
    """Return the members in the body; those of the URI are not taken from there."""
    members = model.input_members(operation)
    in_body = {name for name, shape in members.items() if not shape.serialization.get("location")}
    return (
        {name: value for name, value in json_protocol.parse_body(body).items() if name in in_body}
        if in_body
        else {}
    )


def success_answer(operation: str, result: Mapping[str, Any]) -> json_protocol.Answer:
    """Return the answer; the payload member, if any, is the body as it is."""
    shape: Any = model.get_operation(operation).output_shape
    payload = shape.serialization.get("payload") if shape else None
    return json_protocol.Answer(200, result[payload]) if payload else json_protocol.success_answer(result)
