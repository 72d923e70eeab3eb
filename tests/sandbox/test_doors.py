"""The ways into a sandbox that need no socket, alone and by many threads at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError

from console.sandbox import application, botocore_hook, handler_registry
from console.sandbox.errors import SandboxBug
from console.sandbox.fixtures import ADA, BUCKET, KEY, ROLE, TestSandbox, running_sandbox


def session() -> Any:
    return boto3.Session("test", "secret", region_name="us-east-1")


def by_session() -> tuple[Any, Callable[[], Any]]:
    made = session()
    return made, lambda: made.client("workmail")


def by_botocore() -> tuple[Any, Callable[[], Any]]:
    made = botocore.session.get_session()
    made.set_credentials("test", "secret")
    return made, lambda: made.create_client("workmail", region_name="us-east-1")


def by_client() -> tuple[Any, Callable[[], Any]]:
    made = session().client("workmail")
    return made, lambda: made


class TestTheDoorInProcess:
    @pytest.mark.parametrize("endpoint", [None, "http://sandbox.invalid:4600", "http://[::1]:4600"])
    def test_takes_any_endpoint(self, sandbox: TestSandbox, endpoint: str | None) -> None:
        workmail = session().client("workmail", endpoint_url=endpoint)
        assert workmail.describe_user(OrganizationId=sandbox.organization_id, UserId="ada")["UserId"] == ADA
        s3 = session().client("s3", endpoint_url=endpoint)
        s3.put_object(Bucket=BUCKET, Key="a/%2e b", Body=b"body")
        assert s3.get_object(Bucket=BUCKET, Key="a/%2e b")["Body"].read() == b"body"

    def test_leads_to_the_innermost_sandbox(self, sandbox: TestSandbox) -> None:
        with running_sandbox(populate=False):
            assert session().client("workmail").list_organizations()["OrganizationSummaries"] == []
        assert len(session().client("workmail").list_organizations()["OrganizationSummaries"]) == 1

    def test_shows_a_bug_of_the_sandbox_where_the_call_was_made(
        self, sandbox: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(
            handler_registry.HANDLERS, "DescribeUser", lambda call, params: {"Colour": "blue"}
        )
        with pytest.raises(SandboxBug, match="Colour"):
            sandbox.call("DescribeUser", UserId=ADA)


class TestAnAttachedDoor:
    @pytest.mark.parametrize("way", [by_session, by_botocore, by_client])
    def test_needs_no_block(self, way: Callable[[], tuple[Any, Callable[[], Any]]]) -> None:
        sandbox = application.Sandbox()
        holder, client = way()
        botocore_hook.attach_sandbox(sandbox, holder)
        assert client().list_organizations()["OrganizationSummaries"] == []


class TestManyAtOnce:
    def outcomes(self, call: Callable[[int], Any], count: int = 16) -> list[Any]:
        def attempt(number: int) -> Any:
            try:
                return call(number)
            except ClientError as error:
                return error.response["Error"]["Code"]

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(attempt, range(count)))

    def test_make_one_user_of_one_name(self, sandbox: TestSandbox) -> None:
        password = "Sommer2026!"
        outcomes = self.outcomes(
            lambda _: sandbox.call("CreateUser", Name="dee", DisplayName="D", Password=password)["UserId"]
        )
        assert outcomes.count("NameAvailabilityException") == 15
        assert sandbox.call("DescribeUser", UserId="dee")["UserId"] in outcomes

    def test_start_one_export_of_one_token(self, sandbox: TestSandbox) -> None:
        export = {
            "RoleArn": ROLE,
            "KmsKeyArn": KEY,
            "S3BucketName": BUCKET,
            "S3Prefix": "x",
            "ClientToken": "t",
        }
        outcomes = self.outcomes(
            lambda _: sandbox.call("StartMailboxExportJob", EntityId=ADA, **export)["JobId"]
        )
        assert len(set(outcomes)) == 1
        assert len(sandbox.store.export_jobs) == 1

    def test_start_ten_exports_and_no_more(self, sandbox: TestSandbox) -> None:
        people = [sandbox.enabled_user(f"person{number}").entity_id for number in range(16)]
        export = {"RoleArn": ROLE, "KmsKeyArn": KEY, "S3BucketName": BUCKET, "S3Prefix": "x"}
        outcomes = self.outcomes(
            lambda number: sandbox.call(
                "StartMailboxExportJob", EntityId=people[number], ClientToken=f"t{number}", **export
            )["JobId"]
        )
        assert outcomes.count("LimitExceededException") == 6
