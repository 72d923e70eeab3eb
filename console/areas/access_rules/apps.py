"""Names of networks, and people who must never be locked out, are rows of this area."""

from django.apps import AppConfig


class AccessRulesConfig(AppConfig):
    name = "console.areas.access_rules"
    label = "access_rules"
