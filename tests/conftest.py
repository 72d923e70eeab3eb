"""What every test may rely on: the ledger's triggers are in force, and emptying the tables is possible."""

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core import serializers
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # has no types

from console import clock
from console.ledger import triggers

Variant = Callable[..., AbstractContextManager[None]]
READ_SERVER_TIME, RECENT = clock.read_server_time, clock.recent
# Rows that migrations make; Django empties every table after a test with real transactions.
MADE_BY_MIGRATIONS = ("ledger.Head", "operators.Role")
MADE_WITH_THE_TABLES = {"django_content_type", "auth_permission"}


class BrowserTogether(LoadFileScheduling):  # type: ignore[misc]  # its base has no types
    """Give each test file to one worker, and all browser tests to the same one: they share a demo."""

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        return str(Path(path).parent) if "browser/" in path else path


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    if config.getvalue("dist") == "loadfile":
        return BrowserTogether(config, log)
    return None


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over what stays until the end anyway."""
    gc.collect()
    gc.freeze()


USUAL = {name: connection.settings_dict["OPTIONS"].get(name, "") for name in ("init_command", "options")}
UNSYNCED = {
    "sqlite": {"init_command": USUAL["init_command"].replace("synchronous=FULL", "synchronous=OFF")},
    "postgresql": {"options": f"{USUAL['options']} -c synchronous_commit=off"},
}


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Do not wait for the disk at each commit: a killed process loses nothing, only a power cut would."""
    connection.settings_dict["OPTIONS"].update(UNSYNCED[connection.vendor])


@pytest.fixture
def synced(transactional_db: None) -> Iterator[None]:
    """Wait for the disk at each commit, as in production."""
    options = connection.settings_dict["OPTIONS"]
    options.update({name: USUAL[name] for name in UNSYNCED[connection.vendor]})
    connection.close()
    yield
    options.update(UNSYNCED[connection.vendor])
    connection.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """After a test with real transactions the tables are as the migrations left them, triggers included."""
    with django_db_blocker.unblock():
        made = _rows_made()

    def empty_and_restore(_: TransactionTestCase) -> None:
        with transaction.atomic(), triggers.lift_triggers(connection):
            _empty_tables()
            for row in serializers.deserialize("json", made):
                row.save()
            connection.check_constraints()  # deferred ones would keep the triggers from being restored

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_and_restore)
        yield


def _empty_tables() -> None:
    """Delete all rows but those of permissions and content types, which `flush` would make again.

    DELETE, because TRUNCATE makes new files for every table.
    """
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        for table in sorted({*tables} - MADE_WITH_THE_TABLES):
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def _rows_made() -> str:
    labels = [
        label for label in MADE_BY_MIGRATIONS if apps.is_installed(f"console.{label.partition('.')[0]}")
    ]
    rows = [row for label in labels for row in apps.get_model(label)._default_manager.all()]
    return str(serializers.serialize("json", rows))


@pytest.fixture(autouse=True)
def moved_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that moves `timezone.now` moves the database's clock with it."""
    monkeypatch.setattr(clock, "read_server_time", lambda: timezone.now())
    monkeypatch.setattr(clock, "recent", lambda: timezone.now())


@pytest.fixture
def server_clock(monkeypatch: pytest.MonkeyPatch, moved_clock: None) -> None:
    """The database's own clock, whatever `timezone.now` says; skipped on SQLite, which has none."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite reads the process's clock")
    monkeypatch.setattr(clock, "read_server_time", READ_SERVER_TIME)
    monkeypatch.setattr(clock, "recent", RECENT)


@pytest.fixture
def variant(db: None, subtests: pytest.Subtests) -> Variant:
    """Return a context for one variant of many in a test, named by its keywords.

    Its failure is reported and the next variant runs; what it wrote to the database is taken back.
    """

    @contextmanager
    def begin(**named: Any) -> Iterator[None]:
        with subtests.test(**named), transaction.atomic():
            yield
            transaction.set_rollback(True)

    return begin
