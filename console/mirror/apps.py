"""The app of the mirror: a local copy of the directory that answers questions at once."""

from django.apps import AppConfig


class MirrorConfig(AppConfig):
    name = "console.mirror"
    verbose_name = "mirror"
