"""Directories that WorkMail may only read: behind an AD Connector, or in interoperability with Exchange."""

from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from console.aws import model
from console.sandbox import organization_setup
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox, running_sandbox
from tests.sandbox.prepared import OTHERWISE, prepare, requests
from tests.sandbox.refusals import refused

LISTING = sorted(
    name for name in model.list_operations() if "UnsupportedOperationException" in model.error_codes(name)
)
WRITES = [name for name in LISTING if not name.startswith(("Describe", "List"))]


@pytest.fixture
def known(sandbox: TestSandbox) -> dict[str, Any]:
    """What there was when the directory became read-only."""
    made = prepare(sandbox)
    organization_setup.make_read_only(sandbox.store, sandbox.organization)
    return made


def codes(sandbox: TestSandbox, operation: str, known: dict[str, Any]) -> set[str]:
    found = set()
    for request in requests(operation, {**known, **OTHERWISE.get(operation, {})}):
        try:
            sandbox.call(operation, **request)
            found.add("")
        except ClientError as error:
            found.add(error.response["Error"]["Code"])
    return found


class TestAReadOnlyDirectory:
    @pytest.mark.parametrize("operation", WRITES)
    def test_refuses_every_write_that_lists_the_refusal(
        self, operation: str, sandbox: TestSandbox, known: dict[str, Any]
    ) -> None:
        before = {name: sorted(map(repr, table)) for name, table in sandbox.store.tables.items()}
        assert codes(sandbox, operation, known) == {"UnsupportedOperationException"}
        after = {name: sorted(map(repr, table)) for name, table in sandbox.store.tables.items()}
        assert after == before

    @pytest.mark.parametrize("operation", sorted(model.list_operations().keys() - set(WRITES)))
    def test_answers_everything_else(
        self, operation: str, sandbox: TestSandbox, known: dict[str, Any]
    ) -> None:
        assert "" in codes(sandbox, operation, known)

    def test_says_why(self, sandbox: TestSandbox, known: dict[str, Any]) -> None:
        with pytest.raises(
            ClientError, match="can't perform a write operation against a read-only directory"
        ):
            sandbox.call("UpdateUser", UserId=ADA, City="Izmir")

    def test_refuses_before_it_looks_for_anybody(self, sandbox: TestSandbox, known: dict[str, Any]) -> None:
        with refused("UnsupportedOperationException"):
            sandbox.call("DeleteUser", UserId="nobody")

    def test_is_one_organization_s_property(self, sandbox: TestSandbox, known: dict[str, Any]) -> None:
        other = organization_setup.add_active_organization(sandbox.store, "other").organization_id
        sandbox.call("CreateGroup", OrganizationId=other, Name="staff")

    def test_lets_people_be_disabled(self, sandbox: TestSandbox, known: dict[str, Any]) -> None:
        sandbox.call("DeregisterFromWorkMail", EntityId=BO)
        assert sandbox.call("DescribeUser", UserId=BO)["State"] == "DISABLED"

    def test_is_shown_by_its_type(self, sandbox: TestSandbox, known: dict[str, Any]) -> None:
        shown = sandbox.call("DescribeOrganization")
        assert (shown["DirectoryType"], shown["InteroperabilityEnabled"]) == ("ADConnector", False)


class TestInteroperability:
    def test_comes_with_a_directory_that_is_read_only(self, sandbox: TestSandbox) -> None:
        new = sandbox.workmail.create_organization(
            Alias="exchange", DirectoryId="d-0123456789", EnableInteroperability=True
        )["OrganizationId"]
        sandbox.clock.advance(60)
        shown = sandbox.call("DescribeOrganization", OrganizationId=new)
        assert (shown["DirectoryType"], shown["InteroperabilityEnabled"]) == ("ADConnector", True)
        with refused("UnsupportedOperationException"):
            sandbox.call("CreateResource", OrganizationId=new, Name="room", Type="ROOM")

    def test_is_kept_over_a_restart(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as before:
            organization_setup.make_read_only(before.store, before.organization, interoperability=True)
        with running_sandbox(tmp_path) as after:
            assert after.call("DescribeOrganization")["InteroperabilityEnabled"] is True
            with refused("UnsupportedOperationException"):
                after.call("ResetPassword", UserId=CY, Password="Sommer2026!")
