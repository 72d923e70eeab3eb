"""The sandbox behind a port: HTTP/1.1 with connections that stay open, a thread for each."""

import socket
import sys
from io import BytesIO
from threading import Event, Thread
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server
from werkzeug.test import run_wsgi_app

from console.sandbox import dispatch
from console.sandbox.doors import Sandbox

TICK = 0.25
BODILESS = (204, 304)


class PortTaken(Exception):
    """The address cannot be listened on; the message says why in one line."""


class RequestHandler(MotoRequestHandler):
    """werkzeug's handler, but connections stay open: requests and answers are passed on whole."""

    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # header and body leave in one packet
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        environ = self.make_environ()
        environ["wsgi.input"] = BytesIO(self.request_body(environ))
        environ["wsgi.input_terminated"] = True
        body, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        self.reply(status, dict(headers), b"".join(body))

    def request_body(self, environ: dict[str, Any]) -> bytes:
        if environ.pop("HTTP_TRANSFER_ENCODING", ""):
            return bytes(environ["wsgi.input"].read())
        return bytes(self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0)))

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

    def log_request(self, code: Any = "-", size: Any = "-") -> None:
        """Requests are not news."""


def listening(host: str, port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as problem:
        raise PortTaken(f"Port {port} of {host} cannot be used: {problem.strerror}") from problem
    listener.listen(128)
    return listener


def serve(listener: socket.socket, sandbox: Sandbox) -> None:
    """Answer until something raises KeyboardInterrupt."""
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
    """Exports end when they are due, not when somebody asks."""
    while not stop.wait(TICK):
        try:
            dispatch.advance(sandbox.store)
        except Exception as problem:
            sys.stderr.write(f"The sandbox could not advance: {problem!r}\n")
