"""The app of changes."""

from django.apps import AppConfig


class ChangesConfig(AppConfig):
    name = "console.changes"
    verbose_name = "changes"
