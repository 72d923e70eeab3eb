"""Real processes around one database: a sandbox, workers and a beat, each killed and started at will."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import redis
from django.db import connection

from console.sandbox.application import HEALTH_PATH

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 300.0
PAUSE = 0.05


def eventually(condition: Callable[[], object], what: str) -> None:
    """Wait for other processes; how long they take is not judged."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"in vain waited for {what}"
        time.sleep(PAUSE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url() -> str:
    """The tests' own database, for processes that open it too."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    password = f":{quote(known['PASSWORD'])}" if known["PASSWORD"] else ""
    return f"postgres://{known['USER']}{password}@{known['HOST']}:{known['PORT'] or 5432}/{known['NAME']}"


def empty_broker(url: str) -> str:
    """The URL of a database of this Redis that nobody uses; fails rather than touch another's."""
    for number in range(15, 0, -1):
        candidate = f"{url.rpartition('/')[0]}/{number}"
        with redis.Redis.from_url(candidate) as broker:
            if not broker.dbsize():
                return candidate
    raise AssertionError("no database of this Redis is empty")


class Processes:
    """Groups of processes by name; everything they say goes to a file beside the state."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder, self.environ = folder, {**os.environ, **environ, "VAR_DIR": str(folder)}
        self.commands: dict[str, tuple[str, ...]] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *command: str) -> None:
        self.commands[name] = command or self.commands[name]
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *self.commands[name]],
                cwd=ROOT,
                env=self.environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """`kill -9` of the whole group, as a machine that loses power would."""
        process = self.running.pop(name)
        assert process.poll() is None, f"{name} ended by itself"
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def restart(self, name: str) -> None:
        self.kill(name)
        self.start(name)

    def revive(self, name: str) -> bool:
        """Start it again if it ended by itself, as `restart: unless-stopped` does; whether it had ended."""
        if self.running[name].poll() is None:
            return False
        self.start(name)
        return True

    def end(self) -> None:
        for process in self.running.values():
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def is_healthy(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}{HEALTH_PATH}", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
