"""A way to the sandbox on which answers get lost, calls never arrive, or everything is away."""

from collections.abc import Iterable
from typing import Any

from botocore import exceptions

from console.sandbox import json_protocol
from console.sandbox.application import Sandbox, send_response

ANSWER_LOST, CALL_LOST = "the answer is lost", "the call is lost"
DENIAL = json_protocol.Answer(400, b'{"__type": "AccessDeniedException", "Message": "The role may not."}')


class Silence:
    """A WSGI application; `falls` says what becomes of a call by its operation."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.falls: dict[str, str] = {}
        self.away = False
        self.denied = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        fall = self.falls.get(environ["HTTP_X_AMZ_TARGET"].rpartition(".")[2])
        if self.denied:
            return send_response(start_response, DENIAL, json_protocol.CONTENT_TYPE)
        if self.away:
            raise exceptions.EndpointConnectionError(endpoint_url="https://aws.example")
        if fall != CALL_LOST:
            answer = self.sandbox(environ, start_response)
        if fall:
            raise exceptions.ReadTimeoutError(endpoint_url="https://aws.example")
        return answer
