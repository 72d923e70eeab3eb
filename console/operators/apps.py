"""The app of those who use the console: operators, their roles and grants, and the policy."""

from django.apps import AppConfig


class OperatorsConfig(AppConfig):
    name = "console.operators"
    verbose_name = "operators"

    def ready(self) -> None:
        from console.operators import signals

        signals.connect()
