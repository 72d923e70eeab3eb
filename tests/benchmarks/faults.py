"""How long a click waits while the database or Redis fails, what it is told, and how soon all is well again.

`python -m tests.benchmarks.faults [database] [redis]` starts a PostgreSQL, a Redis, a sandbox and web servers
of its own, and prints for each fault: the slowest of eight reads at once and of three writes, what they were
answered, how many writes reached AWS, and the seconds to recovery. Exits with 1 if a figure misses its bound.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path

from tests import environment  # noqa: F401  # sets what the settings are read from

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

import redis

from console.sandbox import fixtures
from tests.crash.processes import Processes
from tests.faults.aws import Sandbox
from tests.faults.scenarios import LARGE_FAULTS, SMALL_FAULTS
from tests.faults.servers import PostgreSQL, Redis, wait_until
from tests.faults.site import Browser, Site, at_once

LIST, WRITE = "/o/example/users/", f"/o/example/users/{fixtures.ADA}/aliases/add/"
SYNC = "/o/example/sync/"
ANSWER, RECOVERY = 2.0, 10.0  # seconds: the bounds
POOLS, WORKER_FAULTS = ("prefork", "threads", "solo"), ("kill", "flap", "freeze")
HINT = "console.aws.tasks.settle"
missed: list[str] = []


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def judge(name: str, value: float, bound: float) -> str:
    if value > bound:
        missed.append(f"{name}: {value:.2f} s, not {bound:.0f} s")
    return f"{value:8.2f}"


@contextmanager
def running(server: Redis | PostgreSQL | Sandbox) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        server.stop()


@contextmanager
def serving(site: Site) -> Iterator[Browser]:
    site.prepare()
    site.start()
    try:
        visitor = site.browser()
        visitor.sign_in()
        yield visitor
    finally:
        site.stop()


def measure(name: str, fault: AbstractContextManager[None], visitor: Browser, aws: Sandbox) -> None:
    form, sent = visitor.load(WRITE), len(aws.writes())
    with fault:
        reads = at_once(visitor, LIST)
        writes = [visitor.post(WRITE, form, Alias=f"never@{fixtures.DOMAIN}") for _ in range(3)]
    calls = len(aws.writes()) - sent
    if calls:
        missed.append(f"{name}: {calls} writes reached AWS")

    def is_well() -> bool:
        alias = f"{name.replace(' ', '-').replace('_', '-')}@{fixtures.DOMAIN}"
        return visitor.post(WRITE, visitor.load(WRITE), Alias=alias).status == 303

    recovery = wait_until(is_well, f"recovery from {name}", 120)
    slowest = [max(answer.seconds for answer in answers) for answers in (reads, writes)]
    statuses = ["/".join(sorted({str(answer.status) for answer in answers})) for answers in (reads, writes)]
    say(
        f"{name:28}{judge(name, slowest[0], ANSWER)} {statuses[0]:>4}{judge(name, slowest[1], ANSWER)}"
        f" {statuses[1]:>4}{calls:6}{judge(name, recovery, RECOVERY)}"
    )


def measure_databases(folder: Path) -> None:
    say(f"{'fault':28}{'read s':>8}{'':5}{'write s':>8}{'':5}{'calls':>6}{'well s':>8}")
    for name in ("aws", "postgresql", "large", "small"):
        (folder / name).mkdir()
    server, aws = PostgreSQL(folder / "postgresql"), Sandbox(folder / "aws")
    with ExitStack() as stack:
        stack.enter_context(running(aws))
        stack.enter_context(running(server))
        server.execute("CREATE DATABASE console")
        visitor = stack.enter_context(serving(Site(folder / "large", server.url, endpoint=aws.endpoint)))
        for fault in LARGE_FAULTS:
            measure(f"PostgreSQL {fault.__name__}", fault(server), visitor, aws)
    with running(aws):
        small = Site(folder / "small", f"sqlite:///{folder / 'small'}/console.sqlite3", endpoint=aws.endpoint)
        with serving(small) as visitor:
            for small_fault in SMALL_FAULTS:
                measure(f"SQLite {small_fault.__name__}", small_fault(small), visitor, aws)


def befall(broker: Redis, fault: str) -> None:
    if fault == "freeze":
        broker.freeze()
        return
    broker.stop()
    if fault == "flap":
        for _ in range(3):
            broker.start()
            broker.stop()


def recover(broker: Redis) -> None:
    broker.unfreeze() if broker.process else broker.start()


def measure_clicks(folder: Path, broker: Redis) -> None:
    """A click that publishes a hint, eight at once, and a sign-in, while Redis fails."""
    say(f"\n{'Redis':28}{'click s':>8}{'':5}{'sign-in':>8}")
    folder.mkdir()
    with serving(Site(folder, f"sqlite:///{folder}/console.sqlite3", broker.url)) as visitor:
        form = visitor.load("/o/example/")
        for fault in WORKER_FAULTS:
            visitor.post(SYNC, form)
            befall(broker, fault)
            answers = [visitor.post(SYNC, form) for _ in range(3)]
            entering = Browser(int(visitor.base.rpartition(":")[2])).sign_in()
            recover(broker)
            statuses = "/".join(sorted({str(answer.status) for answer in answers}))
            if entering.status != 302:
                missed.append(f"sign-in with Redis {fault}: {entering.status}")
            clicks = judge(f"click, {fault}", max(answer.seconds for answer in answers), ANSWER)
            sign_in = judge(f"sign-in, {fault}", entering.seconds, ANSWER)
            say(f"{fault:28}{clicks} {statuses:>4}{sign_in} {entering.status:>4}")
            time.sleep(5)  # the breaker's, so that the next fault is met unprepared


def measure_workers(folder: Path, broker: Redis) -> None:
    """From the end of the fault until a worker takes what is published then.

    kombu 5.7 ends a worker whose Redis goes away while it connects ("Unrecoverable error"); it is started
    again here as the compose file does, and counted.
    """
    say(f"\n{'worker':28}{'well s':>8}{'ended':>7}")
    for pool in POOLS:
        environ = {"BROKER_URL": broker.url, "DATABASE_URL": f"sqlite:///{folder}/{pool}.sqlite3"}
        processes = Processes(folder, environ)
        command = (
            "celery",
            "-A",
            "console",
            "worker",
            "-P",
            pool,
            "-c",
            "2",
            "-l",
            "WARNING",
            "--without-mingle",
        )
        try:
            processes.start(pool, *command)
            wait_until(lambda: _taken(broker), "the worker", 60)
            for fault in WORKER_FAULTS:
                befall(broker, fault)
                time.sleep(3)
                ended = int(processes.revive(pool))
                recover(broker)
                began = time.monotonic()
                while not _taken(broker):
                    ended += processes.revive(pool)
                    assert time.monotonic() - began < 120, f"waited in vain for {pool} after {fault}"
                seconds = time.monotonic() - began
                say(f"{pool + ', ' + fault:28}{judge(f'{pool}, {fault}', seconds, RECOVERY)}{ended:7}")
        finally:
            processes.end()


def _taken(broker: Redis) -> bool:
    """Publish a hint, and see whether a worker takes it within a moment."""
    from console.celery import app

    try:
        with redis.Redis.from_url(broker.url, socket_timeout=2) as client:
            client.delete("celery")
            with closing(app.connection_for_write(broker.url)) as connection:
                app.send_task(HINT, connection=connection, retry=False)
            end = time.monotonic() + 1
            while time.monotonic() < end:
                if not client.llen("celery"):
                    return True
                time.sleep(0.02)
    except (OSError, redis.RedisError):
        pass
    return False


def main(*parts: str) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        if not parts or "database" in parts:
            measure_databases(folder)
        if not parts or "redis" in parts:
            broker = Redis()
            with running(broker):
                measure_clicks(folder / "clicks", broker)
                measure_workers(folder, broker)
    for each in missed:
        say(f"MISSED {each}")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
