"""A sandbox in which every operation can succeed, and requests for it that are generated from the model."""

from dataclasses import replace
from typing import Any

from botocore.model import Shape

from console.aws import model
from console.sandbox import organization_setup, personal_tokens, transit_messages
from console.sandbox.fixtures import ADA, BO, BUCKET, CY, KEY, ROLE, TestSandbox
from console.sandbox.organization_records import IdentityCenterApplication
from console.sandbox.records import Resource
from tests.contract import samples

MAIL = b"From: ada@example.com\r\nDate: Sat, 21 Nov 2026 08:00:00 +0000\r\nSubject: Hello\r\n\r\nHello.\r\n"
ROOM, CLOSED, IDLERS = "r-" + "0" * 32, "r-" + "1" * 32, "group-0000idlers"
INSTANCE = "arn:aws:sso:::instance/ssoins-0123456789abcdef"
APPLICATION = "arn:aws:sso::123456789012:application/ssoins-0123456789abcdef/apl-0123456789abcdef"
STRINGS = {
    "Action": "EWS",
    "Actions": "EWS",
    "NotActions": "EWS",
    "Alias": "countess@example.com",
    "ApplicationArn": APPLICATION,
    "DirectoryId": "d-0123456789",
    "DomainName": "example.com",
    "Email": "countess@example.com",
    "IdentityProviderUserIdPrefix": "1111",
    "InstanceArn": INSTANCE,
    "IpRanges": "192.0.2.0/24",
    "NotIpRanges": "192.0.2.0/24",
    "KmsKeyArn": KEY,
    "Password": "Sommer2026!",
    "RoleArn": ROLE,
    "S3BucketName": BUCKET,
    "bucket": BUCKET,
}
ENTITIES = {"UserId": ADA, "EntityId": ADA, "MemberId": BO, "GranteeId": BO, "TargetUser": ADA}
USERS = dict.fromkeys(("UserIds", "NotUserIds", "TargetUsers", "NotTargetUsers"), ADA)
ROLES = ("ImpersonationRoleId", "ImpersonationRoleIds", "NotImpersonationRoleIds")
EXCHANGE = {"DomainName": "exchange.example"}
# Where what exists already would be refused, or something else than usual is needed.
OTHERWISE: dict[str, dict[str, Any]] = {
    "CreateAlias": {"Alias": "new@example.com"},
    "CreateAvailabilityConfiguration": {"DomainName": "newcomer.example"},
    "CreateOrganization": {"Alias": "newcomer", "DomainName": "newcomer.example", "ClientToken": "t"},
    "DeleteAvailabilityConfiguration": EXCHANGE,
    "DeleteGroup": {"GroupId": IDLERS},
    "DeleteResource": {"ResourceId": CLOSED},
    "DeleteUser": {"UserId": CY},
    "DeregisterMailDomain": {"DomainName": "spare.example"},
    "DisassociateDelegateFromResource": {"EntityId": BO},
    "DisassociateMemberFromGroup": {"MemberId": ADA},
    "RegisterMailDomain": {"DomainName": "newcomer.example"},
    "RegisterToWorkMail": {"EntityId": CY, "Email": "new@example.com"},
    "TestAvailabilityConfiguration": EXCHANGE,
    "UpdateAvailabilityConfiguration": EXCHANGE,
}


def generated(shape: Shape, name: str, known: dict[str, Any]) -> Any:
    """A value that fits the shape; what names something names something that exists."""
    anything: Any = shape
    if shape.type_name == "structure":
        return {key: generated(each, key, known) for key, each in anything.members.items()}
    if shape.type_name == "list":
        return [generated(anything.member, name, known)]
    if shape.type_name == "string":
        fitting = [each for each in (known.get(name), "generated") if each and fits(shape, each)]
        return fitting[0] if fitting else samples.text(shape)
    return {"integer": 7, "boolean": True}[shape.type_name]


def fits(shape: Shape, value: str) -> bool:
    return not list(model.find_problems(shape, value))


def requests(operation: str, known: dict[str, Any]) -> list[dict[str, Any]]:
    """With every member, with the required ones alone, and with each single optional one besides those."""
    required = model.required_members(operation)
    members = model.input_members(operation)
    full = {name: generated(shape, name, known) for name, shape in members.items() if name != "NextToken"}
    if "Filters" in full:
        full["Filters"] = dict(list(full["Filters"].items())[:1])
    least = {name: value for name, value in full.items() if name in required}
    return [full, least, *({**least, name: value} for name, value in full.items() if name not in required)]


def prepare(sandbox: TestSandbox) -> dict[str, Any]:
    """Make one of everything; what is returned are values by member, names and ids of what exists."""
    return {
        **STRINGS,
        **ENTITIES,
        **USERS,
        **entities(sandbox),
        **exported(sandbox),
        **rules(sandbox),
        **settings(sandbox),
        **identity(sandbox),
        **message(sandbox),
        "OrganizationId": sandbox.organization_id,
        "ResourceARN": sandbox.organization.arn,
    }


def entities(sandbox: TestSandbox) -> dict[str, Any]:
    room = Resource(
        organization_id=sandbox.organization_id,
        entity_id=ROOM,
        name="room",
        email="room@example.com",
        state="ENABLED",
    )
    sandbox.add(room, replace(room, entity_id=CLOSED, name="closed", email="", state="DISABLED"))
    sandbox.group("idlers", entity_id=IDLERS, state="DISABLED", email="")
    group = sandbox.group("staff").entity_id
    sandbox.call("AssociateMemberToGroup", GroupId=group, MemberId=ADA)
    sandbox.call("AssociateDelegateToResource", ResourceId=ROOM, EntityId=BO)
    sandbox.call("PutMailboxPermissions", EntityId=ADA, GranteeId=BO, PermissionValues=["SEND_AS"])
    return {"GroupId": group, "ResourceId": ROOM}


def exported(sandbox: TestSandbox) -> dict[str, Any]:
    export = {"RoleArn": ROLE, "KmsKeyArn": KEY, "S3BucketName": BUCKET, "S3Prefix": "x"}
    return sandbox.call("StartMailboxExportJob", EntityId=BO, ClientToken="known", **export)


def rules(sandbox: TestSandbox) -> dict[str, Any]:
    sandbox.call("PutMobileDeviceAccessOverride", UserId=ADA, DeviceId="generated", Effect="DENY")
    mobile_rule = sandbox.call("CreateMobileDeviceAccessRule", Name="known", Effect="ALLOW")
    role = sandbox.call("CreateImpersonationRole", Name="known", Type="READ_ONLY", Rules=[])
    return {**mobile_rule, **dict.fromkeys(ROLES, role["ImpersonationRoleId"])}


def settings(sandbox: TestSandbox) -> dict[str, Any]:
    organization_setup.add_domain(sandbox.store, sandbox.organization, "spare.example")
    function = "arn:aws:lambda:us-east-1:123456789012:function:free"
    sandbox.call("CreateAvailabilityConfiguration", **EXCHANGE, LambdaProvider={"LambdaArn": function})
    logs = "arn:aws:logs:us-east-1:123456789012:log-group:mail:*"
    sandbox.call("PutEmailMonitoringConfiguration", LogGroupArn=logs)
    sandbox.call("PutRetentionPolicy", Id="known", Name="known", FolderConfigurations=[])
    tags = [{"Key": "known", "Value": "yes"}]
    sandbox.call("TagResource", ResourceARN=sandbox.organization.arn, Tags=tags)
    return {"Id": "known"}


def identity(sandbox: TestSandbox) -> dict[str, Any]:
    application = IdentityCenterApplication(
        account=sandbox.organization.account, application_arn=APPLICATION, instance_arn=INSTANCE, name="known"
    )
    with sandbox.store.transaction():
        sandbox.store.applications.save(application)
    sandbox.call(
        "PutIdentityProviderConfiguration",
        AuthenticationMode="IDENTITY_PROVIDER_AND_DIRECTORY",
        IdentityCenterConfiguration={"InstanceArn": INSTANCE, "ApplicationArn": APPLICATION},
        PersonalAccessTokenConfiguration={"Status": "ACTIVE"},
    )
    token = personal_tokens.create_token(sandbox.store, sandbox.organization, ADA, "phone", used=0.0)
    return {"PersonalAccessTokenId": token.token_id}


def message(sandbox: TestSandbox) -> dict[str, Any]:
    transit_messages.put_in_transit(sandbox.store, sandbox.organization, MAIL, message_id="known")
    versioning = {"Status": "Enabled"}
    sandbox.s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration=versioning)
    kept = sandbox.s3.put_object(Bucket=BUCKET, Key="generated", Body=MAIL)
    return {"messageId": "known", "objectVersion": kept["VersionId"]}
