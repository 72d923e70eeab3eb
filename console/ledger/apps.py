"""The app of the audit log."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "console.ledger"
    verbose_name = "ledger"

    def ready(self) -> None:
        from console.ledger import checks  # noqa: F401 - registers itself
