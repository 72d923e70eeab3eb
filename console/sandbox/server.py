"""Serve the sandbox over HTTP/1.1 with persistent connections, one thread each."""

import re
import socket
import sys
import traceback
from collections.abc import Iterator
from io import BufferedIOBase, BytesIO
from threading import Event, Thread
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server
from werkzeug.test import run_wsgi_app

from console.sandbox import dispatch, json_protocol
from console.sandbox.application import Sandbox
from console.sandbox.errors import ServiceError
from console.sandbox.faults import NoAnswer
from console.sandbox.state import SERVICE

ADVANCE_SECONDS = 0.25
BODILESS = (204, 304)
CHUNK_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(;.*)?\r?\n")


class PortTaken(Exception):
    """The address cannot be used; the message says why in one line."""


class BadBody(Exception):
    """The body of a request does not match its headers."""


def read_exactly(stream: BufferedIOBase, length: int) -> bytes:
    body = stream.read(length)
    if len(body) < length:
        raise BadBody("The body is shorter than it says")
    return body


def read_chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    """Yield the pieces of a chunked body without its trailers."""
    while size := parse_chunk_size(stream.readline(1024)):
        yield read_exactly(stream, size)
        if stream.readline(3) not in (b"\r\n", b"\n"):
            raise BadBody("A chunk is longer than it says")
    while stream.readline(65536).strip():
        pass


def parse_chunk_size(line: bytes) -> int:
    found = CHUNK_SIZE.match(line)
    if found is None:
        raise BadBody("A chunk does not say how long it is")
    return int(found[1], 16)


class RequestHandler(MotoRequestHandler):
    """werkzeug's handler with persistent connections."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # header and body leave in one packet
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        try:
            environ = self.whole(self.make_environ())
            body, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        except BadBody as problem:
            self.close_connection = True
            refusal = json_protocol.error_answer(
                SERVICE, ServiceError("SerializationException", str(problem))
            )
            typed = {"Content-Type": json_protocol.CONTENT_TYPE, "Connection": "close"}
            return self.reply("400 Bad Request", typed, refusal.body)
        except NoAnswer as silence:
            silence.hold()
            self.close_connection = True
            return None
        except Exception:
            traceback.print_exc(file=sys.stderr)
            self.close_connection = True  # nobody knows how much of the request was read
            return self.reply("500 Internal Server Error", {"Connection": "close"}, b"")
        return self.reply(status, dict(headers), b"".join(body))

    def whole(self, environ: dict[str, Any]) -> dict[str, Any]:
        """Return the request with its body read, so that the next request on the connection can begin."""
        if encoding := environ.pop("HTTP_TRANSFER_ENCODING", ""):
            if encoding.strip().lower() != "chunked":
                raise BadBody("The body's Transfer-Encoding is not known")
            body = b"".join(read_chunks(self.rfile))
        else:
            length = str(environ.get("CONTENT_LENGTH") or "0")
            if not (length.isascii() and length.isdigit()):
                raise BadBody("Content-Length is no number")
            body = read_exactly(self.rfile, int(length))
        read = {"wsgi.input": BytesIO(body), "wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body))}
        return {**environ, **read}

    def handle_expect_100(self) -> bool:
        """Answer 100 Continue, which S3 clients wait for before they send a body."""
        expected = bool(super().handle_expect_100())
        self.wfile.flush()
        return expected

    def reply(self, status: str, headers: dict[str, str], body: bytes) -> None:
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        if int(code) not in BODILESS and self.command != "HEAD":
            headers["Content-Length"] = str(len(body))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_request(self, code: Any = "-", size: Any = "-") -> None: ...


def open_listener(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as problem:
        raise PortTaken(f"Port {port} of {host} cannot be used: {problem.strerror}") from problem
    listener.listen(128)
    return listener


def serve(listener: socket.socket, sandbox: Sandbox) -> None:
    """Answer until a signal raises KeyboardInterrupt."""
    sandbox.faults.waits = True
    server = make_server(
        listener.getsockname()[0],
        listener.getsockname()[1],
        sandbox,
        threaded=True,
        request_handler=RequestHandler,
        fd=listener.fileno(),
    )
    Thread(target=keep_advancing, args=(sandbox, Event()), daemon=True).start()
    server.serve_forever()


def keep_advancing(sandbox: Sandbox, stop: Event) -> None:
    """Complete exports when they are due, without waiting for a request."""
    while not stop.wait(ADVANCE_SECONDS):
        try:
            dispatch.run_advances(sandbox.store)
        except Exception as problem:
            sys.stderr.write(f"The sandbox could not advance: {problem!r}\n")
