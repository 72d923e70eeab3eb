"""The cache that counts attempts and remembers spent forms: exact, and never wrong when it cannot write."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

import pytest
from django.core.cache import cache
from django.db import DatabaseError, OperationalError, connection
from django.test import Client
from django.utils import timezone

from console.operators.models import Operator
from tests.operators.people import PASSWORD, operator
from tests.races.harness import TRIES, results_at_once

pytestmark = pytest.mark.django_db


@contextmanager
def read_only() -> Iterator[None]:
    """No statement of this connection may write, as after a failover or with a full disk."""

    def refuse(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.split()[0] in {"INSERT", "UPDATE", "DELETE"}:
            raise OperationalError("database or disk is full")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse):
        yield


@pytest.fixture(autouse=True)
def _empty() -> None:
    cache.clear()


@pytest.fixture
def helpdesk() -> Operator:
    return operator("Helpdesk", password=PASSWORD)


class TestCounting:
    def test_adds_once_until_it_expires(self) -> None:
        assert cache.add("a", 1, timeout=60)
        assert not cache.add("a", 2, timeout=60)
        assert cache.get("a") == 1
        later = timezone.now() + timedelta(seconds=62)
        with mock.patch("django.utils.timezone.now", return_value=later):
            assert cache.add("a", 3, timeout=60)

    def test_sets_and_touches(self) -> None:
        assert not cache.touch("a", 60)
        cache.set("a", [1], 60)
        cache.set("a", [2], 60)
        assert cache.touch("a", 60)
        assert cache.get("a") == [2]
        assert cache.delete("a")
        assert cache.get("a") is None

    def test_forgets_nothing_alive_however_much_there_is(self) -> None:
        """Django's own cache removes a third of its entries beyond 300, counters of attempts among them."""
        for number in range(450):
            assert cache.add(f"number{number}", 1)
        assert [number for number in range(450) if cache.add(f"number{number}", 1)] == []

    def test_removes_what_has_expired(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("console.cache.CLEANUP_INTERVAL", 1)
        cache.set("old", 1, timeout=1)
        later = timezone.now() + timedelta(seconds=5)
        with mock.patch("django.utils.timezone.now", return_value=later):
            cache.set("new", 1, timeout=60)
        with connection.cursor() as cursor:
            cursor.execute("SELECT cache_key FROM cache")
            assert [key for (key,) in cursor.fetchall()] == [":1:new"]


class TestWhereNothingCanBeWritten:
    def test_a_form_is_not_said_to_be_sent_twice(self) -> None:
        with read_only(), pytest.raises(DatabaseError):
            cache.add("number", 1)
        assert cache.add("number", 1)

    def test_sign_in_is_refused_with_true_words(self, helpdesk: Operator) -> None:
        client = Client(raise_request_exception=False)
        credentials = {"login": helpdesk.email, "password": PASSWORD}
        with read_only():
            answer = client.post("/accounts/login/", credentials)
        text = answer.content.decode()
        assert answer.status_code == 503
        assert int(answer["Retry-After"]) > 0
        assert "The console cannot store data at the moment; you are not signed in." in text
        assert "Too many" not in text
        assert "sessionid" not in client.cookies
        assert client.post("/accounts/login/", credentials).status_code == 302


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_of_eight_at_once_one_spends_the_form(self) -> None:
        for number in range(TRIES):
            assert sum(results_at_once(*[partial(cache.add, f"race{number}", 1)] * 8)) == 1
