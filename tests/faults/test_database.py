"""A database that is gone, frozen, read-only or full is a 503 with true words, and heals unaided.

A real web server on a PostgreSQL of the test's own, and on SQLite. Bounds are generous: they tell a hang
from an answer. `python -m tests.benchmarks.faults` prints the seconds.
"""

import re

import psycopg
import pytest

from tests.faults.scenarios import Fault, frozen, full, full_disk, locked_file, read_only, stopped
from tests.faults.servers import PostgreSQL, wait_until
from tests.faults.site import Answer, Browser, Site, at_once

pytestmark = pytest.mark.timeout(300)
PAGE = "/o/example/saved/new/"
LIST = "/o/example/users/"
FORM = {"name": "Typed words", "page": "users:list", "query": "state=DISABLED"}
BOUND = 10.0
INPUT = re.compile(r'<input [^>]*name="(\w+)" value="([^"]*)"')
AWAY = "The console cannot reach its database at the moment"
BUSY = "The console&#x27;s database is busy"
CANNOT_STORE = "The console cannot store data at the moment"


def is_true(answer: Answer, words: str) -> None:
    assert (answer.status, words in answer.text) == (503, True), answer
    assert answer.headers["Retry-After"] == "10"
    assert answer.seconds < BOUND


class TestPostgreSQL:
    @pytest.mark.parametrize("fault", [stopped, frozen, full])
    def test_it_answers_and_recovers(
        self, postgresql: PostgreSQL, site: Site, visitor: Browser, fault: Fault
    ) -> None:
        form = visitor.load(PAGE)
        with fault(postgresql):
            for answer in at_once(visitor, LIST):
                is_true(answer, BUSY if fault is full and BUSY in answer.text else AWAY)
                assert "nothing was changed" in answer.text
            answer = visitor.post(PAGE, form, **FORM)
            assert answer.status == 503
            assert 'value="Typed words"' in answer.text
            assert visitor.get("/healthz").status == 200
            assert site.browser().get("/readyz").status == 503
        seconds = wait_until(lambda: visitor.get(LIST).status == 200, "the console to recover")
        assert seconds < BOUND
        assert visitor.post(PAGE, visitor.load(PAGE), **FORM | {"name": fault.__name__}).status == 303

    def test_pages_are_shown_from_a_read_only_server(
        self, postgresql: PostgreSQL, site: Site, visitor: Browser
    ) -> None:
        form = visitor.load(PAGE)
        with read_only(postgresql):
            wait_until(lambda: visitor.post(PAGE, form, **FORM).status == 503, "the setting to arrive")
            for path in (LIST, "/o/example/", "/o/example/changes/", "/account/"):
                assert visitor.get(path).status == 200
            answer = visitor.post(PAGE, form, **FORM)
            is_true(answer, CANNOT_STORE)
            assert 'value="Typed words"' in answer.text
            is_true(site.browser().sign_in(), f"{CANNOT_STORE}; you are not signed in.")
        wait_until(lambda: site.browser().sign_in().status == 302, "the console to recover")

    def test_what_was_typed_is_sent_again_from_the_page_that_says_what_failed(
        self, postgresql: PostgreSQL, visitor: Browser
    ) -> None:
        form = visitor.load(PAGE)
        with stopped(postgresql):
            answer = visitor.post(PAGE, form, **FORM | {"name": "Typed once"})
        assert answer.status == 503
        offered = dict(INPUT.findall(answer.text))
        assert offered["name"] == "Typed once"
        assert visitor.post(PAGE, offered).status == 303
        assert "Typed once" in visitor.get("/o/example/saved/").text

    def test_a_lock_held_for_good_is_not_waited_for(self, postgresql: PostgreSQL, visitor: Browser) -> None:
        form = visitor.load(PAGE)
        where = f"host=127.0.0.1 port={postgresql.port} user=postgres dbname=console"
        with psycopg.connect(where) as other:
            other.execute("LOCK TABLE saved_savedview IN EXCLUSIVE MODE")
            is_true(visitor.post(PAGE, form, **FORM | {"name": "Locked"}), BUSY)
            assert visitor.get(LIST).status == 200
        assert visitor.post(PAGE, visitor.load(PAGE), **FORM | {"name": "Locked"}).status == 303


class TestSQLite:
    def test_a_lock_held_for_good_is_not_waited_for(self, small_site: Site, small_visitor: Browser) -> None:
        form = small_visitor.load(PAGE)
        with locked_file(small_site):
            assert small_visitor.get(LIST).status == 200
            answer = small_visitor.post(PAGE, form, **FORM)
            is_true(answer, BUSY)
            assert 'value="Typed words"' in answer.text
            is_true(small_site.browser().sign_in(), "you are not signed in")
        assert small_visitor.post(PAGE, small_visitor.load(PAGE), **FORM | {"name": "Unlocked"}).status == 303

    def test_on_a_full_disk_pages_are_shown_and_sign_in_says_why_not(
        self, small_site: Site, small_visitor: Browser
    ) -> None:
        form = small_visitor.load(PAGE)
        with full_disk(small_site):
            assert small_visitor.get(LIST).status == 200
            is_true(small_visitor.post(PAGE, form, **FORM | {"name": "Full"}), CANNOT_STORE)
            is_true(small_site.browser().sign_in(), f"{CANNOT_STORE}; you are not signed in.")
        assert small_visitor.post(PAGE, small_visitor.load(PAGE), **FORM | {"name": "Full"}).status == 303
        assert small_site.browser().sign_in().status == 302
