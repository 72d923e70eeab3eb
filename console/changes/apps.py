"""The app of changes: writes that are planned, seen, approved, run, resumed and undone."""

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "console.changes"
    verbose_name = "changes"
