"""Signatures, where the sandbox was started with a secret to verify them by."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from werkzeug.test import Client, TestResponse

from console.sandbox.fixtures import ADA, SINGLE_ATTEMPT, TestSandbox, running_sandbox
from console.sandbox.organization_setup import ACCOUNT
from console.sandbox.state import Access
from tests.sandbox.refusals import refused
from tests.sandbox.test_persistence import free_port, server

SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
OTHER = SECRET.lower()
TARGET = "WorkMailService.ListOrganizations"


@pytest.fixture
def verifying(sandbox: TestSandbox) -> TestSandbox:
    sandbox.sandbox.access = Access(secret=SECRET)
    return sandbox


def client(secret: str, service: str = "workmail", **credentials: Any) -> Any:
    session: Any = boto3.Session(
        credentials.pop("key", "AKIDEXAMPLE"), secret, region_name="us-east-1", **credentials
    )
    return session.client(service, config=SINGLE_ATTEMPT)


class TestBoto3:
    def test_with_the_secret_is_answered(self, verifying: TestSandbox) -> None:
        shown = client(SECRET).describe_user(OrganizationId=verifying.organization_id, UserId=ADA)
        assert shown["UserId"] == ADA

    def test_with_another_secret_is_refused(self, verifying: TestSandbox) -> None:
        with refused("InvalidSignatureException"):
            client(OTHER).list_organizations()

    def test_may_use_what_sts_gave_out(self, verifying: TestSandbox) -> None:
        role = verifying.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/console", RoleSessionName="test"
        )["Credentials"]
        given = {"key": role["AccessKeyId"], "aws_session_token": role["SessionToken"]}
        assert client(role["SecretAccessKey"], **given).list_organizations()["OrganizationSummaries"]
        with refused("InvalidSignatureException"):
            client(SECRET, **given).list_organizations()

    def test_may_use_what_iam_gave_out(self, verifying: TestSandbox) -> None:
        iam = verifying.client("iam")
        iam.create_user(UserName="somebody")
        key = iam.create_access_key(UserName="somebody")["AccessKey"]
        assert client(key["SecretAccessKey"], key=key["AccessKeyId"]).list_organizations()

    def test_reaches_message_flow_with_the_secret_alone(self, verifying: TestSandbox) -> None:
        message = "0123456789abcdef-a-b"
        with refused("ResourceNotFoundException"):
            client(SECRET, "workmailmessageflow").get_raw_message_content(messageId=message)
        with refused("InvalidSignatureException"):
            client(OTHER, "workmailmessageflow").get_raw_message_content(messageId=message)


class TestARequest:
    """Signed by botocore and then changed on its way."""

    def signed(
        self, more: Mapping[str, str] = MappingProxyType({}), *, at: datetime | None = None
    ) -> dict[str, str]:
        headers = {"Host": "localhost", "X-Amz-Target": TARGET, **more}
        request = AWSRequest("POST", "http://localhost/", headers, b"{}")
        auth = SigV4Auth(Credentials("AKIDEXAMPLE", SECRET), "workmail", "us-east-1")
        auth.add_auth(request)
        if at is not None:
            self.sign_at(auth, request, at)
        return dict(request.headers.items())

    def sign_at(self, auth: Any, request: Any, at: datetime) -> None:
        stamp = at.strftime("%Y%m%dT%H%M%SZ")
        request.context["timestamp"] = stamp
        for name in ("X-Amz-Date", "Authorization"):
            del request.headers[name]
        request.headers["X-Amz-Date"] = stamp
        to_sign = auth.string_to_sign(request, auth.canonical_request(request))
        auth._inject_signature_to_request(request, auth.signature(to_sign, request))

    def send(
        self, sandbox: TestSandbox, headers: dict[str, str], body: bytes = b"{}", path: str = "/"
    ) -> TestResponse:
        return Client(sandbox.sandbox).post(path, data=body, headers=headers)

    def code(self, response: TestResponse) -> str:
        return f"{response.status_code} {json.loads(response.data)['__type']}"

    def test_as_it_was_signed_is_answered(self, verifying: TestSandbox) -> None:
        assert self.send(verifying, self.signed()).status_code == 200

    def test_with_another_body_is_refused(self, verifying: TestSandbox) -> None:
        assert self.code(self.send(verifying, self.signed(), b"{ }")) == "403 InvalidSignatureException"

    def test_to_another_path_is_refused(self, verifying: TestSandbox) -> None:
        for path in ("/other", "/?a=b"):
            assert (
                self.code(self.send(verifying, self.signed(), path=path)) == "403 InvalidSignatureException"
            )

    def test_with_another_target_is_refused(self, verifying: TestSandbox) -> None:
        headers = {**self.signed(), "X-Amz-Target": "WorkMailService.DeleteOrganization"}
        assert self.code(self.send(verifying, headers)) == "403 InvalidSignatureException"

    def test_whose_digest_is_of_another_body_is_refused(self, verifying: TestSandbox) -> None:
        headers = self.signed({"X-Amz-Content-SHA256": sha256(b"{}").hexdigest()})
        assert self.send(verifying, headers).status_code == 200
        assert self.code(self.send(verifying, headers, b"[]")) == "403 InvalidSignatureException"

    @pytest.mark.parametrize("minutes", [-16, 16])
    def test_of_another_time_is_refused(self, verifying: TestSandbox, minutes: int) -> None:
        headers = self.signed(at=datetime.now(UTC) + timedelta(minutes=minutes))
        assert self.code(self.send(verifying, headers)) == "400 RequestExpired"

    @pytest.mark.parametrize("minutes", [-14, 14])
    def test_of_a_clock_that_is_a_little_wrong_is_answered(
        self, verifying: TestSandbox, minutes: int
    ) -> None:
        headers = self.signed(at=datetime.now(UTC) + timedelta(minutes=minutes))
        assert self.send(verifying, headers).status_code == 200

    @pytest.mark.parametrize(
        ("old", "new"),
        [("Signature=", "Signed="), ("SignedHeaders=", "Headers="), ("host;", ""), (";x-amz-date", "")],
    )
    def test_with_half_a_signature_is_refused(self, verifying: TestSandbox, old: str, new: str) -> None:
        headers = self.signed()
        headers["Authorization"] = headers["Authorization"].replace(old, new)
        assert self.code(self.send(verifying, headers)) == "400 IncompleteSignature"

    @pytest.mark.parametrize("date", ["", "yesterday", "20260230T000000Z"])
    def test_without_a_date_is_refused(self, verifying: TestSandbox, date: str) -> None:
        headers = {**self.signed(), "X-Amz-Date": date}
        assert self.code(self.send(verifying, headers)) == "400 IncompleteSignature"

    def test_in_another_s_name_is_refused(self, verifying: TestSandbox) -> None:
        headers = self.signed()
        for old, new in (("us-east-1", "us-west-2"), ("Signature=", "Signature=0")):
            forged = headers["Authorization"].replace(old, new)[: len(headers["Authorization"])]
            answer = self.send(verifying, {**headers, "Authorization": forged})
            assert self.code(answer) == "403 InvalidSignatureException"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    state: Path = tmp_path_factory.mktemp("state")
    with running_sandbox(state):
        pass
    found = free_port()
    with server(state, found, "--verify-signatures", SECRET):
        yield found


class TestBehindAPort:
    def client(self, port: int, secret: str) -> Any:
        session: Any = boto3.Session("AKIDEXAMPLE", secret, region_name="us-east-1")
        config = Config(retries={"total_max_attempts": 1})
        return session.client("workmail", endpoint_url=f"http://127.0.0.1:{port}", config=config)

    def test_the_secret_of_the_command_line_counts(self, port: int) -> None:
        assert self.client(port, SECRET).list_organizations()["OrganizationSummaries"]
        with refused("InvalidSignatureException"):
            self.client(port, OTHER).list_organizations()
