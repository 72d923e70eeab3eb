"""A sandbox in the test's own process, and its pytest fixtures.

    from console.sandbox.fixtures import sandboxed

    with sandboxed() as sandbox:
        sandbox.workmail.list_users(OrganizationId=sandbox.organization_id)
        sandbox.call("DescribeUser", UserId="ada")      # the organization is filled in
        sandbox.clock.advance(30)                       # seconds; nothing ever sleeps
        sandbox.faults.time_out("CreateUser", "after")  # it took effect, but nobody hears of it
        sandbox.calls("CreateUser")                     # what was sent

Inside the block every botocore session that was made after this module was imported talks to the
sandbox, whatever its endpoint, region and credentials: boto3 in the test, and the clients of the code
under test. So a Django test of pages needs the block and nothing else; only clients that were made
and kept before (a cache of the code under test) must be dropped, or be joined with `doors.attach`.

With pytest, `from console.sandbox.fixtures import sandbox, workmail` in a conftest.py gives fixtures.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from console.aws import model
from console.sandbox import application, botocore_hook, organization_setup
from console.sandbox.clock import Clock
from console.sandbox.faults import Faults
from console.sandbox.recorded_calls import RecordedCalls
from console.sandbox.records import Entity, Group, Organization, Resource, User
from console.sandbox.settings import Settings
from console.sandbox.store import Store

ALIAS, DOMAIN, BUCKET = "example", "example.com", "example-exports"
ORGANIZATION_ID = organization_setup.organization_id_of(
    organization_setup.ACCOUNT, organization_setup.REGION, ALIAS
)
ADA = "a0a0a0a0-0000-4000-8000-000000000001"  # enabled, alias countess@, mail in her mailbox
BO = "a0a0a0a0-0000-4000-8000-000000000002"  # enabled
CY = "a0a0a0a0-0000-4000-8000-000000000003"  # created, never enabled
ROLE = "arn:aws:iam::123456789012:role/export"
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
SINGLE_ATTEMPT = Config(retries={"mode": "standard", "total_max_attempts": 1}, parameter_validation=False)


@dataclass(frozen=True)
class TestSandbox:
    """A sandbox with one organization (`example`, example.com), users Ada, Bo and Cy, and a bucket."""

    __test__ = False
    sandbox: application.Sandbox
    organization: Organization

    @property
    def store(self) -> Store:
        return self.sandbox.store

    @property
    def clock(self) -> Clock:
        return self.sandbox.store.clock

    @property
    def faults(self) -> Faults:
        """Return the faults, such as `faults.fail("CreateUser", "after")`."""
        return self.sandbox.faults

    @property
    def calls(self) -> RecordedCalls:
        """Return the calls to WorkMail: `[call.params for call in sandbox.calls("UpdateUser")]`."""
        return self.sandbox.calls

    @property
    def organization_id(self) -> str:
        return self.organization.organization_id

    @property
    def workmail(self) -> Any:
        return self.client("workmail")

    @property
    def s3(self) -> Any:
        return self.client("s3")

    def client(
        self, service: str, *, region: str = organization_setup.REGION, access_key: str = "test"
    ) -> Any:
        """Return a boto3 client of this sandbox without retries and validation."""
        return _client(service, region, access_key)

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """Call WorkMail or Message Flow with the organization filled in; drop the metadata."""
        method = getattr(self.client(model.get_service_name(operation)), _snake_case(operation))
        if "OrganizationId" in model.input_members(operation):
            params = {"OrganizationId": self.organization_id, **params}
        answer: dict[str, Any] = method(**params)
        answer.pop("ResponseMetadata")
        return answer

    def add(self, *records: Entity) -> None:
        """Save users, groups or resources directly, without an operation."""
        with self.store.transaction():
            for record in records:
                self.store.entities.save(record)

    def user(self, name: str, **fields: Any) -> User:
        """Add a user; `enabled_user` adds one with a mailbox."""
        record = User(**{"entity_id": f"user-{name:0>12}", **self._named(name), **fields})
        self.add(record)
        return record

    def enabled_user(self, name: str, **fields: Any) -> User:
        return self.user(name, **{**self._enabled(name), "filled": True, **fields})

    def group(self, name: str, **fields: Any) -> Group:
        """Add an enabled group."""
        common = {"organization_id": self.organization_id, "entity_id": f"group-{name:0>12}", "name": name}
        record = Group(**{**common, **self._enabled(name), "provisioned": None, **fields})
        self.add(record)
        return record

    def resource(self, name: str, **fields: Any) -> Resource:
        """Add an enabled room that accepts by itself."""
        common = {"organization_id": self.organization_id, "entity_id": resource_id(name), "name": name}
        record = Resource(**{**common, **self._enabled(name), **fields})
        self.add(record)
        return record

    def _named(self, name: str) -> dict[str, Any]:
        return {"organization_id": self.organization_id, "name": name, "display_name": name.title()}

    def _enabled(self, name: str) -> dict[str, Any]:
        now = self.clock.now()
        return {"state": "ENABLED", "email": f"{name}@{DOMAIN}", "enabled": now, "provisioned": now}


def resource_id(name: str) -> str:
    """Return the id that `resource(name)` has; WorkMail's ids are hexadecimal."""
    return f"r-{name.encode().hex():0>32}"


@contextmanager
def running_sandbox(
    folder: Path | None = None, *, settings: Settings | None = None, populate: bool = True
) -> Iterator[TestSandbox]:
    """Run a sandbox in memory or in a folder; botocore talks to it inside the block.

    Its clock runs; `clock.freeze()` stops it.
    """
    made = application.Sandbox(folder, settings=settings)
    if populate:
        made.beginning = lambda _: populate_store(made)
    try:
        with botocore_hook.route_botocore(made):
            yield build_test_sandbox(made) if populate else TestSandbox(made, _no_response())
    finally:
        made.close()


def populate_store(made: application.Sandbox) -> None:
    build_test_sandbox(made)


def build_test_sandbox(made: application.Sandbox) -> TestSandbox:
    existing = next(iter(made.store.organizations), None)
    if existing is not None:
        return TestSandbox(made, existing)
    organization = organization_setup.add_active_organization(made.store, ALIAS, domains=[DOMAIN])
    town = TestSandbox(made, organization)
    made.neighbours.make_bucket(organization.account, BUCKET, organization.region)
    town.enabled_user("ada", entity_id=ADA, display_name="Ada Çelik", aliases=(f"countess@{DOMAIN}",))
    town.enabled_user("bo", entity_id=BO, display_name="Bo Ek")
    town.user("cy", entity_id=CY, display_name="Cy Ahn")
    return town


@cache
def _client(service: str, region: str, access_key: str) -> Any:
    session: Any = boto3.Session(access_key, "secret", region_name=region)
    return session.client(service, config=SINGLE_ATTEMPT)


def _no_response() -> Organization:
    return Organization(organization_id="", account="", region="", alias="", directory_id="", requested=0.0)


def _snake_case(operation: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation).lstrip("_")


@pytest.fixture
def sandbox() -> Iterator[TestSandbox]:
    with running_sandbox() as town:
        yield town


@pytest.fixture
def workmail(sandbox: TestSandbox) -> Any:
    return sandbox.workmail
