"""The app of operators, roles, grants and policy."""

from django.apps import AppConfig
from django.db.models.signals import pre_migrate


class OperatorsConfig(AppConfig):
    name = "console.operators"
    verbose_name = "operators"

    def ready(self) -> None:
        from console.operators import migration_history, signals

        pre_migrate.connect(migration_history.require_known_migrations, sender=self)
        signals.connect_signals()
