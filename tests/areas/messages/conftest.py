"""A sandbox through which mail passes, and who may look at it: Olga owns, Adam administers."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from console.mirror.models import Organization
from console.sandbox import fixtures, transit_messages
from console.sandbox.fixtures import TestSandbox
from tests.areas import world
from tests.areas.desk import Desk

MAIL = b"""From: =?utf-8?q?Ada_=C3=87elik?= <ada@example.com>\r
To: bo@example.com\r
Date: Sat, 21 Nov 2026 08:00:00 +0000\r
Message-ID: <1@example.com>\r
Subject: Kanarienvogel\r
\r
Hello, Bo.\r
"""


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.sandbox() as empty, world.unhurried():
        yield fixtures.build_test_sandbox(empty)


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    cache.clear()
    return world.mirrored(town.organization_id, town="messages", name="Example")


@pytest.fixture
def olga(organization: Organization) -> Desk:
    return Desk(world.operator("Owner", organization, name="olga"), organization, "messages")


@pytest.fixture
def adam(organization: Organization) -> Desk:
    return Desk(world.operator("Administrator", organization, name="adam"), organization, "messages")


@pytest.fixture
def message(town: TestSandbox) -> str:
    return sent(town, MAIL)


def sent(town: TestSandbox, content: bytes) -> str:
    return transit_messages.put_in_transit(town.store, town.organization, content).message_id
