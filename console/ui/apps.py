"""The app of the user interface: tables, forms, pages and navigation, with no domain words."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "console.ui"
    label = "ui"

    def ready(self) -> None:
        from console.ui import checks  # noqa: F401 - registers itself
