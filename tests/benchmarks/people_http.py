"""The same pages over HTTP: gunicorn with two workers, one client for latency, eight for throughput."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

STARTS = 20  # seconds
BUSY = 5  # seconds


class Caller:
    """A connection that is kept: a request's bytes out, an answer's bytes in, and little else."""

    def __init__(self, port: int, cookie: str) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cookie = cookie

    def get(self, path: str) -> bytes:
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {self.cookie}\r\n\r\n"
        self.socket.sendall(head.encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        top, _, body = answer.partition(b"\r\n\r\n")
        if b" 200 " not in top.partition(b"\r\n")[0]:
            raise SystemExit(f"{path}: {top[:200]!r}")
        length = int(top.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += self._more()
        return body

    def _more(self) -> bytes:
        received = self.socket.recv(65536)
        if not received:
            raise ConnectionError("the server hung up")
        return received


@contextmanager
def server(database: str) -> Iterator[int]:
    """The port of a gunicorn with the console behind it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    options = ("-k", "gthread", "-w", "2", "--threads", "4", "--keep-alive", "60", "--no-control-socket")
    command = [sys.executable, "-m", "gunicorn", "console.wsgi", "-b", f"127.0.0.1:{port}", *options]
    environment = {**os.environ, "DATABASE_URL": database}
    with subprocess.Popen([*command, "--log-level", "error"], env=environment) as process:
        try:
            _until_open(port)
            yield port
        finally:
            process.terminate()


def _until_open(port: int) -> None:
    for _ in range(STARTS * 10):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise SystemExit("gunicorn did not start")


def alone(port: int, cookie: str, path: str, rounds: int) -> list[float]:
    """Seconds of each request of a single client."""
    caller, times = Caller(port, cookie), []
    for _ in range(10):
        caller.get(path)
    for _ in range(rounds):
        begun = time.perf_counter()
        caller.get(path)
        times.append(time.perf_counter() - begun)
    return times


def together(port: int, cookie: str, path: str, clients: int = 8) -> float:
    """Answers a second to so many clients that each ask again at once."""
    until = time.perf_counter() + BUSY
    counts = [0] * clients

    def ask(place: int) -> None:
        caller = Caller(port, cookie)
        while time.perf_counter() < until:
            caller.get(path)
            counts[place] += 1

    threads = [threading.Thread(target=ask, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / BUSY
