"""A wire that answers any operation from the model, refuses it, falls silent or kills the caller."""

import io
import json
import os
import signal
from collections.abc import Callable
from typing import Any

from botocore import exceptions
from botocore.awsrequest import AWSPreparedRequest, AWSResponse, HeadersDict

from console.aws import model
from console.aws.client import Account, get_client
from tests.contract import samples


class Body(io.BytesIO):
    """What urllib3 hands to botocore, as far as botocore looks."""

    def stream(self, **_: Any) -> Any:
        yield self.getvalue()


class Wire:
    """Takes the place of the network below botocore; `before` is called ahead of every answer."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.sent: list[bytes] = []
        self.modes: dict[str, str] = {}
        self.secret = ""
        self.before: Callable[[str], None] = lambda operation: None

    def attach(self, account: Account) -> None:
        for service in model.SERVICES:
            for retrying in (True, False):
                events = get_client(account, service, retrying=retrying).meta.events
                events.register_first("before-send", self.answer, unique_id="wire")

    def detach(self, account: Account) -> None:
        for service in model.SERVICES:
            for retrying in (True, False):
                events = get_client(account, service, retrying=retrying).meta.events
                events.unregister("before-send", self.answer, unique_id="wire")

    def answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        operation = operation_of(request)
        self.calls.append(operation)
        self.sent.append(request.body if isinstance(request.body, bytes) else b"")
        self.before(operation)
        mode: Callable[..., AWSResponse] = getattr(self, self.modes.get(operation, "done"))
        return mode(request, operation)

    def done(self, request: AWSPreparedRequest, operation: str) -> AWSResponse:
        result = samples.result(operation, self.secret)
        if "messageContent" in result:
            return response(request, 200, result["messageContent"])
        return response(request, 200, json.dumps(result, default=lambda each: each.timestamp()).encode())

    def refused(self, request: AWSPreparedRequest, operation: str) -> AWSResponse:
        code = min(model.error_codes(operation), default="AccessDeniedException")
        return response(request, 400, json.dumps({"__type": code, "Message": "No."}).encode())

    def throttled(self, request: AWSPreparedRequest, operation: str) -> AWSResponse:
        answer = {"__type": "ThrottlingException", "Message": "Slow down."}
        return response(request, 400, json.dumps(answer).encode())

    def broken(self, request: AWSPreparedRequest, operation: str) -> AWSResponse:
        return response(request, 500, b'{"__type": "InternalFailure"}')

    def silent(self, request: AWSPreparedRequest, operation: str) -> AWSResponse:
        raise exceptions.ReadTimeoutError(endpoint_url=request.url)

    def unreachable(self, request: AWSPreparedRequest, operation: str) -> AWSResponse:
        raise exceptions.EndpointConnectionError(endpoint_url=request.url)

    def kill(self, request: AWSPreparedRequest, operation: str) -> AWSResponse:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("killed")


def operation_of(request: AWSPreparedRequest) -> str:
    target = request.headers.get("X-Amz-Target")
    if target:
        name = target.decode() if isinstance(target, bytes) else str(target)
        return name.rpartition(".")[2]
    return "GetRawMessageContent" if request.method == "GET" else "PutRawMessageContent"


def response(request: AWSPreparedRequest, status: int, body: bytes) -> AWSResponse:
    headers: Any = HeadersDict({"x-amzn-RequestId": "request-1"})
    return AWSResponse(request.url, status, headers, Body(body))
