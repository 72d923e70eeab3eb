"""Signing in needs the ledger: who cannot be recorded does not get in, whatever stands in the way."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from console.ledger.models import Entry
from console.operators.models import Operator
from tests.ledger.support import as_owner, sql, verdict
from tests.operators.people import PASSWORD, operator

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.operators.urls")]


@pytest.fixture
def somebody() -> Operator:
    cache.clear()
    return operator("Helpdesk", password=PASSWORD)


def sign_in(somebody: Operator, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": somebody.email, "password": password})
    return client


def got_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def head_gone() -> None:
    with as_owner():
        sql("DELETE FROM ledger_head")


def table_gone() -> None:
    sql("ALTER TABLE ledger_entry RENAME TO elsewhere")


class TestSigningIn:
    def test_is_part_of_the_chain(self, somebody: Operator) -> None:
        sign_in(somebody, "a wrong password")
        client = sign_in(somebody)
        assert got_in(client)
        client.post("/accounts/logout/")
        kinds = list(Entry.objects.order_by("seq").values_list("kind", flat=True))
        assert kinds[-3:] == ["sign_in_failed", "signed_in", "signed_out"]
        assert verdict().ok

    @pytest.mark.parametrize("hinder", [head_gone, table_gone])
    def test_fails_when_the_ledger_cannot_be_written(
        self, hinder: Callable[[], None], somebody: Operator
    ) -> None:
        hinder()
        assert not got_in(sign_in(somebody))

    def test_fails_without_a_key(self, somebody: Operator) -> None:
        with override_settings(LEDGER_KEYS={}):
            client = sign_in(somebody)
        assert not got_in(client)
        assert not Entry.objects.filter(kind=Entry.Kind.SIGNED_IN).exists()
