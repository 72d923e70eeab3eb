"""AWS JSON 1.1 as it goes over the wire: who signed, what was asked, and answers in AWS's form."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import parse_qs

from console.aws import model
from console.sandbox.errors import ServiceError

CONTENT_TYPE = "application/x-amz-json-1.1"
LARGEST = 1024 * 1024
DEEPEST = 64  # the deepest request of the model is five deep
CREDENTIAL = re.compile(
    r"(?P<key>[^/\s,=]+)/(?P<date>\d{8})/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)/aws4_request"
)
SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


@dataclass(frozen=True, slots=True)
class Signer:
    """The credential scope of a request: service and region; the account is the access key's."""

    access_key: str
    region: str
    service: str


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    error: str = ""  # its code, where a header says it too


def signer(authorization: str, query: str) -> Signer | None:
    """From the header, or from the query of a presigned address; None for an unsigned request."""
    credential = parse_qs(query).get("X-Amz-Credential", [""])[0]
    if not authorization and not credential:
        return None
    found = CREDENTIAL.search(authorization) if authorization else CREDENTIAL.fullmatch(credential)
    if found is None:
        return None
    return Signer(found["key"], found["region"], found["service"])


def parsed(body: bytes) -> dict[str, Any]:
    """The members of a request; whatever is not plain JSON is refused as AWS refuses it."""
    if len(body) > LARGEST:
        raise ServiceError("RequestEntityTooLargeException", "The request is larger than 1 MiB")
    try:
        value = json.loads(body or b"{}", object_pairs_hook=_unique, parse_constant=_refuse)
        if SURROGATE.search(body):
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as problem:
        raise ServiceError("SerializationException", "The body is not valid JSON") from problem
    if body.count(b"[") + body.count(b"{") > DEEPEST and is_deep(value):
        raise ServiceError("SerializationException", "The body is nested too deeply")
    if not isinstance(value, dict):
        raise ServiceError("SerializationException", "The body is not a JSON object")
    return value


def is_deep(value: Any) -> bool:
    """Whether it is nested deeper than whoever walks through it by recursion should go."""
    level = [value]
    for _ in range(DEEPEST):
        lists = [each for each in level if isinstance(each, list)]
        lists += [list(each.values()) for each in level if isinstance(each, dict)]
        level = [inner for each in lists for inner in each]
    return bool(level)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is given twice")
    return members


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def operation(target: str, prefix: str) -> str:
    """The operation that X-Amz-Target names."""
    service, _, name = target.partition(".")
    known = model.list_operations().get(name)
    elsewhere = known is not None and known.service_model.metadata.get("targetPrefix") != prefix
    if service != prefix or not name or elsewhere:
        raise ServiceError("UnknownOperationException", f"There is no operation {target!r}")
    return name


def success(result: Mapping[str, Any]) -> Answer:
    return Answer(200, json.dumps(result, separators=(",", ":")).encode())


def failure(service: str, error: ServiceError) -> Answer:
    """WorkMail's own exceptions carry `Message`, those of Message Flow and the general ones `message`.

    That the general ones do is [inferred].
    """
    shapes: dict[str, Any] = {shape.name: shape for shape in model.get_service_model(service).error_shapes}
    shape = shapes.get(error.code)
    member = "Message" if shape and "Message" in shape.members else "message"
    status = shape.metadata.get("error", {}).get("httpStatusCode") if shape else None
    body = json.dumps({"__type": error.code, member: error.message}).encode()
    return Answer(status or error.status, body, error.code)
