"""The app of the health checks, whose results are stored."""

from django.apps import AppConfig


class PostureConfig(AppConfig):
    name = "console.areas.health_checks"
    label = "posture"
