"""Which credentials a call carries: the chain's own, or those of the organization's role."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from botocore.awsrequest import AWSPreparedRequest

from console.actor import Actor
from console.aws import client
from console.gateway import gateway
from console.mirror.models import Organization
from console.sandbox import application, botocore_hook
from console.sandbox.fixtures import TestSandbox, running_sandbox

pytestmark = pytest.mark.django_db
READER = Actor.system("mirror")
ROLE = "arn:aws:iam::123456789012:role/console"


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with running_sandbox() as made:
        yield made


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[AWSPreparedRequest]:
    """Every request that leaves, as it leaves."""
    seen: list[AWSPreparedRequest] = []
    send = botocore_hook.send_request

    def noting(sandbox: application.Sandbox, request: AWSPreparedRequest) -> Any:
        seen.append(request)
        return send(sandbox, request)

    monkeypatch.setattr(botocore_hook, "send_request", noting)
    return seen


def organization(town: TestSandbox, **fields: str) -> Organization:
    return Organization.objects.create(
        organization_id=town.organization_id, slug="example", region="us-east-1", **fields
    )


def asked_of_sts(sent: list[AWSPreparedRequest]) -> list[dict[str, list[str]]]:
    bodies = (botocore_hook.body_bytes(each.body).decode() for each in sent if "sts" in each.url)
    return [parse_qs(body) for body in bodies]


def signer(request: AWSPreparedRequest) -> str:
    text = botocore_hook.header_text(request.headers["Authorization"])
    return text.partition("Credential=")[2].partition("/")[0]


class TestCredentials:
    def test_are_the_chains_own_without_a_role(
        self, town: TestSandbox, sent: list[AWSPreparedRequest]
    ) -> None:
        gateway.call(READER, "ListUsers", organization(town))
        assert [signer(each) for each in sent] == ["AKIAIOSFODNN7EXAMPLE"]

    def test_are_the_roles_with_its_external_id_and_a_policy_for_this_organization_alone(
        self, town: TestSandbox, sent: list[AWSPreparedRequest]
    ) -> None:
        arn = f"arn:aws:workmail:us-east-1:123456789012:organization/{town.organization_id}"
        ours = organization(town, role_arn=ROLE, external_id="shared-once", arn=arn)
        gateway.call(READER, "ListUsers", ours)
        gateway.call(READER, "ListUsers", ours)
        (asked,) = asked_of_sts(sent)
        assert (asked["RoleArn"], asked["ExternalId"]) == ([ROLE], ["shared-once"])
        policy = json.loads(asked["Policy"][0])
        assert policy["Statement"][0]["Resource"] == arn
        denied = [*client.ORGANIZATION_CHANGES, *client.BREAK_GLASS]
        assert {"Effect": "Deny", "Action": denied, "Resource": "*"} in policy["Statement"]
        assert signer(sent[-1]) not in ("", "AKIAIOSFODNN7EXAMPLE")

    @pytest.mark.parametrize(("named", "opens"), [("own", True), ("*", True), ("another", False)])
    def test_open_mailboxes_and_change_sign_in_only_where_the_installation_says_so(
        self, named: str, opens: bool, town: TestSandbox, sent: list[AWSPreparedRequest], settings: Any
    ) -> None:
        arn = f"arn:aws:workmail:us-east-1:123456789012:organization/{town.organization_id}"
        ours = organization(town, role_arn=f"{ROLE}-{opens}-{len(named)}", arn=arn)
        settings.ALLOW_BREAK_GLASS = [town.organization_id if named == "own" else named]
        gateway.call(READER, "ListUsers", ours)
        (asked,) = asked_of_sts(sent)
        *allowed, denied = json.loads(asked["Policy"][0])["Statement"]
        assert len(asked["Policy"][0]) <= 2048  # the most that STS takes
        assert (not set(client.BREAK_GLASS) & set(denied["Action"])) is opens
        assert set(client.ORGANIZATION_CHANGES) <= set(denied["Action"])
        messages = arn.replace(":workmail:", ":workmailmessageflow:").replace("organization/", "message/")
        assert {"Effect": "Allow", "Action": "workmailmessageflow:*", "Resource": f"{messages}/*"} in allowed

    @pytest.mark.parametrize(("named", "lets"), [("own", True), ("another", False)])
    def test_begin_and_end_organizations_only_where_the_installation_says_so(
        self, named: str, lets: bool, town: TestSandbox, sent: list[AWSPreparedRequest], settings: Any
    ) -> None:
        arn = f"arn:aws:workmail:us-east-1:123456789012:organization/{town.organization_id}"
        ours = organization(town, role_arn=f"{ROLE}-founds-{lets}", arn=arn)
        settings.ALLOW_ORGANIZATION_CHANGES = [town.organization_id if named == "own" else named]
        gateway.call(READER, "ListUsers", ours)
        (asked,) = asked_of_sts(sent)
        *allowed, denied = json.loads(asked["Policy"][0])["Statement"]
        assert (not set(client.ORGANIZATION_CHANGES) & set(denied["Action"])) is lets
        assert set(client.BREAK_GLASS) <= set(denied["Action"])
        others = arn.replace(town.organization_id, "*")
        described = {"Effect": "Allow", "Action": "workmail:DescribeOrganization", "Resource": others}
        assert (described in allowed) is lets
        assert len(asked["Policy"][0]) <= 2048

    def test_are_nowhere_in_the_database(self) -> None:
        stored = {field.name for field in Organization._meta.get_fields()}
        assert not {name for name in stored if "secret" in name or "access_key" in name}
