"""The app of the sync, which reads WorkMail into the mirror."""

from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "console.sync"
    label = "sync"
    verbose_name = "sync"
