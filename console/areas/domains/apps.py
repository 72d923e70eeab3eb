"""The domains area keeps a history of what DNS showed."""

from django.apps import AppConfig


class DomainsConfig(AppConfig):
    name = "console.areas.domains"
    label = "domains"

    def ready(self) -> None:
        from console.areas.domains.dns import checks  # noqa: F401 - registers the check of DNS_RESOLVER
