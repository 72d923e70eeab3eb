"""The app that removes old rows of the console itself; retention of mail is `console.areas.retention`."""

from django.apps import AppConfig


class DataRetentionConfig(AppConfig):
    name = "console.data_retention"
    label = "data_retention"
