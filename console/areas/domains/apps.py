"""The app of mail domains, which stores the history of DNS checks."""

from django.apps import AppConfig


class DomainsConfig(AppConfig):
    name = "console.areas.domains"
    label = "domains"

    def ready(self) -> None:
        from console.areas.domains.dns import checks  # noqa: F401 - registers the check of DNS_RESOLVER
