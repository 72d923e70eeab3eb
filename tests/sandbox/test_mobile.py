"""Mobile device access rules and overrides through boto3."""

from pathlib import Path
from typing import Any

import pytest

from console.sandbox.fixtures import ADA, BO, CY, TestSandbox, running_sandbox
from console.sandbox.settings import Settings
from tests.sandbox.refusals import refused

CONDITIONS = {
    "DeviceTypes": ["iPhone", "$NONE"],
    "NotDeviceTypes": ["Android"],
    "DeviceModels": ["iPhone10C1"],
    "NotDeviceModels": ["HTCOneX"],
    "DeviceOperatingSystems": ["iOS 14", "iOS 15"],
    "NotDeviceOperatingSystems": ["iOS 14.0"],
    "DeviceUserAgents": ["iOS/14"],
    "NotDeviceUserAgents": ["Android-Mail"],
}


def create(sandbox: TestSandbox, name: str, effect: str = "DENY", /, **members: Any) -> str:
    made = sandbox.call("CreateMobileDeviceAccessRule", Name=name, Effect=effect, **members)
    return str(made["MobileDeviceAccessRuleId"])


def rules(sandbox: TestSandbox) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.call("ListMobileDeviceAccessRules")["Rules"]
    return found


def rule(sandbox: TestSandbox, rule_id: str) -> dict[str, Any]:
    return next(each for each in rules(sandbox) if each["MobileDeviceAccessRuleId"] == rule_id)


def effect(sandbox: TestSandbox, **reported: str) -> tuple[str, list[str]]:
    answer = sandbox.call("GetMobileDeviceAccessEffect", **reported)
    return answer["Effect"], [each["Name"] for each in answer["MatchedRules"]]


class TestANewOrganization:
    def test_has_one_rule_that_allows_every_device(self, sandbox: TestSandbox) -> None:
        (only,) = rules(sandbox)
        assert (only["Name"], only["Effect"], only["DateCreated"].timestamp()) == ("ALLOW-all", "ALLOW", 0)
        assert not set(CONDITIONS) & set(only)
        assert effect(sandbox, DeviceType="Android") == ("ALLOW", ["ALLOW-all"])

    def test_blocks_every_device_when_that_rule_is_gone(self, sandbox: TestSandbox) -> None:
        (only,) = rules(sandbox)
        rule_id = only["MobileDeviceAccessRuleId"]
        sandbox.call("DeleteMobileDeviceAccessRule", MobileDeviceAccessRuleId=rule_id)
        assert effect(sandbox, DeviceType="iPhone") == ("DENY", [])


class TestCreateMobileDeviceAccessRule:
    def test_keeps_everything(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze(1_800_000_000)
        rule_id = create(sandbox, "Phones", "ALLOW", Description="Ours", **CONDITIONS)
        shown = rule(sandbox, rule_id)
        dates = [shown.pop(member).timestamp() for member in ("DateCreated", "DateModified")]
        expected = {"MobileDeviceAccessRuleId": rule_id, "Name": "Phones", "Effect": "ALLOW"}
        assert shown == {**expected, "Description": "Ours", **CONDITIONS}
        assert dates == [1_800_000_000, 1_800_000_000]

    def test_allows_two_rules_of_one_name(self, sandbox: TestSandbox) -> None:
        assert create(sandbox, "twice") != create(sandbox, "twice")

    @pytest.mark.parametrize(
        "bad",
        [
            {"DeviceTypes": []},
            {"DeviceTypes": [str(n) for n in range(11)]},
            {"DeviceModels": ["ж"]},
            {"Description": ""},
            {"Effect": "allow"},
        ],
    )
    def test_refuses_what_the_model_does_not_allow(self, sandbox: TestSandbox, bad: dict[str, Any]) -> None:
        with refused("InvalidParameterException"):
            sandbox.call("CreateMobileDeviceAccessRule", **{"Name": "bad", "Effect": "DENY", **bad})

    def test_stops_at_the_limit(self) -> None:
        with running_sandbox(settings=Settings(mobile_device_access_rules=2)) as sandbox:
            create(sandbox, "second")
            with refused("LimitExceededException"):
                create(sandbox, "third")

    def test_lists_as_many_as_the_limit_allows(self, sandbox: TestSandbox) -> None:
        for number in range(9):
            create(sandbox, f"rule{number}")
        assert len(rules(sandbox)) == 10
        assert len(effect(sandbox)[1]) == 9


class TestAClientToken:
    def test_makes_one_rule_however_often_it_comes(self, sandbox: TestSandbox) -> None:
        ids = {create(sandbox, "once", DeviceTypes=["iPad"], ClientToken="t") for _ in range(3)}
        assert len(ids) == 1
        assert len(rules(sandbox)) == 2

    @pytest.mark.parametrize(
        "other", [{"Name": "else"}, {"Effect": "ALLOW"}, {"DeviceTypes": ["iPad"]}, {"Description": "new"}]
    )
    def test_with_other_parameters_is_a_conflict(self, sandbox: TestSandbox, other: dict[str, Any]) -> None:
        first = {"Name": "once", "Effect": "DENY", "ClientToken": "t"}
        sandbox.call("CreateMobileDeviceAccessRule", **first)
        with refused("InvalidParameterException"):
            sandbox.call("CreateMobileDeviceAccessRule", **{**first, **other})
        assert len(rules(sandbox)) == 2

    def test_brings_no_deleted_rule_back(self, sandbox: TestSandbox) -> None:
        rule_id = create(sandbox, "once", ClientToken="t")
        sandbox.call("DeleteMobileDeviceAccessRule", MobileDeviceAccessRuleId=rule_id)
        assert create(sandbox, "once", ClientToken="t") == rule_id
        assert len(rules(sandbox)) == 1

    def test_is_repeated_at_the_limit(self) -> None:
        with running_sandbox(settings=Settings(mobile_device_access_rules=2)) as sandbox:
            assert create(sandbox, "second", ClientToken="t") == create(sandbox, "second", ClientToken="t")

    def test_of_a_refused_call_can_be_used_again(self) -> None:
        with running_sandbox(settings=Settings(mobile_device_access_rules=1)) as sandbox:
            with refused("LimitExceededException"):
                create(sandbox, "second", ClientToken="t")
            default = rules(sandbox)[0]["MobileDeviceAccessRuleId"]
            sandbox.call("DeleteMobileDeviceAccessRule", MobileDeviceAccessRuleId=default)
            create(sandbox, "second", ClientToken="t")
            assert [each["Name"] for each in rules(sandbox)] == ["second"]

    def test_belongs_to_one_operation_and_organization(self, sandbox: TestSandbox) -> None:
        create(sandbox, "once", ClientToken="t")
        sandbox.call("CreateImpersonationRole", Name="once", Type="READ_ONLY", Rules=[], ClientToken="t")
        other = sandbox.workmail.create_organization(Alias="other")["OrganizationId"]
        sandbox.clock.advance(60)
        create(sandbox, "otherwise", ClientToken="t", OrganizationId=other)

    def test_is_remembered_over_a_restart(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as before:
            first = create(before, "once", ClientToken="t", **CONDITIONS)
        with running_sandbox(tmp_path) as after:
            assert create(after, "once", ClientToken="t", **CONDITIONS) == first


class TestUpdateMobileDeviceAccessRule:
    def test_replaces_the_whole_rule(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        rule_id = create(sandbox, "Phones", "ALLOW", Description="Ours", **CONDITIONS)
        before = rule(sandbox, rule_id)
        sandbox.clock.advance(60)
        sandbox.call(
            "UpdateMobileDeviceAccessRule",
            MobileDeviceAccessRuleId=rule_id,
            Name="Pads",
            Effect="DENY",
            DeviceTypes=["iPad"],
        )
        after = rule(sandbox, rule_id)
        assert (after["Name"], after["Effect"], after["DeviceTypes"]) == ("Pads", "DENY", ["iPad"])
        assert not (set(CONDITIONS) - {"DeviceTypes"} | {"Description"}) & set(after)
        assert after["DateCreated"] == before["DateCreated"]
        assert (after["DateModified"] - before["DateModified"]).total_seconds() == 60

    def test_does_not_know_what_is_not_there(self, sandbox: TestSandbox) -> None:
        with refused("EntityNotFoundException"):
            sandbox.call(
                "UpdateMobileDeviceAccessRule", MobileDeviceAccessRuleId="none", Name="x", Effect="DENY"
            )


class TestDeleteMobileDeviceAccessRule:
    def test_may_be_said_twice(self, sandbox: TestSandbox) -> None:
        rule_id = create(sandbox, "Phones")
        for _ in range(2):
            sandbox.call("DeleteMobileDeviceAccessRule", MobileDeviceAccessRuleId=rule_id)
        assert [each["Name"] for each in rules(sandbox)] == ["ALLOW-all"]


class TestGetMobileDeviceAccessEffect:
    def test_follows_the_guides_examples(self, sandbox: TestSandbox) -> None:
        create(sandbox, "BlockAllAndroid", DeviceTypes=["android"])
        assert effect(sandbox, DeviceType="Android") == ("DENY", ["BlockAllAndroid"])
        assert effect(sandbox, DeviceType="iPhone") == ("ALLOW", ["ALLOW-all"])
        assert effect(sandbox) == ("ALLOW", ["ALLOW-all"])

    def test_names_ids_and_names(self, sandbox: TestSandbox) -> None:
        rule_id = create(sandbox, "no")
        matched = sandbox.call("GetMobileDeviceAccessEffect")["MatchedRules"]
        assert matched == [{"MobileDeviceAccessRuleId": rule_id, "Name": "no"}]

    def test_takes_no_notice_of_overrides(self, sandbox: TestSandbox) -> None:
        sandbox.call("PutMobileDeviceAccessOverride", UserId=ADA, DeviceId="A1", Effect="DENY")
        assert effect(sandbox)[0] == "ALLOW"


def override(sandbox: TestSandbox, user: str, device: str, effect: str = "DENY", **members: Any) -> None:
    sandbox.call("PutMobileDeviceAccessOverride", UserId=user, DeviceId=device, Effect=effect, **members)


def listed(sandbox: TestSandbox, **asked: Any) -> list[tuple[str, str]]:
    found = sandbox.call("ListMobileDeviceAccessOverrides", **asked)["Overrides"]
    return [(each["UserId"], each["DeviceId"]) for each in found]


class TestOverrides:
    @pytest.mark.parametrize("form", [ADA, "ada", "Ada@Example.com", "countess@example.com"])
    def test_take_a_user_in_every_form_and_a_device_in_any_case(
        self, sandbox: TestSandbox, form: str
    ) -> None:
        override(sandbox, form, "ApplDnph1")
        shown = sandbox.call("GetMobileDeviceAccessOverride", UserId=ADA, DeviceId="APPLDNPH1")
        assert (shown["UserId"], shown["DeviceId"], shown["Effect"]) == (ADA, "ApplDnph1", "DENY")
        assert "Description" not in shown

    def test_replace_the_one_before(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        override(sandbox, ADA, "abc", "DENY", Description="Lost")
        before = sandbox.call("GetMobileDeviceAccessOverride", UserId=ADA, DeviceId="abc")
        sandbox.clock.advance(60)
        override(sandbox, ADA, "ABC", "ALLOW")
        after = sandbox.call("GetMobileDeviceAccessOverride", UserId=ADA, DeviceId="abc")
        assert (after["Effect"], "Description" in after, len(listed(sandbox))) == ("ALLOW", False, 1)
        assert after["DateCreated"] == before["DateCreated"]
        assert (after["DateModified"] - before["DateModified"]).total_seconds() == 60

    def test_are_listed_by_user_by_device_and_by_both(self, sandbox: TestSandbox) -> None:
        for user, device in ((ADA, "a1"), (ADA, "a10"), (BO, "a1"), (CY, "c1")):
            override(sandbox, user, device)
        assert set(listed(sandbox)) == {(ADA, "a1"), (ADA, "a10"), (BO, "a1"), (CY, "c1")}
        assert listed(sandbox, UserId="ada") == [(ADA, "a1"), (ADA, "a10")]
        assert listed(sandbox, DeviceId="A1") == [(ADA, "a1"), (BO, "a1")]
        assert listed(sandbox, UserId="bo", DeviceId="A1") == [(BO, "a1")]
        assert listed(sandbox, UserId="bo", DeviceId="a10") == []

    def test_come_in_pages(self, sandbox: TestSandbox) -> None:
        devices = [f"device{n}" for n in range(5)]
        for device in devices:
            override(sandbox, ADA, device)
        found: list[str] = []
        token: dict[str, str] = {}
        for _ in range(3):
            answer = sandbox.call("ListMobileDeviceAccessOverrides", UserId=ADA, MaxResults=2, **token)
            found += [each["DeviceId"] for each in answer["Overrides"]]
            token = {"NextToken": answer.get("NextToken", "")}
        assert (found, token["NextToken"]) == (devices, "")

    def test_may_be_deleted_twice(self, sandbox: TestSandbox) -> None:
        override(sandbox, ADA, "abc")
        for _ in range(2):
            sandbox.call("DeleteMobileDeviceAccessOverride", UserId="ada", DeviceId="ABC")
        with refused("ResourceNotFoundException"):
            sandbox.call("GetMobileDeviceAccessOverride", UserId=ADA, DeviceId="abc")

    @pytest.mark.parametrize(
        ("operation", "members"),
        [
            ("PutMobileDeviceAccessOverride", {"DeviceId": "a", "Effect": "DENY"}),
            ("GetMobileDeviceAccessOverride", {"DeviceId": "a"}),
            ("DeleteMobileDeviceAccessOverride", {"DeviceId": "a"}),
            ("ListMobileDeviceAccessOverrides", {}),
        ],
    )
    def test_need_a_user_of_the_organization(
        self, sandbox: TestSandbox, operation: str, members: dict[str, str]
    ) -> None:
        for whom in ("nobody", sandbox.group("staff").entity_id):
            with refused("EntityNotFoundException"):
                sandbox.call(operation, UserId=whom, **members)

    def test_are_refused_for_a_deleted_user(self, sandbox: TestSandbox) -> None:
        gone = sandbox.user("gone", state="DELETED").entity_id
        with refused("EntityStateException"):
            override(sandbox, gone, "abc")

    def test_end_with_their_user(self, sandbox: TestSandbox) -> None:
        override(sandbox, CY, "abc")
        override(sandbox, ADA, "abc")
        sandbox.call("DeleteUser", UserId=CY)
        assert listed(sandbox, DeviceId="abc") == [(ADA, "abc")]

    @pytest.mark.parametrize("device", ["a-b", "x" * 33, ""])
    def test_refuse_what_is_no_device_id(self, sandbox: TestSandbox, device: str) -> None:
        with refused("InvalidParameterException"):
            override(sandbox, ADA, device)


class TestAStateFolder:
    def test_keeps_rules_and_overrides(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as before:
            create(before, "Phones", **CONDITIONS)
            override(before, ADA, "AbC", Description="Lost")
            shown = rules(before), before.call("ListMobileDeviceAccessOverrides")["Overrides"]
        with running_sandbox(tmp_path) as after:
            assert (rules(after), after.call("ListMobileDeviceAccessOverrides")["Overrides"]) == shown
