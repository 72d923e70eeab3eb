"""Removing the console's own old rows; the retention of mail is `console/areas/retention`."""

from django.apps import AppConfig


class DataRetentionConfig(AppConfig):
    name = "console.data_retention"
    label = "data_retention"
