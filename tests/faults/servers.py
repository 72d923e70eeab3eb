"""Servers of a test's own, which may be stopped and frozen: a Redis and a PostgreSQL."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
import redis

from tests import services
from tests.crash.processes import free_port

PATIENCE = 30.0
SERVER = "postgres"  # the unprivileged user that runs PostgreSQL where the tests run as root


class Server:
    """A process that can be stopped (gone), frozen (sockets open, no answer) and started again."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.frozen: list[int] = []
        self.user: str | None = None  # other than that of the tests

    def command(self) -> Sequence[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        self.process = subprocess.Popen(
            self.command(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            user=self.user,
        )
        end = time.monotonic() + PATIENCE
        while not self.answers():
            assert self.process.poll() is None, f"{self.command()[0]} ended during its start"
            assert time.monotonic() < end, f"{self.command()[0]} does not answer"
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        if self.process is None:
            return
        self.unfreeze()
        children = descendants(self.process.pid)[1:]
        os.kill(self.process.pid, how)
        self.process.wait(PATIENCE)
        self.process = None
        # PostgreSQL does not start while a process of the last one holds its shared memory.
        end = time.monotonic() + PATIENCE
        while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < end:
            time.sleep(0.05)

    def freeze(self) -> None:
        assert self.process is not None
        self.frozen = descendants(self.process.pid)
        for pid in self.frozen:
            os.kill(pid, signal.SIGSTOP)

    def unfreeze(self) -> None:
        for pid in self.frozen:
            try:
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                continue
        self.frozen = []


def descendants(pid: int) -> list[int]:
    """A process and all that it has started, itself first."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in descendants(int(child)))]


class Redis(Server):
    def __init__(self) -> None:
        super().__init__()
        self.program = shutil.which("redis-server") or shutil.which("valkey-server") or ""
        if not self.program:
            services.missing("neither redis-server nor valkey-server on PATH")
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> Sequence[str]:
        return [self.program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", "/tmp"]

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


class PostgreSQL(Server):
    """A cluster without durability: `fsync` is off, and few connections are allowed."""

    CONNECTIONS = 12

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder, self.port = folder, free_port()
        self.programs = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
        if self.programs is None or (os.geteuid() == 0 and not _has_user(SERVER)):
            services.missing("no PostgreSQL programs below /usr/lib/postgresql, or no user to run them")
        self.data = folder / "data"
        self._create()

    @property
    def url(self) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/console"

    def _create(self) -> None:
        if os.geteuid() == 0:
            self.user = SERVER
            shutil.chown(self.folder, SERVER)
            for parent in self.folder.parents:
                if parent == Path(tempfile.gettempdir()) or parent == parent.parent:
                    break  # the folders of a test run are above it, one more with each worker of pytest
                parent.chmod(parent.stat().st_mode | 0o011)
        create = ("-D", str(self.data), "-U", "postgres", "--auth", "trust", "--no-sync", "-E", "UTF8")
        subprocess.run(
            [f"{self.programs}/initdb", *create], check=True, stdout=subprocess.DEVNULL, user=self.user
        )

    def command(self) -> Sequence[str]:
        options = {
            "port": self.port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "max_connections": self.CONNECTIONS,
            "superuser_reserved_connections": 0,
            "shared_buffers": "16MB",
        }
        flags = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [f"{self.programs}/postgres", "-D", str(self.data), *flags]

    def answers(self) -> bool:
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def execute(self, statement: str, database: str = "postgres") -> None:
        with psycopg.connect(self._where(database), autocommit=True, connect_timeout=2) as connection:
            connection.execute(statement)

    def _where(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"

    def hold_all_connections(self, database: str = "postgres") -> list[psycopg.Connection]:
        """Open as many connections as there are; close them to give them back."""
        held = []
        for _ in range(self.CONNECTIONS):
            try:
                held.append(psycopg.connect(self._where(database), connect_timeout=2))
            except psycopg.OperationalError:
                break
        return held

    def set_read_only(self, value: bool) -> None:
        self.execute(f"ALTER SYSTEM SET default_transaction_read_only = {'on' if value else 'off'}")
        self.execute("SELECT pg_reload_conf()")

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """At once, as a crash would, with every process that serves a connection."""
        if self.process is None:
            return
        self.unfreeze()
        pids = descendants(self.process.pid)
        os.kill(self.process.pid, how)
        self.process.wait(PATIENCE)
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "PostgreSQL to end")
        self.process = None


def wait_until(condition: Callable[[], object], what: str, patience: float = PATIENCE) -> float:
    """Seconds until `condition` holds."""
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < patience, f"waited in vain for {what}"
        time.sleep(0.02)
    return time.monotonic() - began


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
