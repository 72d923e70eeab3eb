"""Bytes over the wire: whatever comes, the answer has AWS's form and is never a stack trace."""

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from werkzeug.test import Client, TestResponse

from console.sandbox.fixtures import ADA, TestSandbox

CREDENTIAL = "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/workmail/aws4_request, Signature=0"
HEADERS = {"Authorization": CREDENTIAL, "Content-Type": "application/x-amz-json-1.1"}


def post(
    sandbox: TestSandbox, body: bytes | str, target: str = "DescribeUser", **headers: str
) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with_target = {**HEADERS, "X-Amz-Target": f"WorkMailService.{target}", **named}
    return Client(sandbox.sandbox).post("/", data=body, headers=with_target)


def code(response: TestResponse) -> str:
    answer: dict[str, Any] = json.loads(response.data)
    assert 400 <= response.status_code < 500
    assert answer.get("Message") or answer.get("message")
    return str(answer["__type"])


def request_of(sandbox: TestSandbox, **params: Any) -> str:
    return json.dumps({"OrganizationId": sandbox.organization_id, **params})


class TestAnAnswer:
    def test_is_json_with_a_request_id_and_seconds(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze(1_532_459_261.827)
        sandbox.call("RegisterToWorkMail", EntityId="cy", Email="cy@example.com")
        response = post(sandbox, request_of(sandbox, UserId="cy"))
        assert response.headers["Content-Type"] == "application/x-amz-json-1.1"
        assert len(response.headers["x-amzn-RequestId"]) == 36
        assert b'"EnabledDate":1532459261.827' in response.data

    def test_of_a_write_is_empty(self, sandbox: TestSandbox) -> None:
        response = post(sandbox, request_of(sandbox, UserId=ADA, City="Izmir"), "UpdateUser")
        assert (response.status_code, response.data) == (200, b"{}")

    def test_of_a_refusal_has_the_member_that_the_model_names(self, sandbox: TestSandbox) -> None:
        response = post(sandbox, request_of(sandbox, UserId="nobody"))
        assert response.status_code == 400
        answer = json.loads(response.data)
        assert answer.keys() == {"__type", "Message"}
        assert answer["__type"] == "EntityNotFoundException"

    def test_takes_no_notice_of_unknown_members(self, sandbox: TestSandbox) -> None:
        response = post(sandbox, request_of(sandbox, UserId=ADA, Colour="blue", City=None))
        assert response.status_code == 200


class TestARequest:
    @pytest.mark.parametrize(
        "body",
        [
            b"{",
            b"[]",
            b'"text"',
            b"\xff\xfe",
            b'{"UserId": NaN}',
            b'{"UserId": "a", "UserId": "b"}',
            b'{"UserId": "\\ud800"}',
            b"[" * 100_000,
            b'{"a":' * 100_000,
        ],
        ids=["cut", "list", "text", "binary", "nan", "twice", "surrogate", "deep", "deep objects"],
    )
    def test_that_is_no_json_object_is_refused(self, sandbox: TestSandbox, body: bytes) -> None:
        assert code(post(sandbox, body)) == "SerializationException"

    @pytest.mark.parametrize("value", [5, True, ["x"], {"a": "b"}])
    def test_with_another_type_is_refused(self, sandbox: TestSandbox, value: Any) -> None:
        assert code(post(sandbox, request_of(sandbox, UserId=value))) == "SerializationException"

    def test_over_a_mebibyte_is_refused(self, sandbox: TestSandbox) -> None:
        assert code(post(sandbox, b" " * (1024 * 1024 + 1))) == "RequestEntityTooLargeException"

    @pytest.mark.parametrize("target", ["", "Nothing", "describeuser", "Describe.User"])
    def test_for_an_unknown_operation_is_refused(self, sandbox: TestSandbox, target: str) -> None:
        assert code(post(sandbox, b"{}", target)) == "UnknownOperationException"

    def test_of_another_service_s_target_is_refused(self, sandbox: TestSandbox) -> None:
        assert code(post(sandbox, b"{}", X_Amz_Target="Kinesis.PutRecord")) == "UnknownOperationException"

    def test_without_a_member_that_is_required_is_refused(self, sandbox: TestSandbox) -> None:
        assert code(post(sandbox, b"")) == "InvalidParameterException"

    def test_without_a_signature_is_refused(self, sandbox: TestSandbox) -> None:
        assert code(post(sandbox, b"{}", Authorization="")) == "MissingAuthenticationTokenException"

    def test_with_half_a_signature_is_refused(self, sandbox: TestSandbox) -> None:
        assert code(post(sandbox, b"{}", Authorization="Bearer x")) == "IncompleteSignature"

    def test_is_answered_by_the_region_of_its_signature(self, sandbox: TestSandbox) -> None:
        elsewhere = CREDENTIAL.replace("us-east-1", "us-west-2")
        response = post(sandbox, request_of(sandbox, UserId=ADA), Authorization=elsewhere)
        assert code(response) == "OrganizationNotFoundException"


class TestHealth:
    def test_says_that_the_sandbox_is_ready(self, sandbox: TestSandbox) -> None:
        assert Client(sandbox.sandbox).get("/_sandbox/health").json == {"ready": True}


class TestNeighbours:
    def test_answer_behind_the_same_door(self, sandbox: TestSandbox) -> None:
        assert sandbox.client("sts").get_caller_identity()["Account"] == "123456789012"
        assert sandbox.client("kms").list_keys()["Keys"] == []
        sandbox.client("iam").create_role(RoleName="export", AssumeRolePolicyDocument="{}")

    @pytest.mark.parametrize("version", ["s3", "s3v4"])
    def test_serve_presigned_addresses(self, sandbox: TestSandbox, version: str) -> None:
        client: Any = boto3.client(
            "s3",
            endpoint_url="http://sandbox:4600",
            region_name="us-east-1",
            config=Config(signature_version=version),
        )
        client.put_object(Bucket="example-exports", Key="a b/ü.zip", Body=b"zip")
        address = client.generate_presigned_url(
            "get_object", Params={"Bucket": "example-exports", "Key": "a b/ü.zip"}
        )
        assert Client(sandbox.sandbox).get(address.removeprefix("http://sandbox:4600")).data == b"zip"
