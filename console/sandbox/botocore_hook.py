"""Route requests of botocore to a sandbox in the same process, without a socket."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit, urlunsplit

import botocore.handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from urllib3 import HTTPHeaderDict
from werkzeug.test import run_wsgi_app

from console.sandbox.application import STRICT_KEY, Sandbox
from console.sandbox.faults import NoAnswer


class RawBody(BytesIO):
    """The body as botocore reads it from urllib3."""

    def stream(self, amount: int = 65536, **_: Any) -> Iterator[bytes]:
        while piece := self.read(amount):
            yield piece


_open_sandboxes: list[Sandbox] = []


@contextmanager
def route_botocore(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Send every botocore request inside the block to this sandbox; the innermost one if nested."""
    _open_sandboxes.append(sandbox)
    try:
        yield sandbox
    finally:
        _open_sandboxes.remove(sandbox)


def attach_sandbox(sandbox: Sandbox, session_or_client: Any) -> None:
    """Send the requests of one boto3 or botocore session or client to this sandbox for good."""

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        return send_request(sandbox, request)

    holder = getattr(session_or_client, "meta", session_or_client)
    events = getattr(holder, "events", None) or session_or_client.get_component("event_emitter")
    events.register_first("before-send", send)


def _send_to_innermost(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
    return send_request(_open_sandboxes[-1], request) if _open_sandboxes else None


def send_request(sandbox: Sandbox, request: AWSPreparedRequest) -> AWSResponse:
    """Return the answer to a signed request; a bug of the sandbox raises in the caller."""
    try:
        body, status, headers = run_wsgi_app(sandbox, wsgi_environ(request), buffered=True)
    except NoAnswer as silence:
        lost = ReadTimeoutError if silence.seconds else ConnectionClosedError
        raise lost(endpoint_url=request.url) from silence
    answered: Any = HTTPHeaderDict(list(headers))  # in any case of letters, as over a connection
    return AWSResponse(request.url, int(status.split()[0]), answered, RawBody(b"".join(body)))


def wsgi_environ(request: AWSPreparedRequest) -> dict[str, Any]:
    address = urlsplit(request.url)
    body = body_bytes(request.body)
    headers = {name.upper().replace("-", "_"): header_text(value) for name, value in request.headers.items()}
    headers.pop("TRANSFER_ENCODING", None)  # the body is here in one piece
    return {
        **{f"HTTP_{name}": value for name, value in headers.items()},
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(address.path or "/").decode("latin-1"),
        "RAW_URI": urlunsplit(("", "", address.path or "/", address.query, "")),
        "QUERY_STRING": address.query,
        "SERVER_NAME": address.hostname or "",
        "SERVER_PORT": str(address.port or 443),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": address.netloc,
        "CONTENT_TYPE": headers.get("CONTENT_TYPE", ""),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": address.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        STRICT_KEY: True,
    }


def body_bytes(body: Any) -> bytes:
    if hasattr(body, "read"):
        body = body.read()
    return body.encode() if isinstance(body, str) else bytes(body or b"")


def header_text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


botocore.handlers.BUILTIN_HANDLERS.append(("before-send", _send_to_innermost))
