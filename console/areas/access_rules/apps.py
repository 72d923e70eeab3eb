"""The app of access rules, named networks and protected users."""

from django.apps import AppConfig


class AccessRulesConfig(AppConfig):
    name = "console.areas.access_rules"
    label = "access_rules"
