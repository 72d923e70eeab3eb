"""A company in which everything is in order, whatever a test then plants, and those who look after it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from console.actor import Actor
from console.areas.health_checks import runner
from console.areas.health_checks.definitions import CheckResult
from console.areas.health_checks.registry import CHECKS_BY_ID
from console.changes import engine
from console.changes.models import Change
from console.changes.steps import PlannedStep
from console.gateway import gateway
from console.mirror.models import Organization
from console.operators.models import Operator
from console.sandbox import fixtures, organization_setup
from console.sandbox.fixtures import TestSandbox
from tests.areas import world
from tests.areas.desk import Desk

LOG = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/workmail/emailevents/example:*"
BRANCH = "branch.example"
HALL, TEAM = fixtures.resource_id("hall"), "group-00000000team"


@dataclass
class Check:
    """One check of the table: what it says now, and its plan carried out by the owner, to the end."""

    id: str
    organization: Organization
    owner: Operator

    def look(self) -> CheckResult:
        return runner.run_checks(self.organization)[self.id]

    def steps(self) -> list[PlannedStep]:
        """Of the plan as it would be drafted now."""
        check = CHECKS_BY_ID[self.id]
        assert check.mend
        return list(check.mend.steps(runner.read_check_data(self.organization, [check])))

    def mend(self) -> Change:
        """By way of the page, as somebody would."""
        desk = Desk(self.owner, self.organization, "posture")
        answer = desk.post("mend", self.id)
        assert answer.status_code == 303
        change = Change.objects.get(kind="posture", organization=self.organization)
        assert answer.url == reverse("changes:detail", args=[self.organization.slug, change.pk])
        engine.start_change(change, world.actor(self.owner))
        change.refresh_from_db()
        return change


@dataclass
class Planter:
    """Changes what WorkMail and the mirror have, as if somebody had done it in the console."""

    organization: Organization
    actor: Actor

    def __call__(self, operation: str, **params: Any) -> dict[str, Any]:
        return gateway.call(self.actor, operation, self.organization, **params)


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.sandbox() as empty, world.unhurried():
        made = fixtures.build_test_sandbox(empty)
        organization_setup.add_domain(made.store, made.organization, BRANCH)
        made.group("team")
        made.resource("hall")
        settle(made)
        yield made


def settle(made: TestSandbox) -> None:
    """Rules, retention and the log, of which a new organization has none."""
    junk = {"Name": "JUNK_EMAIL", "Action": "DELETE", "Period": 30}
    made.call("PutRetentionPolicy", Name="default", FolderConfigurations=[junk])
    made.call("PutEmailMonitoringConfiguration", LogGroupArn=LOG)
    made.call("PutAccessControlRule", Name="no-imap", Effect="DENY", Description="x", Actions=["IMAP"])
    made.call("CreateMobileDeviceAccessRule", Name="no-toys", Effect="DENY", DeviceTypes=["toy"])


@pytest.fixture
def organization(db: None, town: TestSandbox) -> Organization:
    cache.clear()
    return world.mirrored(town.organization_id, town="posture", name="Example")


@pytest.fixture
def olga(organization: Organization) -> Operator:
    return world.operator("Owner", organization, name="olga")


@pytest.fixture
def plant(organization: Organization, olga: Operator) -> Planter:
    return Planter(organization, world.actor(olga))


@pytest.fixture
def check(request: pytest.FixtureRequest, organization: Organization, olga: Operator) -> Check:
    """The one that the class of the test names."""
    return Check(request.cls.CHECK, organization, olga)
