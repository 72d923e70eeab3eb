"""An organization, somebody who may do everything in it, and a wire in place of the network."""

from collections.abc import Iterator

import pytest

from console.actor import Actor
from console.aws.client import Account
from console.mirror.models import Entity, Organization
from console.operators.models import Grant, Operator, Role
from tests.contract.samples import ID
from tests.contract.wire import Wire


@pytest.fixture
def organization() -> Organization:
    made = Organization.objects.create(organization_id="m-" + "0" * 32, slug="acme")
    Entity.objects.create(organization=made, entity_id=ID, kind="user", name="ada", email="ada@example.com")
    return made


@pytest.fixture
def owner(organization: Organization) -> Actor:
    operator = Operator.objects.create_user("owner@example.com", name="Olga")
    Grant.objects.create(operator=operator, role=Role.objects.get(name="Owner"), organization=organization)
    return Actor(operator.pk, operator.email, address="192.0.2.7")


@pytest.fixture
def wire(organization: Organization, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    monkeypatch.setattr("console.aws.transport.PAUSE", 0)
    made, account = Wire(), Account.of(organization)
    made.attach(account)
    yield made
    made.detach(account)
