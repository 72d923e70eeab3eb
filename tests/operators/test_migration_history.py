"""A database of another version is refused by `manage.py migrate`."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

pytestmark = pytest.mark.django_db


def migrate() -> None:
    call_command("migrate", verbosity=0)


def test_migrates_a_database_of_this_version() -> None:
    migrate()


def test_names_a_migration_that_this_version_does_not_have() -> None:
    MigrationRecorder(connection).record_applied("mirror", "0002_search")
    with pytest.raises(
        CommandError, match=r"the migration mirror\.0002_search, which this version does not have"
    ):
        migrate()


def test_leaves_the_migrations_of_dependencies_to_them() -> None:
    MigrationRecorder(connection).record_applied("account", "9999_later")
    migrate()
