"""A child process that is killed, or held up, at one line of the modules under test; AWS survives it."""

import gc
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import BytesIO
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType
from typing import Any, cast

from django.db import connection, connections
from werkzeug.test import run_wsgi_app

from console.sandbox import application, botocore_hook

Act = Callable[[], object]
Aws = Callable[[dict[str, Any], Any], Iterable[bytes]]  # a WSGI application
Site = tuple[str, int]
Trace = Callable[[FrameType, str, Any], Any]

ROOT = Path(__file__).resolve().parents[2]
MODULES = frozenset(
    str(ROOT / name)
    for name in (
        "console/areas/exports/job_queue.py",
        "console/areas/exports/aws_jobs.py",
        "console/gateway/gateway.py",
        "console/gateway/before_after.py",
        "console/aws/transport.py",
        "console/changes/completion.py",
        "console/changes/engine.py",
        "console/changes/execution.py",
        "console/changes/execution.py",
        "console/ledger/journal.py",
        "tests/crash/lines.py",  # a child also dies with its request at AWS and the answer on its way
    )
)
HELD = "held"


class Wire:
    """AWS as the child sees it: the application itself answers at the other end, in the parent."""

    def __init__(self, end: Connection) -> None:
        self.end = end

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        self.end.send({**environ, "wsgi.errors": None, "wsgi.input": body})
        status, headers, body = self.end.recv()
        start_response(status, headers)
        return [body]


def reached(act: Act, aws: Aws) -> list[Site]:
    """The lines in the order in which a child comes to them."""
    sites: list[Site] = []
    assert child(act, Recorder, aws, sites.extend) == 0
    return sites


def killed_at(line: int, act: Act, aws: Aws) -> bool:
    """Whether a child that does `act` got as far as its `line`th line, and so to its end."""
    status = child(act, lambda end: Killer(end, line), aws, unexpected)
    assert os.WIFSIGNALED(status) or status == 0
    return os.WIFSIGNALED(status)


def held_at(line: int, act: Act, aws: Aws, meanwhile: Act) -> bool:
    """Whether the child got to the line; there it waited until `meanwhile` was done, and then went on.

    Where it has a transaction open it waits at the next line that has none: others would wait with it.
    """
    held = []

    def hold(_: Any) -> None:
        held.append(line)
        meanwhile()

    assert child(act, lambda end: Holder(end, line), aws, hold) == 0
    return bool(held)


def unexpected(told: Any) -> None:
    raise AssertionError(f"the child says {told}")


class Fate:
    """Counts lines, and knows what happens at one of them."""

    def __init__(self, end: Connection, line: int = 0) -> None:
        self.end, self.left = end, line

    def trace(self, frame: FrameType, event: str, _: Any) -> Trace | None:
        if frame.f_code.co_filename not in MODULES:
            return None
        if event == "line":
            self.step(frame)
        return self.trace

    def step(self, frame: FrameType) -> None:
        self.left -= 1
        if self.left == 0:
            self.befall()

    def begin(self) -> None: ...

    def befall(self) -> None: ...

    def finish(self) -> None: ...


class Killer(Fate):
    def befall(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class Holder(Fate):
    def befall(self) -> None:
        if connection.in_atomic_block or in_wire():
            self.left = 1
            return
        self.end.send(HELD)
        self.end.recv()


class Recorder(Fate):
    def __init__(self, end: Connection) -> None:
        super().__init__(end)
        self.sites: list[Site] = []

    def step(self, frame: FrameType) -> None:
        self.sites.append((frame.f_code.co_filename, frame.f_lineno))

    def finish(self) -> None:
        self.end.send(self.sites)
        self.end.recv()


def in_wire() -> bool:
    """Whether an answer is on its way, which the word that we may go on would meet."""
    frame: FrameType | None = sys._getframe()
    while frame and frame.f_code is not Wire.__call__.__code__:
        frame = frame.f_back
    return frame is not None


def child(act: Act, fate: Callable[[Connection], Fate], aws: Aws, told: Callable[[Any], object]) -> int:
    """The wait status of a process that did `act` and met its fate; `told` gets what it says."""
    connections.close_all()
    gc.freeze()  # nobody writes to pages that parent and child share
    ours, theirs = Pipe()
    pid = os.fork()
    if not pid:
        ours.close()
        live(act, fate(theirs))
    theirs.close()
    with ours:
        serve(ours, aws, told)
    return os.waitpid(pid, 0)[1]


def live(act: Act, fate: Fate) -> None:
    """The child's whole life; it never returns into the test."""
    try:
        with botocore_hook.route_botocore(cast(application.Sandbox, Wire(fate.end))):
            gc.disable()
            fate.begin()
            sys.settrace(fate.trace)
            act()
            sys.settrace(None)
            fate.finish()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def serve(end: Connection, aws: Aws, told: Callable[[Any], object]) -> None:
    """Answer for AWS until the child is gone; what else it says is answered when it has been told."""
    with suppress(EOFError, ConnectionResetError, BrokenPipeError):
        while True:
            said = end.recv()
            if isinstance(said, dict):
                end.send(answer(aws, said))
            else:
                told(said)
                end.send(None)


def answer(aws: Aws, environ: dict[str, Any]) -> tuple[str, list[Any], bytes]:
    environ = {**environ, "wsgi.input": BytesIO(environ["wsgi.input"]), "wsgi.errors": sys.stderr}
    body, status, headers = run_wsgi_app(aws, environ, buffered=True)
    return status, list(headers), b"".join(body)
