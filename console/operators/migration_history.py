"""Refuse to migrate a database that belongs to another version of the console."""

from typing import Any

from django.apps import apps
from django.core.management import CommandError
from django.db import connections
from django.db.migrations.loader import MigrationLoader

UNKNOWN = (
    "This database belongs to another version of the console: it has the migration {name}, which this "
    "version does not have. Start the version that created it, or use a new database; see CHANGELOG.md."
)


def require_known_migrations(using: str, **_: Any) -> None:
    """Raise `CommandError` if the database has a migration of the console that this version lacks.

    Django itself would report that there is nothing to apply, whatever the tables look like.
    """
    loader = MigrationLoader(connections[using])
    own_labels = {config.label for config in apps.get_app_configs() if config.name.startswith("console.")}
    unknown = sorted(
        key for key in loader.applied_migrations.keys() - loader.disk_migrations if key[0] in own_labels
    )
    if unknown:
        raise CommandError(UNKNOWN.format(name=".".join(unknown[0])))
