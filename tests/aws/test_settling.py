"""Writes without an answer: in the end the ledger says what AWS shows, or that it shows nothing."""

from typing import Any

import pytest
from django.db.models import F, QuerySet

from console.actor import Actor
from console.aws import errors
from console.gateway import gateway, unknown_outcomes
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.sandbox import fixtures
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.areas.exports.conftest import Time
from tests.aws.silence import ANSWER_LOST, CALL_LOST, Silence

pytestmark = pytest.mark.django_db
ARN = f"arn:aws:workmail:us-east-1:123456789012:organization/{fixtures.ORGANIZATION_ID}"
LOGS = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/workmail/emailevents/"
PARTNER = {"DomainName": "partner.example"}
POLICY = {"Id": "kept", "Name": "kept"}


def function(name: str) -> dict[str, str]:
    return {"LambdaArn": f"arn:aws:lambda:us-east-1:123456789012:function:{name}"}


def emptied(days: int) -> list[dict[str, Any]]:
    return [{"Name": "JUNK_EMAIL", "Action": "DELETE", "Period": days}]


WRITES: dict[str, dict[str, Any]] = {
    "DeleteOrganization": {"ClientToken": "1", "DeleteDirectory": False, "ForceDelete": True},
    "TagResource": {"ResourceARN": ARN, "Tags": [{"Key": "stage", "Value": "live"}]},
    "UntagResource": {"ResourceARN": ARN, "TagKeys": ["owner"]},
    "PutRetentionPolicy": {**POLICY, "FolderConfigurations": emptied(7)},
    "DeleteRetentionPolicy": {"Id": "kept"},
    "CreateAvailabilityConfiguration": {
        "ClientToken": "1",
        "DomainName": "new.example",
        "LambdaProvider": function("new"),
    },
    "UpdateAvailabilityConfiguration": {**PARTNER, "LambdaProvider": function("other")},
    "DeleteAvailabilityConfiguration": PARTNER,
    "PutEmailMonitoringConfiguration": {"LogGroupArn": f"{LOGS}new:*"},
    "DeleteEmailMonitoringConfiguration": {},
    "PutAccessControlRule": {"Name": "night", "Effect": "DENY", "Description": "x", "Actions": ["IMAP"]},
    "DeleteAccessControlRule": {"Name": "kept"},
    "PutMobileDeviceAccessOverride": {"UserId": ADA, "DeviceId": "phone1", "Effect": "ALLOW"},
    "DeleteMobileDeviceAccessOverride": {"UserId": BO, "DeviceId": "phone2"},
    "PutInboundDmarcSettings": {"Enforced": False},
    "UpdateDefaultMailDomain": {"DomainName": "example.awsapps.com"},
    "UpdateUser": {"UserId": ADA, "City": "Ulm"},
    "CreateUser": {"Name": "dee", "DisplayName": "Dee", "Password": "Correct-Horse-9"},
    "CreateGroup": {"Name": "choir"},
    "CreateResource": {"Name": "hall", "Type": "ROOM"},
    "DeleteUser": {"UserId": CY},
    "CreateAlias": {"EntityId": ADA, "Alias": "lovelace@example.com"},
    "DeleteAlias": {"EntityId": ADA, "Alias": "countess@example.com"},
    "UpdatePrimaryEmailAddress": {"EntityId": ADA, "Email": "ada.k@example.com"},
    "RegisterToWorkMail": {"EntityId": CY, "Email": "cy@example.com"},
    "DeregisterFromWorkMail": {"EntityId": BO},
    "UpdateMailboxQuota": {"UserId": ADA, "MailboxQuota": 4096},
    "PutMailboxPermissions": {"EntityId": ADA, "GranteeId": BO, "PermissionValues": ["FULL_ACCESS"]},
    "DeleteMailboxPermissions": {"EntityId": BO, "GranteeId": ADA},
    "AssociateMemberToGroup": {"GroupId": "group-00000000band", "MemberId": ADA},
    "DisassociateMemberFromGroup": {"GroupId": "group-00000000band", "MemberId": BO},
    "StartMailboxExportJob": {
        "ClientToken": "token-1",
        "EntityId": ADA,
        "Description": "wm-export:1",
        "RoleArn": fixtures.ROLE,
        "KmsKeyArn": fixtures.KEY,
        "S3BucketName": fixtures.BUCKET,
        "S3Prefix": "exports",
    },
}
# What somebody else does to the same person while nobody knows what became of ours.
MEANWHILE: dict[str, tuple[str, dict[str, Any]]] = {
    "PutAccessControlRule": (
        "PutAccessControlRule",
        {"Name": "kept", "Effect": "DENY", "Description": "x", "Actions": ["EWS"]},
    ),
    "UpdateUser": ("UpdateUser", {"UserId": ADA, "JobTitle": "Countess"}),
    "CreateAlias": ("CreateAlias", {"EntityId": ADA, "Alias": "augusta@example.com"}),
    "DeleteAlias": ("CreateAlias", {"EntityId": ADA, "Alias": "augusta@example.com"}),
    "DeregisterFromWorkMail": ("UpdateUser", {"UserId": BO, "City": "Ulm"}),
    "TagResource": ("UntagResource", WRITES["UntagResource"]),
    "PutMailboxPermissions": (
        "PutMailboxPermissions",
        {"EntityId": ADA, "GranteeId": BO, "PermissionValues": ["SEND_AS"]},
    ),
}
PASSWORD = {"UserId": ADA, "Password": "Correct-Horse-9"}
every_write = pytest.mark.parametrize("operation", WRITES)


class Case:
    """One write whose answer did not come, and what the ledger says of it."""

    def __init__(self, owner: Actor, organization: Organization, way: Silence, time: Time) -> None:
        self.owner, self.organization, self.way, self.time = owner, organization, way, time

    def silent(self, operation: str, params: dict[str, Any], fall: str) -> None:
        self.way.falls[operation] = fall
        with pytest.raises(errors.Unreachable):
            gateway.call(self.owner, operation, self.organization, **params)
        self.way.falls.clear()

    def settled(self) -> list[str]:
        """What each intent came to, once there was time to look."""
        self.time.pass_(seconds=unknown_outcomes.QUIET_PERIOD.total_seconds() + 1)
        unknown_outcomes.settle_due()
        return self.results()

    def results(self) -> list[str]:
        intents = Entry.objects.filter(kind=Entry.Kind.INTENT)
        results: QuerySet[Any, str] = (
            intents.with_result().order_by("seq").values_list(F("result"), flat=True)
        )
        return [*results]


@pytest.fixture
def case(sandbox: TestSandbox, owner: Actor, organization: Organization, way: Silence, time: Time) -> Case:
    sandbox.group("band")
    sandbox.call("AssociateMemberToGroup", GroupId="group-00000000band", MemberId=BO)
    sandbox.call("PutMailboxPermissions", EntityId=BO, GranteeId=ADA, PermissionValues=["SEND_AS"])
    sandbox.call("PutAccessControlRule", Name="kept", Effect="DENY", Description="x", Actions=["SMTP"])
    sandbox.call("PutMobileDeviceAccessOverride", UserId=BO, DeviceId="phone2", Effect="DENY")
    sandbox.call("TagResource", ResourceARN=ARN, Tags=[{"Key": "owner", "Value": "it"}])
    sandbox.call("PutRetentionPolicy", **POLICY, FolderConfigurations=emptied(30))
    sandbox.call("CreateAvailabilityConfiguration", **PARTNER, LambdaProvider=function("one"))
    sandbox.call("PutEmailMonitoringConfiguration", LogGroupArn=f"{LOGS}old:*")
    return Case(owner, organization, way, time)


class TestAWriteWithoutAnAnswer:
    @every_write
    def test_that_took_effect_is_found_applied(self, operation: str, case: Case) -> None:
        case.silent(operation, WRITES[operation], ANSWER_LOST)
        assert case.results() == ["unknown"]
        assert case.settled() == ["applied"]

    @every_write
    def test_that_never_arrived_is_found_not_applied(self, operation: str, case: Case) -> None:
        case.silent(operation, WRITES[operation], CALL_LOST)
        assert case.settled() == ["not_applied"]

    @pytest.mark.parametrize("operation", MEANWHILE)
    def test_is_not_mistaken_for_what_somebody_else_did_meanwhile(
        self, operation: str, case: Case, sandbox: TestSandbox
    ) -> None:
        case.silent(operation, WRITES[operation], CALL_LOST)
        other, params = MEANWHILE[operation]
        sandbox.call(other, **params)
        assert case.settled()[0] in ("not_applied", "undetermined")

    @pytest.mark.parametrize(
        ("fall", "result"), [(ANSWER_LOST, "applied"), (CALL_LOST, "not_applied")], ids=["applied", "not"]
    )
    def test_that_stops_an_export_is_not_mistaken_for_the_exports_progress(
        self, fall: str, result: str, case: Case
    ) -> None:
        started = gateway.call(
            case.owner, "StartMailboxExportJob", case.organization, **WRITES["StartMailboxExportJob"]
        )
        case.time.pass_(seconds=1)
        case.silent("CancelMailboxExportJob", {"ClientToken": "2", "JobId": started["JobId"]}, fall)
        assert case.settled() == ["done", result]

    def test_that_started_an_export_too_long_ago_to_be_listed_is_undetermined(self, case: Case) -> None:
        case.silent("StartMailboxExportJob", WRITES["StartMailboxExportJob"], ANSWER_LOST)
        case.time.pass_(days=8)
        assert case.settled() == ["undetermined"]

    @pytest.mark.parametrize("fall", [ANSWER_LOST, CALL_LOST])
    def test_of_which_aws_shows_nothing_is_undetermined(self, fall: str, case: Case) -> None:
        case.silent("ResetPassword", PASSWORD, fall)
        assert case.settled() == ["undetermined"]

    @every_write
    def test_stays_open_while_aws_is_away(self, operation: str, case: Case) -> None:
        case.silent(operation, WRITES[operation], ANSWER_LOST)
        case.way.away = True
        assert case.settled() == ["unknown"]
        case.way.away = False
        assert case.settled() == ["applied"]

    @every_write
    def test_stays_open_while_aws_does_not_let_us_look(self, operation: str, case: Case) -> None:
        case.silent(operation, WRITES[operation], CALL_LOST)
        case.way.denied = True
        assert case.settled() == ["unknown"]
        case.way.denied = False
        assert case.settled() == ["not_applied"]

    def test_is_left_alone_while_its_call_may_still_run(self, case: Case) -> None:
        case.silent("UpdateUser", WRITES["UpdateUser"], ANSWER_LOST)
        assert unknown_outcomes.settle_due() == 0
        assert case.results() == ["unknown"]

    def test_is_settled_once(self, case: Case) -> None:
        case.silent("UpdateUser", WRITES["UpdateUser"], ANSWER_LOST)
        assert case.settled() == ["applied"]
        assert unknown_outcomes.settle_due() == 0

    def test_that_only_asked_for_what_was_so_already_is_applied(self, case: Case) -> None:
        gateway.call(case.owner, "UpdateUser", case.organization, **WRITES["UpdateUser"])
        case.silent("UpdateUser", WRITES["UpdateUser"], CALL_LOST)
        assert case.settled() == ["done", "applied"]

    def test_on_something_that_is_gone_meanwhile_is_undetermined(
        self, case: Case, sandbox: TestSandbox
    ) -> None:
        case.silent("UpdateUser", {"UserId": CY, "City": "Ulm"}, CALL_LOST)
        sandbox.call("DeleteUser", UserId=CY)
        assert case.settled() == ["undetermined"]

    def test_of_an_organization_nobody_knows_any_more_is_undetermined(self, case: Case) -> None:
        case.silent("UpdateUser", WRITES["UpdateUser"], CALL_LOST)
        Organization.objects.update(organization_id="m-" + "0" * 32)
        assert case.settled() == ["undetermined"]

    def test_keeps_what_was_found_with_the_outcome(self, case: Case) -> None:
        case.silent("UpdateUser", WRITES["UpdateUser"], ANSWER_LOST)
        case.settled()
        found = Entry.objects.get(outcome="applied")
        assert found.body["after"]["DescribeUser"]["City"] == "Ulm"
        assert ("DescribeUser.City", None, "Ulm") in found.changes
