"""The AWS JSON 1.1 protocol: parse requests and build answers."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qs

from console.aws import model
from console.sandbox.errors import ServiceError

CONTENT_TYPE = "application/x-amz-json-1.1"
MAX_REQUEST = 1024 * 1024
MAX_DEPTH = 64  # the deepest request of the model is five deep
CREDENTIAL = re.compile(
    r"(?P<key>[^/\s,=]+)/(?P<date>\d{8})/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)/aws4_request"
)
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Signer:
    """The credential scope of a request: access key, service and region."""

    access_key: str
    region: str
    service: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    error: str = ""  # its code, where a header says it too


def parse_signer(authorization: str, query: str) -> Signer | None:
    """Return the signer from the header or a presigned query, `None` for an unsigned request."""
    credential = parse_qs(query).get("X-Amz-Credential", [""])[0]
    if not authorization and not credential:
        return None
    found = CREDENTIAL.search(authorization) if authorization else CREDENTIAL.fullmatch(credential)
    if found is None:
        return None
    return Signer(found["key"], found["region"], found["service"])


def parse_body(body: bytes) -> dict[str, Any]:
    """Return the members of a request; refuse invalid JSON as AWS does."""
    if len(body) > MAX_REQUEST:
        raise ServiceError("RequestEntityTooLargeException", "The request is larger than 1 MiB")
    try:
        value = json.loads(body or b"{}", object_pairs_hook=_require_unique, parse_constant=_refuse_constant)
        if SURROGATE.search(body):
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as problem:
        raise ServiceError("SerializationException", "The body is not valid JSON") from problem
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and is_too_deep(value):
        raise ServiceError("SerializationException", "The body is nested too deeply")
    if not isinstance(value, dict):
        raise ServiceError("SerializationException", "The body is not a JSON object")
    return value


def is_too_deep(value: Any) -> bool:
    """Return whether the value is nested too deep for recursion."""
    level = [value]
    for _ in range(MAX_DEPTH):
        lists = [each for each in level if isinstance(each, list)]
        lists += [list(each.values()) for each in level if isinstance(each, dict)]
        level = [inner for each in lists for inner in each]
    return bool(level)


def _require_unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    return members


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def parse_operation(target: str, prefix: str) -> str:
    """Return the operation that X-Amz-Target names."""
    service, _, name = target.partition(".")
    known = model.list_operations().get(name)
    elsewhere = known is not None and known.service_model.metadata.get("targetPrefix") != prefix
    if service != prefix or not name or elsewhere:
        raise ServiceError("UnknownOperationException", f"There is no operation {target!r}")
    return name


def success_answer(result: Mapping[str, Any]) -> Answer:
    return Answer(200, json.dumps(result, separators=(",", ":")).encode())


def error_answer(service: str, error: ServiceError) -> Answer:
    """Return an error answer: WorkMail's own exceptions have `Message`, all others `message` [inferred]."""
    shapes: dict[str, Any] = {shape.name: shape for shape in model.get_service_model(service).error_shapes}
    shape = shapes.get(error.code)
    member = "Message" if shape and "Message" in shape.members else "message"
    status = shape.metadata.get("error", {}).get("httpStatusCode") if shape else None
    body = json.dumps({"__type": error.code, member: error.message}).encode()
    return Answer(status or error.status, body, error.code)
