"""The retention policy of an organization."""

from typing import Any

import pytest

from console.sandbox import organization_setup
from console.sandbox.fixtures import TestSandbox, running_sandbox
from console.sandbox.settings import Settings
from tests.sandbox.refusals import refused


def folder(name: str = "INBOX", action: str = "DELETE", period: int | None = 30) -> dict[str, Any]:
    return {"Name": name, "Action": action, **({"Period": period} if period else {})}


def put(sandbox: TestSandbox, *folders: dict[str, Any], name: str = "mail", **params: Any) -> None:
    sandbox.call("PutRetentionPolicy", Name=name, FolderConfigurations=list(folders), **params)


class TestGetDefaultRetentionPolicy:
    def test_finds_nothing_before_there_is_one(self, sandbox: TestSandbox) -> None:
        with refused("EntityNotFoundException"):
            sandbox.call("GetDefaultRetentionPolicy")

    def test_shows_what_was_put(self, sandbox: TestSandbox) -> None:
        folders = [folder(), folder("DRAFTS", "NONE", None), folder("JUNK_EMAIL", "PERMANENTLY_DELETE", 730)]
        put(sandbox, *folders, Description="Thirty days")
        shown = sandbox.call("GetDefaultRetentionPolicy")
        assert shown.pop("Id")
        assert shown == {"Name": "mail", "Description": "Thirty days", "FolderConfigurations": folders}

    def test_shows_the_organization_s_own(self, sandbox: TestSandbox) -> None:
        put(sandbox, folder())
        other = organization_setup.add_active_organization(sandbox.store, "other").organization_id
        with refused("EntityNotFoundException"):
            sandbox.call("GetDefaultRetentionPolicy", OrganizationId=other)


class TestPutRetentionPolicy:
    def test_replaces_the_policy_of_its_id(self, sandbox: TestSandbox) -> None:
        put(sandbox, folder(), Description="old")
        before = sandbox.call("GetDefaultRetentionPolicy")["Id"]
        put(sandbox, folder("DRAFTS"), name="renamed", Id=before)
        after = sandbox.call("GetDefaultRetentionPolicy")
        assert after == {"Id": before, "Name": "renamed", "FolderConfigurations": [folder("DRAFTS")]}

    def test_replaces_the_policy_of_its_name(self, sandbox: TestSandbox) -> None:
        put(sandbox, folder())
        before = sandbox.call("GetDefaultRetentionPolicy")["Id"]
        put(sandbox, folder(period=7))
        after = sandbox.call("GetDefaultRetentionPolicy")
        assert (after["Id"], after["FolderConfigurations"]) == (before, [folder(period=7)])

    def test_makes_one_and_no_second(self, sandbox: TestSandbox) -> None:
        put(sandbox, folder())
        with refused("LimitExceededException"):
            put(sandbox, folder(), name="second")
        with refused("LimitExceededException"):
            put(sandbox, folder(), Id="another")

    def test_makes_as_many_as_the_sandbox_is_set_to(self) -> None:
        with running_sandbox(settings=Settings(retention_policies=2)) as sandbox:
            put(sandbox, folder())
            put(sandbox, folder(), name="second")
            with refused("LimitExceededException"):
                put(sandbox, folder(), name="third")

    @pytest.mark.parametrize(
        "folders",
        [
            [folder(), folder(action="NONE")],
            [folder(period=None)],
            [folder(period=731)],
            [folder("OUTBOX")],
            [folder(action="ARCHIVE")],
            [{"Name": "INBOX"}],
        ],
        ids=["twice", "no period", "too long", "no such folder", "no such action", "no action"],
    )
    def test_refuses_what_makes_no_sense(self, sandbox: TestSandbox, folders: list[dict[str, Any]]) -> None:
        with refused("InvalidParameterException"):
            put(sandbox, *folders)

    def test_refuses_names_of_another_form(self, sandbox: TestSandbox) -> None:
        for name in ("two words", "", "x" * 65):
            with refused("InvalidParameterException"):
                put(sandbox, folder(), name=name)


class TestDeleteRetentionPolicy:
    def test_takes_it_away(self, sandbox: TestSandbox) -> None:
        put(sandbox, folder(), Id="mine")
        sandbox.call("DeleteRetentionPolicy", Id="mine")
        with refused("EntityNotFoundException"):
            sandbox.call("GetDefaultRetentionPolicy")

    def test_of_an_unknown_one_is_no_error(self, sandbox: TestSandbox) -> None:
        put(sandbox, folder(), Id="mine")
        sandbox.call("DeleteRetentionPolicy", Id="yours")
        assert sandbox.call("GetDefaultRetentionPolicy")["Id"] == "mine"
