"""The parts that every page is made of: tables, forms, pages, navigation; no word of WorkMail's."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "console.ui"
    label = "ui"

    def ready(self) -> None:
        from console.ui import checks  # noqa: F401 - registers itself
