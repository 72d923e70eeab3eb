"""Enabling, addresses, quotas and permissions as boto3 sees them."""

from typing import Any

import pytest

from console.sandbox.clock import DAY
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from console.sandbox.organization_setup import add_domain
from tests.sandbox.refusals import refused


def aliases(sandbox: TestSandbox, entity_id: str = ADA) -> list[str]:
    answer: list[str] = sandbox.call("ListAliases", EntityId=entity_id)["Aliases"]
    return answer


class TestRegisterToWorkMail:
    def test_enables_and_gives_a_mailbox(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze(1_800_000_000.5)
        sandbox.call("RegisterToWorkMail", EntityId="cy", Email="cy@example.com")
        shown = sandbox.call("DescribeUser", UserId=CY)
        assert (shown["State"], shown["Email"]) == ("ENABLED", "cy@example.com")
        assert (
            shown["EnabledDate"].timestamp() == shown["MailboxProvisionedDate"].timestamp() == 1_800_000_000.5
        )
        assert sandbox.call("GetMailboxDetails", UserId=CY) == {"MailboxQuota": 51200, "MailboxSize": 0.0}

    def test_again_with_the_same_address_changes_nothing(self, sandbox: TestSandbox) -> None:
        before = sandbox.call("DescribeUser", UserId=ADA)
        sandbox.call("RegisterToWorkMail", EntityId=ADA, Email="ADA@example.com")
        assert sandbox.call("DescribeUser", UserId=ADA) == before

    def test_again_with_another_address_is_refused(self, sandbox: TestSandbox) -> None:
        with refused("EntityAlreadyRegisteredException"):
            sandbox.call("RegisterToWorkMail", EntityId=ADA, Email="lovelace@example.com")

    @pytest.mark.parametrize(
        ("address", "code"),
        [
            ("cy@example.org", "MailDomainNotFoundException"),
            ("cy@pending.example", "MailDomainStateException"),
            ("Bo@Example.com", "EmailAddressInUseException"),
            ("countess@example.com", "EmailAddressInUseException"),
            ("amazonjournaling@example.awsapps.com", "EmailAddressInUseException"),
            ("no address", "InvalidParameterException"),
        ],
    )
    def test_refuses_an_address(self, sandbox: TestSandbox, address: str, code: str) -> None:
        add_domain(sandbox.store, sandbox.organization, "pending.example", "PENDING")
        with refused(code):
            sandbox.call("RegisterToWorkMail", EntityId=CY, Email=address)

    def test_takes_the_test_domain(self, sandbox: TestSandbox) -> None:
        sandbox.call("RegisterToWorkMail", EntityId=CY, Email="cy@example.awsapps.com")

    def test_refuses_the_deleted(self, sandbox: TestSandbox) -> None:
        sandbox.call("DeleteUser", UserId=CY)
        with refused("EntityStateException"):
            sandbox.call("RegisterToWorkMail", EntityId=CY, Email="cy@example.com")

    def test_finds_nobody_by_address(self, sandbox: TestSandbox) -> None:
        with refused("EntityNotFoundException"):
            sandbox.call("RegisterToWorkMail", EntityId="ada@example.com", Email="x@example.com")


class TestDeregisterFromWorkMail:
    def test_disables_and_frees_the_addresses(self, sandbox: TestSandbox) -> None:
        sandbox.call("DeregisterFromWorkMail", EntityId="ada@example.com")
        shown = sandbox.call("DescribeUser", UserId=ADA)
        assert shown["State"] == "DISABLED"
        assert "Email" not in shown
        assert "DisabledDate" in shown
        sandbox.call("RegisterToWorkMail", EntityId=CY, Email="ada@example.com")

    def test_refuses_the_disabled(self, sandbox: TestSandbox) -> None:
        with refused("EntityStateException"):
            sandbox.call("DeregisterFromWorkMail", EntityId=CY)

    def test_keeps_the_mailbox_for_30_days(self, sandbox: TestSandbox) -> None:
        size = sandbox.call("GetMailboxDetails", UserId=ADA)["MailboxSize"]
        sandbox.call("DeregisterFromWorkMail", EntityId=ADA)
        sandbox.clock.advance(30 * DAY - 60)
        assert "MailboxDeprovisionedDate" not in sandbox.call("DescribeUser", UserId=ADA)
        sandbox.call("RegisterToWorkMail", EntityId=ADA, Email="ada@example.com")
        assert sandbox.call("GetMailboxDetails", UserId=ADA)["MailboxSize"] == size > 0

    def test_removes_the_mailbox_after_30_days(self, sandbox: TestSandbox) -> None:
        sandbox.call("DeregisterFromWorkMail", EntityId=ADA)
        disabled = sandbox.call("DescribeUser", UserId=ADA)["DisabledDate"]
        sandbox.clock.advance(30 * DAY + 1)
        removed = sandbox.call("DescribeUser", UserId=ADA)["MailboxDeprovisionedDate"]
        assert (removed - disabled).days == 30
        sandbox.call("RegisterToWorkMail", EntityId=ADA, Email="ada@example.com")
        assert sandbox.call("GetMailboxDetails", UserId=ADA)["MailboxSize"] == 0
        assert "MailboxDeprovisionedDate" not in sandbox.call("DescribeUser", UserId=ADA)


class TestAliases:
    def test_come_with_the_primary_address(self, sandbox: TestSandbox) -> None:
        assert aliases(sandbox) == ["ada@example.com", "countess@example.com"]

    def test_are_none_of_somebody_disabled(self, sandbox: TestSandbox) -> None:
        assert aliases(sandbox, CY) == []

    def test_are_made_and_deleted(self, sandbox: TestSandbox) -> None:
        sandbox.call("CreateAlias", EntityId=ADA, Alias="Augusta@example.com")
        assert "Augusta@example.com" in aliases(sandbox)
        sandbox.call("DeleteAlias", EntityId=ADA, Alias="augusta@example.com")
        assert "Augusta@example.com" not in aliases(sandbox)

    def test_take_an_id_alone(self, sandbox: TestSandbox) -> None:
        with refused("EntityNotFoundException"):
            sandbox.call("CreateAlias", EntityId="ada@example.com", Alias="x@example.com")
        with refused("InvalidParameterException"):  # shorter than any id
            sandbox.call("ListAliases", EntityId="ada")

    @pytest.mark.parametrize("address", ["ada@example.com", "countess@example.com", "BO@example.com"])
    def test_are_nobody_s_address(self, sandbox: TestSandbox, address: str) -> None:
        with refused("EmailAddressInUseException"):
            sandbox.call("CreateAlias", EntityId=ADA, Alias=address)

    def test_are_at_most_100(self, sandbox: TestSandbox) -> None:
        for number in range(99):
            sandbox.call("CreateAlias", EntityId=ADA, Alias=f"ada{number}@example.com")
        with refused("LimitExceededException"):
            sandbox.call("CreateAlias", EntityId=ADA, Alias="ada100@example.com")
        page = sandbox.call("ListAliases", EntityId=ADA)
        rest = sandbox.call("ListAliases", EntityId=ADA, NextToken=page["NextToken"])
        assert len({*page["Aliases"], *rest["Aliases"]}) == 101

    def test_do_not_include_the_primary_when_they_are_deleted(self, sandbox: TestSandbox) -> None:
        with refused("InvalidParameterException"):
            sandbox.call("DeleteAlias", EntityId=ADA, Alias="ada@example.com")

    def test_need_somebody_enabled(self, sandbox: TestSandbox) -> None:
        with refused("EntityStateException"):
            sandbox.call("CreateAlias", EntityId=CY, Alias="x@example.com")


class TestUpdatePrimaryEmailAddress:
    def test_makes_the_former_one_an_alias(self, sandbox: TestSandbox) -> None:
        sandbox.call("UpdatePrimaryEmailAddress", EntityId=ADA, Email="lovelace@example.com")
        assert sandbox.call("DescribeUser", UserId=ADA)["Email"] == "lovelace@example.com"
        assert set(aliases(sandbox)) == {"lovelace@example.com", "ada@example.com", "countess@example.com"}

    def test_swaps_with_an_alias(self, sandbox: TestSandbox) -> None:
        sandbox.call("UpdatePrimaryEmailAddress", EntityId="ada", Email="countess@example.com")
        assert aliases(sandbox) == ["countess@example.com", "ada@example.com"]

    def test_refuses_somebody_else_s(self, sandbox: TestSandbox) -> None:
        with refused("EmailAddressInUseException"):
            sandbox.call("UpdatePrimaryEmailAddress", EntityId=ADA, Email="bo@example.com")


class TestDescribeEntity:
    @pytest.mark.parametrize(
        ("address", "name", "type_"),
        [("Countess@example.com", "ada", "USER"), ("staff@example.com", "staff", "GROUP")],
    )
    def test_says_whose_address_it_is(
        self, sandbox: TestSandbox, address: str, name: str, type_: str
    ) -> None:
        sandbox.group("staff")
        shown = sandbox.call("DescribeEntity", Email=address)
        assert (shown["Name"], shown["Type"]) == (name, type_)

    def test_knows_no_other_address(self, sandbox: TestSandbox) -> None:
        with refused("EntityNotFoundException"):
            sandbox.call("DescribeEntity", Email="nobody@example.com")


class TestQuotas:
    def test_are_set_within_the_service_s_limit(self, sandbox: TestSandbox) -> None:
        sandbox.call("UpdateMailboxQuota", UserId=ADA, MailboxQuota=51200)
        sandbox.call("UpdateMailboxQuota", UserId="ada@example.com", MailboxQuota=1000)
        assert sandbox.call("GetMailboxDetails", UserId=ADA)["MailboxQuota"] == 1000

    @pytest.mark.parametrize("quota", [0, -5, 51201])
    def test_are_not_set_beyond_it(self, sandbox: TestSandbox, quota: int) -> None:
        with refused("InvalidParameterException"):
            sandbox.call("UpdateMailboxQuota", UserId=ADA, MailboxQuota=quota)


class TestPermissions:
    def granted(self, sandbox: TestSandbox, owner: str = ADA) -> dict[str, Any]:
        listed = sandbox.call("ListMailboxPermissions", EntityId=owner)["Permissions"]
        return {each["GranteeId"]: (each["GranteeType"], each["PermissionValues"]) for each in listed}

    def test_replace_what_the_grantee_had(self, sandbox: TestSandbox) -> None:
        put = {"EntityId": ADA, "GranteeId": "bo"}
        sandbox.call("PutMailboxPermissions", **put, PermissionValues=["FULL_ACCESS", "SEND_AS"])
        sandbox.call("PutMailboxPermissions", **put, PermissionValues=["SEND_ON_BEHALF"])
        assert self.granted(sandbox) == {BO: ("USER", ["SEND_ON_BEHALF"])}

    def test_go_to_groups(self, sandbox: TestSandbox) -> None:
        staff = sandbox.group("staff")
        sandbox.call("PutMailboxPermissions", EntityId=ADA, GranteeId="staff", PermissionValues=["SEND_AS"])
        assert self.granted(sandbox) == {staff.entity_id: ("GROUP", ["SEND_AS"])}

    def test_give_no_full_access_to_a_group_s_mailbox(self, sandbox: TestSandbox) -> None:
        sandbox.group("staff")
        with refused("InvalidParameterException"):
            sandbox.call(
                "PutMailboxPermissions", EntityId="staff", GranteeId=BO, PermissionValues=["FULL_ACCESS"]
            )

    def test_are_deleted(self, sandbox: TestSandbox) -> None:
        put = {"EntityId": ADA, "GranteeId": BO}
        sandbox.call("PutMailboxPermissions", **put, PermissionValues=["SEND_AS"])
        sandbox.call("DeleteMailboxPermissions", **put)
        sandbox.call("DeleteMailboxPermissions", **put)
        assert self.granted(sandbox) == {}

    def test_end_with_their_grantee(self, sandbox: TestSandbox) -> None:
        sandbox.call("PutMailboxPermissions", EntityId=ADA, GranteeId=CY, PermissionValues=["SEND_AS"])
        sandbox.call("DeleteUser", UserId=CY)
        assert self.granted(sandbox) == {}

    def test_need_an_owner_who_is_enabled(self, sandbox: TestSandbox) -> None:
        with refused("EntityStateException"):
            sandbox.call("PutMailboxPermissions", EntityId=CY, GranteeId=BO, PermissionValues=["SEND_AS"])

    def test_take_only_known_values(self, sandbox: TestSandbox) -> None:
        with refused("InvalidParameterException"):
            sandbox.call("PutMailboxPermissions", EntityId=ADA, GranteeId=BO, PermissionValues=["OWN"])
