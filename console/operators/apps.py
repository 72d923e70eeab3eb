"""The app of operators, roles, grants and policy."""

from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    name = "console.operators"
    verbose_name = "operators"

    def ready(self) -> None:
        from console.operators import signals

        signals.connect_signals()
