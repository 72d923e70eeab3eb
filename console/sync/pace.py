"""How fast the sync may go: calls to AWS at a rate, and rests where writers exclude each other."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection

# SQLite's waiting writers sleep up to 100 ms between tries: without gaps they would starve.
GAP = 0.02
SLOWEST = 0.5
FASTER = 1.25
WRITING = ("INSERT", "UPDATE", "DELETE")


def highest() -> float:
    """Calls a second; AWS publishes no limit for WorkMail [unknown]."""
    return float(settings.MIRROR_CALLS_PER_SECOND)


class Pace:
    """Keeps calls apart; `wait` before each of them."""

    def __init__(self, rate: float, sleep: Callable[[float], None] = time.sleep) -> None:
        self.rate = min(rate, highest()) if rate else highest()
        self._sleep = sleep
        self._next = 0.0

    def wait(self) -> None:
        now = time.monotonic()
        if self._next > now:
            self._sleep(self._next - now)
        self._next = max(now, self._next) + 1 / self.rate

    def slower(self) -> float:
        """After AWS asked to slow down."""
        return max(self.rate / 2, SLOWEST)

    def faster(self) -> float:
        """After a slice without complaint."""
        return min(self.rate * FASTER, highest())


class _Writes:
    """Notes whether any statement writes."""

    seen = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.seen = self.seen or sql.startswith(WRITING)
        return execute(sql, params, many, context)


@contextmanager
def resting(sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """A rest afterwards, if something was written and the database knows only one writer."""
    writes = _Writes()
    with connection.execute_wrapper(writes):
        yield
    if writes.seen and connection.vendor == "sqlite":
        sleep(GAP)
