"""GET never writes: no page needs it, so every page is shown from a database that is read-only."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from console.middleware import Sessions
from console.mirror import effects
from console.mirror.models import Entity, Organization
from console.sandbox import fixtures
from tests.addresses import addresses
from tests.areas import world
from tests.areas.test_downloads import GIVEN
from tests.areas.world import Samples

WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+"?(\w+)', re.IGNORECASE)
AUDIT_LOG = {"ledger_entry", "ledger_head"}
REFUSED = {"saved:edit"}  # another operator's
# These ask AWS, and the mirror learns from the answer.
COPY_OF_AWS = {f"{kind}:refresh": {"mirror_entity"} for kind in ("users", "groups", "resources")}


@pytest.fixture(autouse=True)
def _closed_breakers() -> Iterator[None]:
    yield
    Sessions.breaker.reset()
    effects._breaker.reset()


@pytest.fixture
def organization() -> Iterator[Organization]:
    with world.town() as made:
        yield world.mirrored(made.organization_id)


@pytest.fixture
def urls(organization: Organization) -> dict[str, str]:
    samples = Samples(organization, fixtures.ADA)
    return {name: samples.url(name) for name in addresses()}


@pytest.fixture
def client(organization: Organization) -> Client:
    """An owner whose session has begun."""
    client = world.browser(world.operator("Owner", organization), raise_request_exception=False)
    assert client.get("/account/").status_code == 200
    return client


def status(client: Client, url: str) -> int:
    answer: Any = client.get(url)
    world.body(answer)
    return int(answer.status_code)


@contextmanager
def noted(written: set[str]) -> Iterator[None]:
    """Collect the names of the tables that are written to."""

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if match := WRITES.match(sql):
            written.add(match.group(1))
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield


@contextmanager
def read_only() -> Iterator[None]:
    """As after a failover, or with a role that may only read."""
    sqlite = connection.vendor == "sqlite"
    on, off = (
        ("PRAGMA query_only = ON", "PRAGMA query_only = OFF")
        if sqlite
        else ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
    )
    with connection.cursor() as cursor:
        cursor.execute(on)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(off)


def walk(client: Client, urls: dict[str, str]) -> tuple[dict[str, int], dict[str, set[str]]]:
    """The status of each page, and the tables that it wrote to."""
    found, written = {}, {}
    for name, url in urls.items():
        tables: set[str] = set()
        with noted(tables):
            found[name] = status(client, url)
        if tables:
            written[name] = tables
    return found, written


@pytest.mark.django_db
def test_get_writes_the_audit_log_and_the_copy_of_aws_and_nothing_else(
    client: Client, urls: dict[str, str]
) -> None:
    """At one moment, however long the walk takes: what is older than a minute is noted anew."""
    with mock.patch("django.utils.timezone.now", return_value=timezone.now()):
        _, written = walk(client, urls)
    audit = {name for name, tables in written.items() if tables <= AUDIT_LOG}
    assert audit == {*GIVEN, *REFUSED}
    assert {name: tables for name, tables in written.items() if name not in audit} == COPY_OF_AWS


@pytest.mark.django_db
def test_a_session_is_noted_as_in_use_once_a_minute(client: Client) -> None:
    tables: set[str] = set()
    with noted(tables):
        status(client, "/account/")
    assert tables == set()
    later = timezone.now() + timedelta(minutes=1, seconds=1)
    with mock.patch("django.utils.timezone.now", return_value=later), noted(tables):
        status(client, "/account/")
        assert tables == {"operators_session"}
        tables.clear()
        status(client, "/account/")
    assert tables == set()


@pytest.mark.django_db(transaction=True)
def test_every_page_is_shown_from_a_read_only_database(client: Client, urls: dict[str, str]) -> None:
    """But for what has to be entered in the audit log before it is shown."""
    expected, written = walk(client, urls)
    expected |= {name: 503 for name, tables in written.items() if tables <= AUDIT_LOG}
    with read_only():
        found = {name: status(client, url) for name, url in urls.items()}
    assert {name: code for name, code in found.items() if code != expected[name]} == {}


@pytest.mark.django_db(transaction=True)
def test_what_aws_shows_anew_is_shown_though_it_cannot_be_kept(
    client: Client, urls: dict[str, str], organization: Organization
) -> None:
    """The session is due to be noted, and AWS shows what the mirror does not know."""
    session = client.session
    session["console.seen"] -= 90
    session.save()
    Entity.objects.filter(entity_id=fixtures.ADA).update(name="old", details={})
    with read_only():
        for name in ("users:detail", "users:refresh", "users:edit"):
            assert status(client, urls[name]) == 200
    assert Entity.objects.get(entity_id=fixtures.ADA).name == "old"
    effects._breaker.reset()  # five seconds later
    assert status(client, urls["users:refresh"]) == 200
    assert Entity.objects.get(entity_id=fixtures.ADA).name != "old"
