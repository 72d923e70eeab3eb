"""Whether the process says of itself that it can serve, and only then."""

from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test import Client

from console import health
from console.ledger.models import Head

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.operators.urls")]


@pytest.fixture(autouse=True)
def _just_started() -> None:
    health._require_migrated.cache_clear()


def ask() -> tuple[int, object]:
    response = Client().get("/readyz")
    return response.status_code, response.json()["status"]


class TestHealth:
    def test_it_is_well(self) -> None:
        assert ask() == (200, "ok")

    def test_it_is_not_without_a_database(self) -> None:
        with mock.patch.object(Head.objects, "first", side_effect=OperationalError("gone")):
            assert ask() == (503, "unavailable")

    def test_it_is_not_without_a_head_of_the_ledger(self) -> None:
        with mock.patch.object(Head.objects, "first", return_value=None):
            assert ask() == (503, "unavailable")

    def test_it_is_not_before_every_migration_is_applied(self) -> None:
        plan = "django.db.migrations.executor.MigrationExecutor.migration_plan"
        with mock.patch(plan, return_value=["one"]):
            assert ask() == (503, "unavailable")
        assert ask() == (200, "ok")

    def test_it_asks_for_no_session_and_takes_no_other_method(self) -> None:
        client = Client()
        client.get("/readyz")
        assert not client.cookies
        assert client.post("/readyz").status_code == 405


class TestAlive:
    def test_it_needs_no_database(self) -> None:
        with connection.execute_wrapper(refuse_every_statement):
            assert Client().get("/healthz").status_code == 200
            assert ask() == (503, "unavailable")


def refuse_every_statement(*_: object) -> object:
    raise OperationalError("gone")
