"""A console whose clock is wrong is refused by AWS, and says that it is the clock."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import botocore.auth
import pytest

from console.actor import Actor
from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Organization
from console.sandbox.fixtures import TestSandbox, running_sandbox
from console.sandbox.state import Access
from console.web import aws_errors, aws_messages

pytestmark = pytest.mark.django_db
READER = Actor.system("mirror")


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with running_sandbox() as town:
        town.sandbox.access = Access(secret=os.environ["AWS_SECRET_ACCESS_KEY"])
        yield town


@pytest.fixture
def organization(town: TestSandbox) -> Organization:
    return Organization.objects.create(organization_id=town.organization_id, slug="example")


def refusal(organization: Organization) -> errors.Refused | None:
    try:
        gateway.call(READER, "DescribeOrganization", organization)
    except errors.Refused as refused:
        return refused
    return None


@pytest.mark.parametrize(("minutes", "is_refused"), [(-16, True), (-14, False), (14, False), (16, True)])
def test_a_wrong_clock_is_named(
    organization: Organization, monkeypatch: pytest.MonkeyPatch, minutes: int, is_refused: bool
) -> None:
    monkeypatch.setattr(
        botocore.auth,
        "get_current_datetime",
        lambda: datetime.now(UTC).replace(tzinfo=None) + timedelta(minutes=minutes),
    )
    refused = refusal(organization)
    assert bool(refused) is is_refused
    if refused:
        assert aws_errors.explain_error(refused) is aws_messages.CLOCK_SKEW


def test_a_wrong_key_is_named(organization: Organization, town: TestSandbox) -> None:
    town.sandbox.access = Access(secret="another")
    refused = refusal(organization)
    assert refused
    assert aws_errors.explain_error(refused) is aws_messages.CREDENTIALS
