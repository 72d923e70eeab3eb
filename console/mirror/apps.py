"""The app of the mirror, the local copy of the directory."""

from django.apps import AppConfig


class MirrorConfig(AppConfig):
    name = "console.mirror"
    verbose_name = "mirror"
