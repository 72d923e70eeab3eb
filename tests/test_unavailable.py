"""The 503 page: true words in place of a fault, wherever in a request the database fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client

from console.middleware import Sessions
from console.mirror.models import Organization
from console.operators.models import Operator
from tests.areas import world

pytestmark = pytest.mark.django_db


@contextmanager
def failing(fault: Exception, after: int = 0, only: tuple[str, ...] = ()) -> Iterator[None]:
    """Every statement after the first `after` raises; `only` those that begin with one of these words."""
    count = 0

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal count
        if only and sql.split()[0] not in only:
            return run(sql, params, many, context)
        count += 1
        if count > after:
            raise fault
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield


WRITES = ("INSERT", "UPDATE", "DELETE")
FULL = OperationalError("database or disk is full")
LOCKED = OperationalError("database is locked")
GONE = OperationalError("connection refused")


@pytest.fixture
def place() -> Organization:
    return Organization.objects.create(organization_id="m-" + "a" * 32, slug="example", region="us-east-1")


@pytest.fixture
def owner(place: Organization) -> Operator:
    return world.operator("Owner", place)


@pytest.fixture
def client(owner: Operator) -> Client:
    return world.browser(owner, raise_request_exception=False)


@pytest.fixture(autouse=True)
def _closed_breaker() -> None:
    Sessions.breaker.reset()


class TestReading:
    PAGE = "/o/example/changes/"

    @pytest.mark.parametrize("fault", [GONE, InterfaceError("connection already closed"), LOCKED])
    def test_any_statement_may_fail(self, client: Client, fault: Exception) -> None:
        """In the session, in the middleware, in the view and in the template."""
        with failing(fault, after=1000):
            assert client.get(self.PAGE).status_code == 200
        for number in range(100):
            with failing(fault, after=number):
                answer = client.get(self.PAGE)
            if answer.status_code == 200:
                break
            text = answer.content.decode()
            assert answer.status_code == 503
            assert answer["Retry-After"] == "10"
            assert "nothing was changed." in text
            assert str(fault) not in text
        assert number >= 4

    def test_a_page_that_cannot_write_its_session_is_shown(self, client: Client) -> None:
        # The session's first request: it notes when it began.
        with failing(FULL, only=WRITES):
            assert client.get(self.PAGE).status_code == 200

    def test_a_program_that_asks_for_json_gets_it(self, client: Client) -> None:
        with failing(GONE):
            answer = client.get(self.PAGE, headers={"Accept": "application/json"})
        expected = (
            "The console cannot reach its database at the moment; nothing was changed. Try again later."
        )
        assert (answer.status_code, answer.json()) == (503, {"error": expected})

    def test_a_download_that_cannot_begin_is_no_download(self, client: Client) -> None:
        url = "/o/example/ledger/ledger.csv"
        assert client.get(url).status_code == 200
        with failing(GONE, only=("SELECT",), after=0):
            answer = client.get(url)
        assert answer.status_code == 503
        assert "attachment" not in answer.get("Content-Disposition", "")


class TestWriting:
    PAGE = "/o/example/saved/new/"
    FORM = {
        "name": "What <b>I</b> typed",
        "page": "users:list",
        "query": "state=DISABLED",
        "password": "hunter2",
        "once": "spent-number",
    }

    def test_what_was_typed_is_offered_again_without_secrets(self, client: Client) -> None:
        with failing(LOCKED, only=WRITES):
            answer = client.post(self.PAGE, self.FORM)
        text = answer.content.decode()
        assert answer.status_code == 503
        assert "The console&#x27;s database is busy" in text
        assert "What &lt;b&gt;I&lt;/b&gt; typed" in text
        assert 'value="state=DISABLED"' in text
        assert f'action="{self.PAGE}"' in text
        assert "hunter2" not in text
        assert "spent-number" not in text

    def test_a_view_that_has_begun_does_not_say_that_nothing_was_done(self, client: Client) -> None:
        with failing(LOCKED, only=WRITES):
            assert "it is not known whether" in client.post(self.PAGE, self.FORM).content.decode()
        with failing(GONE):
            assert "nothing was changed" in client.post(self.PAGE, self.FORM).content.decode()

    def test_another_site_s_form_is_not_offered_with_a_token_of_ours(self, owner: Operator) -> None:
        client = world.browser(owner, raise_request_exception=False, enforce_csrf_checks=True)
        with failing(GONE):
            answer = client.post(self.PAGE, self.FORM)
        assert answer.status_code == 503
        assert "state=DISABLED" not in answer.content.decode()
