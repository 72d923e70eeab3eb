"""Exports are encrypted with a key of KMS: links and policies must be such that S3 hands them out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from console.aws import client, errors, storage
from console.aws.catalogue import CATALOGUE
from console.mirror.models import Organization
from console.sandbox.export_encryption import policy_allows
from console.sandbox.fixtures import ADA, BUCKET, KEY, TestSandbox, running_sandbox
from console.sandbox.fixtures import ROLE as EXPORT_ROLE

pytestmark = pytest.mark.django_db
ROLE = "arn:aws:iam::123456789012:role/console-storage"
POLICIES = Path(__file__).resolve().parents[2] / "deploy" / "iam"
EXAMPLE = "arn:aws:workmail:us-east-1:123456789012:organization/m-1"


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with running_sandbox() as made:
        yield made


@pytest.fixture
def key(town: TestSandbox) -> str:
    """The object of a completed export."""
    job_id = town.call(
        "StartMailboxExportJob",
        ClientToken="one",
        EntityId=ADA,
        RoleArn=EXPORT_ROLE,
        KmsKeyArn=KEY,
        S3BucketName=BUCKET,
        S3Prefix="exports",
    )["JobId"]
    town.clock.advance(3600)
    job = town.call("DescribeMailboxExportJob", JobId=job_id)
    assert job["State"] == "COMPLETED"
    return str(job["S3Path"])


def organization(town: TestSandbox, **fields: str) -> Organization:
    arn = EXAMPLE.replace("m-1", town.organization_id)
    return Organization(organization_id=town.organization_id, region="us-east-1", arn=arn, **fields)


def refusal(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


class TestTheSandbox:
    def test_refuses_signature_version_2(self, town: TestSandbox, key: str) -> None:
        old = boto3.client("s3", region_name="us-east-1", config=Config(signature_version="s3"))
        with pytest.raises(ClientError) as error:
            old.get_object(Bucket=BUCKET, Key=key)
        assert refusal(error) == "InvalidArgument"
        assert town.s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()

    @pytest.mark.parametrize("action", ["s3:GetObject", "kms:Decrypt"])
    def test_refuses_a_session_without_the_right(self, town: TestSandbox, key: str, action: str) -> None:
        other = {"s3:GetObject": "kms:Decrypt", "kms:Decrypt": "s3:GetObject"}[action]
        policy = {"Statement": [{"Effect": "Allow", "Action": other, "Resource": "*"}]}
        assumed = town.client("sts").assume_role(
            RoleArn=ROLE, RoleSessionName="narrow", Policy=json.dumps(policy)
        )
        narrow = boto3.client(
            "s3",
            region_name="us-east-1",
            aws_access_key_id=assumed["Credentials"]["AccessKeyId"],
            aws_secret_access_key=assumed["Credentials"]["SecretAccessKey"],
            aws_session_token=assumed["Credentials"]["SessionToken"],
        )
        with pytest.raises(ClientError) as error:
            narrow.get_object(Bucket=BUCKET, Key=key)
        assert refusal(error) == "AccessDenied"
        assert action in str(error.value)


class TestDownloads:
    @pytest.mark.parametrize("role", ["", ROLE])
    def test_are_read(self, town: TestSandbox, key: str, role: str) -> None:
        ours = organization(town, role_arn=role)
        assert storage.get_object_size(ours, BUCKET, key) == len(
            b"".join(storage.read_object(ours, BUCKET, key))
        )

    @pytest.mark.parametrize("region", ["us-east-1", "us-west-2", "eu-west-1"])
    def test_links_are_of_version_4_and_of_the_region(self, region: str) -> None:
        ours = Organization(organization_id="m-1", region=region)
        link = urlsplit(storage.create_download_url(ours, "my-exports", "a/b.zip", "ada.zip"))
        query = parse_qs(link.query)
        assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
        assert f"/{region}/s3/aws4_request" in query["X-Amz-Credential"][0]
        assert link.hostname == f"my-exports.s3.{region}.amazonaws.com"

    def test_without_the_right_are_an_error_that_says_so(
        self, town: TestSandbox, key: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A planted fault: the session's policy forgets a right."""
        whole = client.build_session_policy

        def forgetful(account: client.Account) -> str:
            return whole(account).replace("kms:Decrypt", "kms:Encrypt")

        monkeypatch.setattr(client, "build_session_policy", forgetful)
        with pytest.raises(errors.Refused, match="kms:Decrypt"):
            storage.get_object_size(organization(town, role_arn=f"{ROLE}-forgetful"), BUCKET, key)


def loaded(name: str) -> str:
    text = (POLICIES / f"{name}.json").read_text()
    return (
        text.replace("REGION", "us-east-1").replace("ACCOUNT", "123456789012").replace("ORGANIZATION", "m-1")
    )


def actions(policy: str) -> set[str]:
    """The actions that a policy allows by name."""
    allowed = [each["Action"] for each in json.loads(policy)["Statement"] if each["Effect"] == "Allow"]
    return {action for each in allowed for action in ([each] if isinstance(each, str) else each)}


def resource_of(action: str) -> str:
    service = action.partition(":")[0]
    known = {
        "workmail": "*" if action == "workmail:ListOrganizations" else EXAMPLE,
        "workmailmessageflow": "arn:aws:workmailmessageflow:us-east-1:123456789012:message/m-1/x",
        "s3": "arn:aws:s3:::BUCKET/PREFIX/x",
        "kms": "arn:aws:kms:us-east-1:123456789012:key/KEY",
        "iam": "arn:aws:iam::123456789012:role/EXPORT_ROLE",
        "sso": "arn:aws:sso::123456789012:application/INSTANCE/apl-1",
    }
    return known.get(service, "*")


UNTIL = "UnlessTheGlassIsBroken"
CONTEXT: dict[str, Any] = {
    "kms:ViaService": "s3.us-east-1.amazonaws.com",
    "iam:PassedToService": "export.workmail.amazonaws.com",
}


class TestPolicies:
    """The policy of the role and the one of its sessions allow the same, so neither is forgotten."""

    def both(self, *, breaks_glass: bool) -> tuple[str, str]:
        role = json.loads(loaded("console-policy"))
        if breaks_glass:
            role["Statement"] = [
                each for each in role["Statement"] if each["Sid"] != "UnlessTheGlassIsBroken"
            ]
            role["Statement"] += json.loads(loaded("break-glass-policy"))["Statement"]
        account = client.Account("us-east-1", organization_arn=EXAMPLE, breaks_glass=breaks_glass)
        return json.dumps(role), client.build_session_policy(account)

    @pytest.mark.parametrize("breaks_glass", [False, True])
    def test_allow_the_same(self, breaks_glass: bool) -> None:
        role, session = self.both(breaks_glass=breaks_glass)
        asked = {each for each in actions(role) | actions(session) if "*" not in each}
        asked |= {f"{service_of(name)}:{name}" for name in CATALOGUE}
        different = {
            action
            for action in asked
            if policy_allows(role, action, resource_of(action), CONTEXT)
            != policy_allows(session, action, resource_of(action), CONTEXT)
        }
        assert different == set()

    def test_a_forgotten_action_is_found(self) -> None:
        role, session = self.both(breaks_glass=False)
        session = session.replace("kms:Decrypt", "kms:Encrypt")
        assert policy_allows(role, "kms:Decrypt", resource_of("kms:Decrypt"), CONTEXT)
        assert not policy_allows(session, "kms:Decrypt", resource_of("kms:Decrypt"), CONTEXT)


def service_of(operation: str) -> str:
    return "workmailmessageflow" if CATALOGUE[operation].area == "messages" else "workmail"
