"""Access control rules through boto3: making, replacing, limits, and what the test operation says."""

from typing import Any

import pytest

from console.sandbox.fixtures import ADA, BO, CY, TestSandbox, running_sandbox
from console.sandbox.settings import Settings
from tests.sandbox.refusals import refused

UNKNOWN = "a0a0a0a0-0000-4000-8000-00000000ffff"


def put(sandbox: TestSandbox, name: str, effect: str = "DENY", /, **conditions: Any) -> None:
    sandbox.call(
        "PutAccessControlRule", Name=name, Effect=effect, **{"Description": "Made by a test", **conditions}
    )


def rules(sandbox: TestSandbox) -> dict[str, dict[str, Any]]:
    return {rule["Name"]: rule for rule in sandbox.call("ListAccessControlRules")["Rules"]}


def role(sandbox: TestSandbox) -> str:
    made = sandbox.call("CreateImpersonationRole", Name="archive", Type="READ_ONLY", Rules=[])
    return str(made["ImpersonationRoleId"])


def effect(sandbox: TestSandbox, **asked: Any) -> tuple[str, list[str]]:
    whom = {} if "ImpersonationRoleId" in asked else {"UserId": ADA}
    request = {"Action": "EWS", "IpAddress": "192.0.2.1", **whom, **asked}
    answer = sandbox.call("GetAccessControlEffect", **request)
    return answer["Effect"], answer["MatchedRules"]


class TestANewOrganization:
    def test_has_one_rule_that_allows_everything_since_the_epoch(self, sandbox: TestSandbox) -> None:
        rule = rules(sandbox)["default"]
        dates = [rule.pop(member).timestamp() for member in ("DateCreated", "DateModified")]
        assert rule == {"Name": "default", "Effect": "ALLOW", "Description": "Default WorkMail Rule"}
        assert dates == [0, 0]
        assert effect(sandbox) == ("ALLOW", ["default"])


class TestPutAccessControlRule:
    def test_keeps_every_condition(self, sandbox: TestSandbox) -> None:
        archive = role(sandbox)
        conditions = {
            "IpRanges": ["10.0.0.0/8", "192.0.2.0/24"],
            "NotIpRanges": ["10.9.0.0/16"],
            "Actions": ["IMAP", "SMTP"],
            "NotActions": ["EWS"],
            "UserIds": [ADA, CY],
            "NotUserIds": [BO],
            "ImpersonationRoleIds": [archive],
            "NotImpersonationRoleIds": [archive],
        }
        put(sandbox, "everything", **conditions)
        shown = rules(sandbox)["everything"]
        assert {member: shown[member] for member in conditions} == conditions

    def test_shows_no_condition_for_an_empty_list(self, sandbox: TestSandbox) -> None:
        put(sandbox, "open", "ALLOW", UserIds=[], NotActions=[])
        assert not {"UserIds", "NotActions"} & set(rules(sandbox)["open"])

    def test_replaces_the_rule_of_that_name_whole(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        put(sandbox, "night", UserIds=[ADA], Description="First")
        before = rules(sandbox)["night"]
        sandbox.clock.advance(60)
        put(sandbox, "night", "ALLOW", Actions=["IMAP"], Description="Second")
        after = rules(sandbox)["night"]
        assert (after["Effect"], after["Description"], after["Actions"]) == ("ALLOW", "Second", ["IMAP"])
        assert "UserIds" not in after
        assert after["DateCreated"] == before["DateCreated"]
        assert (after["DateModified"] - before["DateModified"]).total_seconds() == 60

    @pytest.mark.parametrize("member", ["UserIds", "NotUserIds"])
    def test_refuses_users_that_do_not_exist(self, sandbox: TestSandbox, member: str) -> None:
        group = sandbox.group("staff").entity_id
        gone = sandbox.user("gone", state="DELETED").entity_id
        for whom in (UNKNOWN, group, gone, "ada@example.com"):
            with refused("EntityNotFoundException"):
                put(sandbox, "rule", **{member: [ADA, whom]})
        assert "rule" not in rules(sandbox)

    @pytest.mark.parametrize("member", ["ImpersonationRoleIds", "NotImpersonationRoleIds"])
    def test_refuses_roles_that_do_not_exist(self, sandbox: TestSandbox, member: str) -> None:
        with refused("ResourceNotFoundException"):
            put(sandbox, "rule", **{member: ["nobody"]})

    @pytest.mark.parametrize(
        "conditions",
        [
            {"Actions": ["POP3"]},
            {"NotActions": ["imap"]},
            {"IpRanges": ["10.0.0.0"]},
            {"IpRanges": ["10.0.0.0/33"]},
            {"IpRanges": ["2001:db8::/32"]},
            {"UserIds": [f"user-{n:08}" for n in range(11)]},
            {"IpRanges": [f"10.0.{n // 256}.{n % 256}/32" for n in range(1025)]},
            {"Description": "ж"},
        ],
    )
    def test_refuses_what_the_model_does_not_allow(
        self, sandbox: TestSandbox, conditions: dict[str, Any]
    ) -> None:
        with refused("InvalidParameterException"):
            put(sandbox, "rule", **conditions)

    def test_takes_as_many_ranges_as_the_model_allows(self, sandbox: TestSandbox) -> None:
        put(sandbox, "many", IpRanges=[f"10.0.{n // 256}.{n % 256}/32" for n in range(1024)])
        assert effect(sandbox, IpAddress="10.0.3.255") == ("DENY", ["many"])
        assert effect(sandbox, IpAddress="10.0.4.0") == ("ALLOW", ["default"])

    def test_stops_at_the_limit_but_goes_on_replacing(self) -> None:
        with running_sandbox(settings=Settings(access_control_rules=2)) as sandbox:
            put(sandbox, "second")
            with refused("LimitExceededException"):
                put(sandbox, "third")
            put(sandbox, "second", "ALLOW")
            assert set(rules(sandbox)) == {"default", "second"}

    def test_lists_as_many_rules_as_the_limit_allows(self, sandbox: TestSandbox) -> None:
        for number in range(9):
            put(sandbox, f"rule{number}")
        assert len(rules(sandbox)) == 10
        assert len(effect(sandbox)[1]) == 9
        with refused("LimitExceededException"):
            put(sandbox, "rule10")


class TestDeleteAccessControlRule:
    def test_takes_the_rule_away_and_may_be_said_twice(self, sandbox: TestSandbox) -> None:
        put(sandbox, "night")
        for _ in range(2):
            sandbox.call("DeleteAccessControlRule", Name="night")
        assert set(rules(sandbox)) == {"default"}

    def test_of_the_last_one_locks_everybody_out(self, sandbox: TestSandbox) -> None:
        sandbox.call("DeleteAccessControlRule", Name="default")
        assert effect(sandbox) == ("DENY", [])

    def test_makes_room(self) -> None:
        with running_sandbox(settings=Settings(access_control_rules=1)) as sandbox:
            sandbox.call("DeleteAccessControlRule", Name="default")
            put(sandbox, "mine", "ALLOW")
            assert effect(sandbox) == ("ALLOW", ["mine"])


class TestGetAccessControlEffect:
    def test_names_the_denying_rule_alone(self, sandbox: TestSandbox) -> None:
        put(sandbox, "myRule", UserIds=[ADA])
        assert effect(sandbox) == ("DENY", ["myRule"])
        assert effect(sandbox, UserId=BO) == ("ALLOW", ["default"])

    def test_needs_a_user_or_a_role_and_not_both(self, sandbox: TestSandbox) -> None:
        asked = {"Action": "EWS", "IpAddress": "192.0.2.1"}
        for whom in ({}, {"UserId": ADA, "ImpersonationRoleId": role(sandbox)}):
            with refused("InvalidParameterException"):
                sandbox.call("GetAccessControlEffect", **asked, **whom)

    def test_asks_about_a_role_by_ews_alone(self, sandbox: TestSandbox) -> None:
        archive = role(sandbox)
        assert effect(sandbox, ImpersonationRoleId=archive) == ("ALLOW", ["default"])
        with refused("InvalidParameterException"):
            effect(sandbox, ImpersonationRoleId=archive, Action="IMAP")

    def test_applies_rules_about_roles(self, sandbox: TestSandbox) -> None:
        archive = role(sandbox)
        put(sandbox, "no-archive", ImpersonationRoleIds=[archive])
        assert effect(sandbox, ImpersonationRoleId=archive) == ("DENY", ["no-archive"])
        assert effect(sandbox) == ("ALLOW", ["default"])

    def test_does_not_know_strangers(self, sandbox: TestSandbox) -> None:
        with refused("EntityNotFoundException"):
            effect(sandbox, UserId=UNKNOWN)
        with refused("EntityNotFoundException"):
            effect(sandbox, UserId="ada@example.com")
        with refused("ResourceNotFoundException"):
            effect(sandbox, ImpersonationRoleId="nobody")

    @pytest.mark.parametrize(
        "asked", [{"IpAddress": "2001:db8::1"}, {"IpAddress": "10.0.0.256"}, {"Action": "Telnet"}]
    )
    def test_refuses_other_addresses_and_protocols(self, sandbox: TestSandbox, asked: Any) -> None:
        with refused("InvalidParameterException"):
            effect(sandbox, **asked)

    @pytest.mark.parametrize(
        "action", ["ActiveSync", "AutoDiscover", "EWS", "IMAP", "SMTP", "WindowsOutlook", "WebMail"]
    )
    def test_knows_the_seven_protocols(self, sandbox: TestSandbox, action: str) -> None:
        put(sandbox, "but-one", NotActions=[action])
        assert effect(sandbox, Action=action) == ("ALLOW", ["default"])

    def test_answers_about_a_disabled_user(self, sandbox: TestSandbox) -> None:
        assert effect(sandbox, UserId=CY) == ("ALLOW", ["default"])


class TestRules:
    def test_belong_to_their_organization(self, sandbox: TestSandbox) -> None:
        other = sandbox.workmail.create_organization(Alias="other")["OrganizationId"]
        sandbox.clock.advance(60)
        put(sandbox, "mine")
        theirs = sandbox.call("ListAccessControlRules", OrganizationId=other)["Rules"]
        assert [rule["Name"] for rule in theirs] == ["default"]
        sandbox.call("DeleteAccessControlRule", OrganizationId=other, Name="mine")
        assert "mine" in rules(sandbox)

    def test_outlive_the_users_that_they_name(self, sandbox: TestSandbox) -> None:
        put(sandbox, "cy", UserIds=[CY])
        sandbox.call("DeleteUser", UserId=CY)
        assert rules(sandbox)["cy"]["UserIds"] == [CY]


class TestLimits:
    def test_cannot_be_set_beyond_what_answers_can_hold(self) -> None:
        with pytest.raises(ValueError, match="at most 10 rules"):
            Settings(access_control_rules=11)
