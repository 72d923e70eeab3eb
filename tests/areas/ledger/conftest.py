"""A ledger with something of every kind in it, and those who read it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console.actor import Actor
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Entity, Organization
from console.operators.models import Operator
from tests.areas import world

ID = "m-" + "1" * 32
HANNAH = Actor(0, "hannah@desk.example", "192.0.2.7", "5e5510", "req-00000007", "password+totp")


@pytest.fixture
def organization(db: None) -> Organization:
    return Organization.objects.create(organization_id=ID, slug="example", region="us-east-1")


@pytest.fixture
def auditor(organization: Organization) -> Operator:
    return world.operator("Auditor", organization)


@pytest.fixture
def reader(auditor: Operator) -> Client:
    return world.browser(auditor)


def to(name: str, *args: Any) -> str:
    return reverse(f"ledger:{name}", args=["example", *args])


def intend(operation: str = "UpdateUser", actor: Actor = HANNAH, **given: Any) -> Entry:
    return journal.record_intent(
        actor, operation, ID, **{"params": {"UserId": given.get("target", "")}, **given}
    )


def done(operation: str = "UpdateUser", **given: Any) -> Entry:
    """A call that AWS did; the answer is its intent."""
    entry = intend(operation, **given)
    journal.record_outcome(entry, Entry.Outcome.DONE, aws_request_id=f"aws-{entry.seq}")
    return entry


def record(kind: str, organization: str = ID, actor: Actor = HANNAH, **given: Any) -> Entry:
    return journal.record_entry(actor, kind, organization=organization, **given)


def person(organization: Organization, name: str, domain: str = "example.com", **fields: Any) -> Entity:
    made = Entity(
        **{
            "organization": organization,
            "entity_id": f"id-of-{name}",
            "kind": "user",
            "role": "USER",
            "state": "ENABLED",
            "name": name,
            "display_name": name.title(),
            "email": f"{name}@{domain}",
            **fields,
        }
    )
    made.derive([])
    made.save()
    return made


Shown = Callable[..., list[int]]


@pytest.fixture
def shown(reader: Client) -> Shown:
    """The numbers of the entries that a list with these parameters shows."""

    def numbers(client: Client = reader, **params: str) -> list[int]:
        page = client.get(to("list"), params).context["page"]
        return [row["seq"] for row in page.values]

    return numbers
