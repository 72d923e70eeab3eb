"""A broker that is frozen, gone or flapping costs a click at most a moment, and recovers unaided."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from tests.crash.processes import ROOT
from tests.faults.servers import Redis, wait_until

THREADS = 8
BOUND = 2.0  # seconds; without a limit a frozen broker held a thread for more than 70


class Publisher:
    """A process of the console whose eight threads publish one hint each, whenever they are told to."""

    def __init__(self, broker: str, folder: Path) -> None:
        environ = {**os.environ, "BROKER_URL": broker, "VAR_DIR": str(folder)}
        environ |= {"DJANGO_SETTINGS_MODULE": "console.settings"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.hinting", str(THREADS)],
            cwd=ROOT,
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def publish(self) -> list[float]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("now\n")
        self.process.stdin.flush()
        return list(map(float, json.loads(self.process.stdout.readline())))

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def broker() -> Iterator[Redis]:
    server = Redis()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def publisher(broker: Redis, tmp_path: Path) -> Iterator[Publisher]:
    process = Publisher(broker.url, tmp_path)
    try:
        process.publish()
        yield process
    finally:
        process.end()


def waiting(broker: Redis) -> int:
    with redis.Redis.from_url(broker.url) as client:
        return int(client.llen("celery"))


def freeze(broker: Redis) -> None:
    broker.freeze()


def stop(broker: Redis) -> None:
    broker.stop()


def flap(broker: Redis) -> None:
    """Gone and back, with every connection cut; then frozen."""
    broker.stop()
    broker.start()
    broker.freeze()


def recover(broker: Redis) -> None:
    broker.unfreeze() if broker.process else broker.start()


class TestBrokerFaults:
    @pytest.mark.parametrize("fault", [freeze, stop, flap])
    def test_publishing_is_bounded_and_recovers(
        self, broker: Redis, publisher: Publisher, fault: Callable[[Redis], None]
    ) -> None:
        fault(broker)
        first, second = publisher.publish(), publisher.publish()
        assert max(first) < BOUND
        assert max(second) < BOUND / 4, "the threads wait one after another for a broker known to be away"

        recover(broker)
        before = waiting(broker)

        def arrives() -> bool:
            publisher.publish()
            return waiting(broker) > before

        assert wait_until(arrives, "a hint to arrive") < 10
