"""Limit the rate of calls to AWS, and rest after writes to SQLite."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

# SQLite's waiting writers sleep up to 100 ms between tries: without gaps they would starve.
REST_SECONDS = 0.02
MIN_RATE = 0.5
SPEED_UP = 1.25
WRITE_STATEMENTS = ("INSERT", "UPDATE", "DELETE")


def max_rate() -> float:
    """Return the highest rate in calls per second; AWS publishes no limit for WorkMail [unknown]."""
    return float(settings.MIRROR_CALLS_PER_SECOND)


class Pace:
    """A rate limiter; call `wait` before each call."""

    def __init__(self, rate: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self.rate = min(rate, max_rate()) if rate else max_rate()
        self._sleep = sleep
        self._next = 0.0

    def wait(self) -> None:
        now = time.monotonic()
        if self._next > now:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + 1 / self.rate

    def slower(self) -> float:
        """Return the rate after throttling."""
        return max(self.rate / 2, MIN_RATE)

    def faster(self) -> float:
        """Return the rate after a slice without throttling."""
        return min(self.rate * SPEED_UP, max_rate())


class _WriteDetector:
    """Detects whether any statement writes."""

    seen = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen = self.seen or sql.startswith(WRITE_STATEMENTS)
        return execute(sql, params, many, context)


@contextmanager
def rest_after_writes(sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """Sleep after the block if it wrote to SQLite, which has one writer at a time."""
    writes = _WriteDetector()
    with connection.execute_wrapper(writes):
        yield
    if writes.seen and connection.vendor == "sqlite":
        sleep(REST_SECONDS)
