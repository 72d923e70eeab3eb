"""Ways into a sandbox: one WSGI application, reached through a port or, in one process, without any socket.

`in_process(sandbox)` lets every botocore session that is made while this module is loaded talk to the
sandbox instead of the network, for WorkMail and for the services of its neighbours.
"""

import sys
import traceback
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit, urlunsplit

import botocore.handlers
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from urllib3 import HTTPHeaderDict
from werkzeug.test import run_wsgi_app

from console.aws import model
from console.sandbox import control, dispatch, encryption, rest, signatures, walls, wire
from console.sandbox.clock import Clock
from console.sandbox.errors import ServiceError
from console.sandbox.faults import Faults, NoAnswer
from console.sandbox.neighbours import Neighbours
from console.sandbox.received import Calls, Received
from console.sandbox.settings import Settings
from console.sandbox.snapshots import Snapshots
from console.sandbox.store import Store

SERVICE = "workmail"
STRICT = "sandbox.strict"
HEALTH = control.OPEN
Beginning = Callable[[Store], None]


@dataclass(frozen=True)
class Access:
    """Who may do what: nobody's signature is examined, and control is for this machine, unless set so."""

    secret: str = ""  # which signatures must be made with
    controlled_from_afar: bool = False
    hosts: tuple[str, ...] = ()  # further names by which the sandbox is called


class Sandbox:
    """WorkMail and its neighbours as a WSGI application; `store` is what WorkMail remembers."""

    def __init__(
        self,
        folder: Path | None = None,
        *,
        clock: Clock | None = None,
        settings: Settings | None = None,
        access: Access | None = None,
        beginning: Beginning | None = None,
    ) -> None:
        """`beginning` fills an empty store, now and after a reset."""
        self.neighbours = Neighbours(folder)
        self.store = Store(folder, clock=clock, settings=settings, storage=self.neighbours)
        self.target = model.get_service_model(SERVICE).metadata["targetPrefix"]
        self.access = access or Access()
        self.faults = Faults(self.store)
        self.calls = Calls()
        self.snapshots = Snapshots(self.store, self.neighbours, self.faults.lagging)
        self.beginning = beginning
        if not len(self.store.organizations):
            self._begin()

    def _begin(self) -> None:
        """All or nothing: a process that is killed meanwhile begins anew."""
        if self.beginning is not None:
            with self.store.transaction():
                self.beginning(self.store)

    def reset(self) -> None:
        """Be as a new one: what it begins with, no faults, no calls and the real time; snapshots stay."""
        with self.store.transaction():
            self.faults.clear()
            self.calls.forget()
            self.store.clock.reset()
            self.neighbours.become([])
            self.store.become({})
            self._begin()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if problem := walls.obstacle(environ, self.access.hosts):
            refused = wire.failure(SERVICE, ServiceError("AccessDeniedException", problem))
            return respond(start_response, replace(refused, status=403), wire.CONTENT_TYPE)
        if environ.get("PATH_INFO", "").startswith(control.PREFIX):
            return respond(start_response, control.answer(self, environ), control.CONTENT_TYPE)
        signer = wire.signer(environ.get("HTTP_AUTHORIZATION", ""), environ.get("QUERY_STRING", ""))
        if not self.is_ours(environ, signer):
            dispatch.advance(self.store)  # an export that is due is in its bucket
            if unreadable := encryption.refusal(self.store, self.neighbours, environ):
                return respond(start_response, unreadable, "application/xml")
            return self.neighbours(environ, start_response)
        is_rest = signer is not None and signer.service == rest.SERVICE
        content_type = rest.CONTENT_TYPE if is_rest else wire.CONTENT_TYPE
        return respond(start_response, self.answer(environ, signer), content_type)

    def is_ours(self, environ: dict[str, Any], signer: wire.Signer | None) -> bool:
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        return target.startswith(f"{self.target}.") or (
            signer is not None and signer.service in model.SERVICES
        )

    def answer(self, environ: dict[str, Any], signer: wire.Signer | None) -> wire.Answer:
        """What WorkMail says, never a stack trace; a bug of the sandbox is an InternalFailure."""
        service = signer.service if signer and signer.service in model.SERVICES else SERVICE
        call = self.calls.add(Received(self.store.clock.now()))
        try:
            answer = self.result(environ, signer, call)
        except ServiceError as error:
            answer = wire.failure(service, error)
        except NoAnswer:
            raise
        except Exception:
            if environ.get(STRICT):
                raise
            traceback.print_exc(file=sys.stderr)
            answer = wire.failure(service, ServiceError("InternalFailure", "The sandbox has failed"))
        call.status, call.error = answer.status, answer.error
        return answer

    def result(self, environ: dict[str, Any], signer: wire.Signer | None, call: Received) -> wire.Answer:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        known = self.known(environ, body, signer)
        is_rest = known.service == rest.SERVICE
        if is_rest:
            call.operation, params = rest.request(environ["REQUEST_METHOD"], environ["PATH_INFO"], body)
        else:
            call.operation = wire.operation(environ.get("HTTP_X_AMZ_TARGET", ""), self.target)
            params = wire.parsed(body)
        call.account, call.region = self.neighbours.account(known.access_key), known.region
        call.keep(params, len(body))
        result = self.called(call, params)
        return rest.success(call.operation, result) if is_rest else wire.success(result)

    def known(self, environ: dict[str, Any], body: bytes, signer: wire.Signer | None) -> wire.Signer:
        """Who signed the request; with a secret to verify by, that it is genuine."""
        if signer is None and environ.get("HTTP_AUTHORIZATION"):
            raise ServiceError("IncompleteSignature", "The Authorization header has no credential scope")
        if signer is None:
            raise ServiceError("MissingAuthenticationTokenException", "The request is not signed")
        if self.access.secret:
            secret = self.neighbours.secret(signer.access_key) or self.access.secret
            signatures.require_genuine(environ, body, signer, secret)
        return signer

    def called(self, call: Received, params: dict[str, Any]) -> dict[str, Any]:
        """Let the call happen between the faults that were asked for."""
        self.faults.before(call.operation)
        result = dispatch.answer(
            self.store,
            call.operation,
            params,
            account=call.account,
            region=call.region,
            around=self.faults.lagging.around,
        )
        self.faults.after(call.operation)
        return result

    def close(self) -> None:
        self.store.close()


def respond(start_response: Any, answer: wire.Answer, content_type: str) -> list[bytes]:
    headers = [
        ("Content-Type", content_type),
        ("Content-Length", str(len(answer.body))),
        ("x-amzn-RequestId", str(uuid.uuid4())),
        *([("x-amzn-ErrorType", answer.error)] if answer.error else []),
    ]
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
    return [answer.body]


class Raw(BytesIO):
    """The body as botocore reads it from urllib3."""

    def stream(self, amount: int = 65536, **_: Any) -> Iterator[bytes]:
        while piece := self.read(amount):
            yield piece


_open: list[Sandbox] = []


@contextmanager
def in_process(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Inside, every request of botocore goes to this sandbox; the innermost one, where several are open."""
    _open.append(sandbox)
    try:
        yield sandbox
    finally:
        _open.remove(sandbox)


def attach(sandbox: Sandbox, session_or_client: Any) -> None:
    """Let one boto3 or botocore session (its later clients), or one client, talk to this sandbox for good."""

    def send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        return sent(sandbox, request)

    holder = getattr(session_or_client, "meta", session_or_client)
    events = getattr(holder, "events", None) or session_or_client.get_component("event_emitter")
    events.register_first("before-send", send)


def _send(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
    return sent(_open[-1], request) if _open else None


botocore.handlers.BUILTIN_HANDLERS.append(("before-send", _send))


def sent(sandbox: Sandbox, request: AWSPreparedRequest) -> AWSResponse:
    """The answer to a signed request; a bug of the sandbox raises where the call was made."""
    try:
        body, status, headers = run_wsgi_app(sandbox, environ_of(request), buffered=True)
    except NoAnswer as silence:
        lost = ReadTimeoutError if silence.seconds else ConnectionClosedError
        raise lost(endpoint_url=request.url) from silence
    answered: Any = HTTPHeaderDict(list(headers))  # in any case of letters, as over a connection
    return AWSResponse(request.url, int(status.split()[0]), answered, Raw(b"".join(body)))


def environ_of(request: AWSPreparedRequest) -> dict[str, Any]:
    address = urlsplit(request.url)
    body = content(request.body)
    headers = {name.upper().replace("-", "_"): text(value) for name, value in request.headers.items()}
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
        STRICT: True,
    }


def content(body: Any) -> bytes:
    if hasattr(body, "read"):
        body = body.read()
    return body.encode() if isinstance(body, str) else bytes(body or b"")


def text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
