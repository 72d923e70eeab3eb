"""What the checks found is kept, so their area is an app."""

from django.apps import AppConfig


class PostureConfig(AppConfig):
    name = "console.areas.posture"
    label = "posture"
