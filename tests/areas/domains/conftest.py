"""A company with four mail domains, its console, and a name server that says what the test wants.

example.com is the default, branch.example is verified and used, new.example is pending, idle.example
is verified and nobody's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from console.actor import Actor
from console.areas.domains import domain_checks, records
from console.areas.domains.models import Check
from console.areas.domains.records import DnsRecord
from console.gateway import gateway
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators.models import Grant, Operator, Role
from console.sandbox import fixtures, organization_setup
from console.sandbox.fixtures import TestSandbox
from tests.areas import world
from tests.nameserver import NameServer, serving

BRANCH, NEW, IDLE = "branch.example", "new.example", "idle.example"
DEE = "user-000000000dee"


@dataclass
class Desk:
    """Somebody at a browser: `get("detail", "example.com")` by the names of the URLs."""

    operator: Operator
    organization: Organization

    def __post_init__(self) -> None:
        self.client = Client()
        self.client.force_login(self.operator)

    def get(self, name: str, *args: Any, **headers: str) -> Any:
        return self.client.get(self.url(name, *args), headers=headers)

    def post(self, name: str, *args: Any, data: Any = None, **headers: str) -> Any:
        return self.client.post(self.url(name, *args), data or {}, headers=headers)

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"domains:{name}", args=[self.organization.slug, *args])


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.sandbox() as empty, world.unhurried():
        made = fixtures.build_test_sandbox(empty)
        for name, status in ((BRANCH, "VERIFIED"), (NEW, "PENDING"), (IDLE, "VERIFIED")):
            organization_setup.add_domain(made.store, made.organization, name, status)
        made.enabled_user(
            "dee", email=f"dee@{BRANCH}", display_name="Dee Ortiz", aliases=(f"postmaster@{BRANCH}",)
        )
        made.enabled_user("eli", display_name="Eli Roth", aliases=(f"eli@{BRANCH}",))
        made.group("team", email=f"team@{BRANCH}")
        yield made


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    cache.clear()
    return world.mirrored(town.organization_id, town="domains", name="Example", default_domain="example.com")


@pytest.fixture
def dns(settings: Any) -> Iterator[NameServer]:
    with serving() as server:
        settings.DNS_RESOLVER = server.address
        yield server


def _desk(organization: Organization, name: str, role: str, *domains: str) -> Desk:
    operator = Operator.objects.create_user(f"{name.lower()}@desk.example", name=name)
    granted = Role.objects.get(name=role)
    Grant.objects.create(operator=operator, role=granted, organization=organization, domains=list(domains))
    return Desk(operator, organization)


@pytest.fixture
def adam(organization: Organization) -> Desk:
    """Administers everything."""
    return _desk(organization, "Adam", "Administrator")


@pytest.fixture
def bruno(organization: Organization) -> Desk:
    """Helps the branch alone."""
    return _desk(organization, "Bruno", "Helpdesk", BRANCH)


@pytest.fixture
def aude(organization: Organization) -> Desk:
    return _desk(organization, "Aude", "Auditor")


def text(response: Any) -> str:
    return world.body(response)


def shown(organization: Organization, domain: str) -> dict[str, Any]:
    return gateway.call(Actor.system("tests"), "GetMailDomain", organization, DomainName=domain)


def wanted(organization: Organization, domain: str) -> list[DnsRecord]:
    return records.list_records(domain, shown(organization, domain))


def publish(dns: NameServer, organization: Organization, domain: str) -> None:
    """What AWS asks for, as somebody careful would enter it."""
    for each in wanted(organization, domain):
        value = {"TXT": f'"{each.value}"'}.get(each.type, f"{each.value}.")
        dns.put(each.hostname, each.type, value)


def check(organization: Organization, domain: str) -> Check:
    return domain_checks.run_check(organization, domain, shown(organization, domain), by="tests")


def statuses(made: Check) -> dict[str, str]:
    """By label; of the three DKIM keys the worst."""
    found: dict[str, str] = {}
    for each in domain_checks.read_verdicts(made):
        if found.get(each.label, "ok") == "ok":
            found[each.label] = each.status.value
    return found


def written(operation: str) -> list[Entry]:
    return list(Entry.objects.filter(kind=Entry.Kind.INTENT, operation=operation))
