"""Saved views are rows, so their area is an app."""

from django.apps import AppConfig


class SavedConfig(AppConfig):
    name = "console.areas.saved"
    label = "saved"
