"""Acts at the same moment, each in a thread with a connection of its own."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, connections

TRIES = 50
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="SQLite lets one transaction write at a time",
)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Let all begin at the same moment; return their results, or the exceptions they raised."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(index: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            results[index] = acts[index]()
        except Exception as failure:
            results[index] = failure
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def results_at_once(*acts: Callable[[], Any]) -> list[Any]:
    """The same for acts of which none may fail."""
    results = at_once(*acts)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
