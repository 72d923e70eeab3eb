"""A database that is gone, frozen, read-only or full is a 503 with true words, and heals unaided.

A real web server on a PostgreSQL of the test's own, and on SQLite. Bounds are generous: they tell a hang
from an answer. `python -m tests.benchmarks.faults` prints the seconds.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.servers import PostgreSQL, wait_until
from tests.faults.site import Answer, Browser, Site, at_once

pytestmark = pytest.mark.timeout(300)
PAGE = "/o/example/saved/new/"
LIST = "/o/example/users/"
FORM = {"name": "Typed words", "page": "users:list", "query": "state=DISABLED"}
BOUND = 10.0
AWAY = "The console cannot reach its database at the moment"
BUSY = "The console&#x27;s database is busy"
CANNOT_STORE = "The console cannot store data at the moment"


@contextmanager
def frozen(server: PostgreSQL) -> Iterator[None]:
    server.freeze()
    try:
        yield
    finally:
        server.unfreeze()


@contextmanager
def stopped(server: PostgreSQL) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def full(server: PostgreSQL) -> Iterator[None]:
    """Every connection there is belongs to others; those of the console were cut."""
    server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'console'")
    held = server.hold_all_connections()
    try:
        yield
    finally:
        for connection in held:
            connection.close()


@contextmanager
def read_only(server: PostgreSQL) -> Iterator[None]:
    server.set_read_only(True)
    try:
        yield
    finally:
        server.set_read_only(False)


def is_true(answer: Answer, words: str) -> None:
    assert (answer.status, words in answer.text) == (503, True), answer
    assert answer.headers["Retry-After"] == "10"
    assert answer.seconds < BOUND


class TestPostgreSQL:
    @pytest.mark.parametrize(
        ("fault", "words"), [(stopped, AWAY), (frozen, AWAY), (full, BUSY)], ids=["stopped", "frozen", "full"]
    )
    def test_it_answers_and_recovers(
        self, postgresql: PostgreSQL, site: Site, visitor: Browser, fault: object, words: str
    ) -> None:
        with fault(postgresql):  # type: ignore[operator]  # a context manager of those above
            for answer in at_once(visitor, LIST):
                is_true(answer, AWAY if answer.text.count(AWAY) else words)
                assert "nothing was changed" in answer.text
            answer = visitor.post(PAGE, **FORM)
            assert answer.status == 503
            assert 'value="Typed words"' in answer.text
            assert visitor.get("/healthz").status == 200
            assert site.browser().get("/readyz").status == 503
        seconds = wait_until(lambda: visitor.get(LIST).status == 200, "the console to recover")
        assert seconds < BOUND
        assert visitor.post(PAGE, **FORM | {"name": fault.__name__}).status == 303  # type: ignore[attr-defined]

    def test_pages_are_shown_from_a_read_only_server(
        self, postgresql: PostgreSQL, site: Site, visitor: Browser
    ) -> None:
        with read_only(postgresql):
            wait_until(lambda: visitor.post(PAGE, **FORM).status == 503, "the setting to arrive")
            for path in (LIST, "/o/example/", "/o/example/changes/", "/account/"):
                assert visitor.get(path).status == 200
            answer = visitor.post(PAGE, **FORM)
            is_true(answer, CANNOT_STORE)
            assert 'value="Typed words"' in answer.text
            is_true(site.browser().sign_in(), f"{CANNOT_STORE}; you are not signed in.")
        wait_until(lambda: site.browser().sign_in().status == 302, "the console to recover")

    def test_a_lock_held_for_good_is_not_waited_for(self, postgresql: PostgreSQL, visitor: Browser) -> None:
        import psycopg

        where = f"host=127.0.0.1 port={postgresql.port} user=postgres dbname=console"
        with psycopg.connect(where) as other:
            other.execute("LOCK TABLE saved_savedview IN EXCLUSIVE MODE")
            is_true(visitor.post(PAGE, **FORM | {"name": "Locked"}), BUSY)
            assert visitor.get(LIST).status == 200
        assert visitor.post(PAGE, **FORM | {"name": "Locked"}).status == 303


class TestSQLite:
    @pytest.fixture
    def path(self, small_site: Site) -> Path:
        return Path(small_site.environ["DATABASE_URL"].removeprefix("sqlite:///"))

    def test_a_lock_held_for_good_is_not_waited_for(
        self, path: Path, small_site: Site, small_visitor: Browser
    ) -> None:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        try:
            assert small_visitor.get(LIST).status == 200
            answer = small_visitor.post(PAGE, **FORM)
            is_true(answer, BUSY)
            assert 'value="Typed words"' in answer.text
            is_true(small_site.browser().sign_in(), "you are not signed in")
        finally:
            other.close()
        assert small_visitor.post(PAGE, **FORM | {"name": "Unlocked"}).status == 303

    def test_on_a_full_disk_pages_are_shown_and_sign_in_says_why_not(
        self, path: Path, small_site: Site, small_visitor: Browser
    ) -> None:
        with sqlite3.connect(path) as other:
            other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        small_site.limit_files(4096)  # the file of what was written last cannot grow beyond its beginning
        try:
            assert small_visitor.get(LIST).status == 200
            is_true(small_visitor.post(PAGE, **FORM | {"name": "Full"}), CANNOT_STORE)
            is_true(small_site.browser().sign_in(), f"{CANNOT_STORE}; you are not signed in.")
        finally:
            small_site.limit_files(None)
        began = time.monotonic()
        assert small_visitor.post(PAGE, **FORM | {"name": "Full"}).status == 303
        assert small_site.browser().sign_in().status == 302
        assert time.monotonic() - began < BOUND
