"""Every operation that the sandbox has, called with valid input that is generated from the model.

The sandbox checks each answer against the model and raises where it does not fit, or where an
operation answers an error that it does not list; so a call that comes back at all is the test.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.model import Shape

from console.aws import model
from console.sandbox import dispatch, registry
from console.sandbox.errors import SandboxBug, ServiceError
from console.sandbox.records import Resource
from console.sandbox.registry import Call, Params
from console.sandbox.testing import ADA, BO, BUCKET, CY, KEY, ROLE, TestSandbox

STRINGS = {
    "Action": "EWS",
    "Actions": "EWS",
    "NotActions": "EWS",
    "Alias": "countess@example.com",
    "DirectoryId": "d-0123456789",
    "DomainName": "example.com",
    "Email": "countess@example.com",
    "IdentityProviderUserId": "11111111-2222-3333-4444-555555555555",
    "IdentityProviderUserIdPrefix": "1111",
    "IpAddress": "192.0.2.1",
    "IpRanges": "192.0.2.0/24",
    "NotIpRanges": "192.0.2.0/24",
    "KmsKeyArn": KEY,
    "Password": "Sommer2026!",
    "RoleArn": ROLE,
    "S3BucketName": BUCKET,
}
# Where what exists already would be refused.
FRESH: dict[str, dict[str, Any]] = {
    "CreateAlias": {"Alias": "new@example.com"},
    "CreateOrganization": {"Alias": "newcomer", "DomainName": "newcomer.example", "ClientToken": "t"},
    "DeleteGroup": {"GroupId": "group-0000idlers"},
    "DeleteResource": {"ResourceId": "r-" + "1" * 32},
    "DeleteUser": {"UserId": CY},
    "DisassociateDelegateFromResource": {"EntityId": BO},
    "DisassociateMemberFromGroup": {"MemberId": ADA},
    "RegisterToWorkMail": {"EntityId": CY, "Email": "new@example.com"},
}
ENTITIES = {"UserId": ADA, "EntityId": ADA, "MemberId": BO, "GranteeId": BO, "TargetUser": ADA}
USERS = dict.fromkeys(("UserIds", "NotUserIds", "TargetUsers", "NotTargetUsers"), ADA)


def generated(shape: Shape, name: str, known: dict[str, Any]) -> Any:
    """A value that fits the shape; what names something names something that exists."""
    anything: Any = shape
    if shape.type_name == "structure":
        return {key: generated(each, key, known) for key, each in anything.members.items()}
    if shape.type_name == "list":
        return [generated(anything.member, name, known)]
    if shape.type_name == "string":
        return known.get(name) or next(iter(shape.metadata.get("enum", [])), "generated")
    return {"integer": 7, "boolean": True}[shape.type_name]


def requests(operation: str, known: dict[str, Any]) -> list[dict[str, Any]]:
    """With every member, with the required ones alone, and with each single optional one besides those."""
    required = model.required_members(operation)
    members = model.input_members(operation)
    full = {name: generated(shape, name, known) for name, shape in members.items() if name != "NextToken"}
    if "Filters" in full:
        full["Filters"] = dict(list(full["Filters"].items())[:1])
    least = {name: value for name, value in full.items() if name in required}
    return [full, least, *({**least, name: value} for name, value in full.items() if name not in required)]


@pytest.fixture
def known(sandbox: TestSandbox) -> dict[str, Any]:
    """Values by member: things that exist."""
    group = sandbox.group("staff")
    room = Resource(
        organization_id=sandbox.organization_id,
        entity_id="r-" + "0" * 32,
        name="room",
        email="room@example.com",
        state="ENABLED",
    )
    sandbox.add(room, replace(room, entity_id="r-" + "1" * 32, name="closed", email="", state="DISABLED"))
    sandbox.group("idlers", entity_id="group-0000idlers", state="DISABLED", email="")
    sandbox.call("AssociateMemberToGroup", GroupId=group.entity_id, MemberId=ADA)
    sandbox.call("AssociateDelegateToResource", ResourceId=room.entity_id, EntityId=BO)
    export = {
        "RoleArn": ROLE,
        "KmsKeyArn": KEY,
        "S3BucketName": BUCKET,
        "S3Prefix": "x",
        "ClientToken": "known",
    }
    job = sandbox.call("StartMailboxExportJob", EntityId=BO, **export)["JobId"]
    sandbox.call("PutMobileDeviceAccessOverride", UserId=ADA, DeviceId="generated", Effect="DENY")
    mobile_rule = sandbox.call("CreateMobileDeviceAccessRule", Name="known", Effect="ALLOW")
    role = sandbox.call("CreateImpersonationRole", Name="known", Type="READ_ONLY", Rules=[])
    roles = ("ImpersonationRoleId", "ImpersonationRoleIds", "NotImpersonationRoleIds")
    return {
        **STRINGS,
        **ENTITIES,
        **USERS,
        **mobile_rule,
        **dict.fromkeys(roles, role["ImpersonationRoleId"]),
        "OrganizationId": sandbox.organization_id,
        "GroupId": group.entity_id,
        "ResourceId": room.entity_id,
        "JobId": job,
    }


class TestEveryOperation:
    @pytest.mark.parametrize("operation", sorted(registry.HANDLERS))
    def test_answers_by_the_model(self, operation: str, sandbox: TestSandbox, known: dict[str, Any]) -> None:
        values = {**known, **FRESH.get(operation, {})}
        outcomes = [self.outcome(sandbox, operation, request) for request in requests(operation, values)]
        assert "" in outcomes, f"no request of {operation} succeeds: {outcomes}"

    @pytest.mark.parametrize("operation", sorted(registry.HANDLERS))
    @pytest.mark.parametrize("whom", [CY, "deleted"])
    def test_answers_by_the_model_for_people_in_other_states(
        self, operation: str, whom: str, sandbox: TestSandbox, known: dict[str, Any]
    ) -> None:
        gone = sandbox.user("gone", state="DELETED").entity_id
        others = dict.fromkeys(
            (*ENTITIES, *USERS, "GroupId", "ResourceId"), gone if whom == "deleted" else CY
        )
        for request in requests(operation, {**known, **others}):
            self.outcome(sandbox, operation, request)

    @pytest.mark.parametrize(
        "operation",
        [name for name in sorted(registry.HANDLERS) if "OrganizationId" in model.input_members(name)],
    )
    def test_names_an_organization_that_does_not_exist(
        self, operation: str, sandbox: TestSandbox, known: dict[str, Any]
    ) -> None:
        request = requests(operation, {**known, "OrganizationId": "m-" + "f" * 32})[1]
        assert self.outcome(sandbox, operation, request) == "OrganizationNotFoundException"

    def outcome(self, sandbox: TestSandbox, operation: str, request: dict[str, Any]) -> str:
        """The code of the refusal; an error that the operation does not list would raise here."""
        try:
            sandbox.call(operation, **request)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return ""


class TestTheDispatcher:
    """It holds handlers to the model, which the tests above rely on."""

    def answer(self, sandbox: TestSandbox, monkeypatch: Any, handler: Callable[[Call, Params], Any]) -> Any:
        monkeypatch.setitem(registry.HANDLERS, "DescribeUser", handler)
        organization = sandbox.organization
        params = {"OrganizationId": organization.organization_id, "UserId": ADA}
        return dispatch.answer(
            sandbox.store, "DescribeUser", params, account=organization.account, region=organization.region
        )

    @pytest.mark.parametrize(
        "bad", [{"State": "enabled"}, {"Colour": "blue"}, {"Name": 5}, {"UserId": "short"}]
    )
    def test_lets_no_bad_answer_out(
        self, sandbox: TestSandbox, monkeypatch: pytest.MonkeyPatch, bad: dict[str, Any]
    ) -> None:
        with pytest.raises(SandboxBug, match="DescribeUser answered"):
            self.answer(sandbox, monkeypatch, lambda call, params: bad)

    def test_lets_no_unlisted_error_out(self, sandbox: TestSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        def handler(call: Call, params: Params) -> None:
            raise ServiceError("LimitExceededException", "too much")

        with pytest.raises(SandboxBug, match="does not list LimitExceededException"):
            self.answer(sandbox, monkeypatch, handler)

    def test_takes_back_what_a_failed_handler_changed(
        self, sandbox: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def handler(call: Call, params: Params) -> None:
            call.store.entities.delete(ADA)
            raise ServiceError("EntityNotFoundException", "gone")

        with pytest.raises(ServiceError):
            self.answer(sandbox, monkeypatch, handler)
        assert sandbox.store.entities.get(ADA) is not None

    def test_registers_one_handler_an_operation(self) -> None:
        with pytest.raises(SandboxBug, match="two handlers"):
            registry.handles("DescribeUser")(lambda call, params: None)
        with pytest.raises(KeyError):
            registry.handles("DescribeUsers")
