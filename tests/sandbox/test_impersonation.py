"""Impersonation roles through boto3."""

from pathlib import Path
from typing import Any

import pytest

from console.sandbox.fixtures import ADA, BO, CY, TestSandbox, running_sandbox
from console.sandbox.settings import Settings
from tests.sandbox.refusals import refused

EVERYBODY = {"ImpersonationRuleId": "all", "Effect": "ALLOW"}


def create(sandbox: TestSandbox, *rules: dict[str, Any], **members: Any) -> str:
    given = {"Name": "archive", "Type": "READ_ONLY", "Rules": list(rules), **members}
    return str(sandbox.call("CreateImpersonationRole", **given)["ImpersonationRoleId"])


def get(sandbox: TestSandbox, role: str) -> dict[str, Any]:
    return sandbox.call("GetImpersonationRole", ImpersonationRoleId=role)


def effect(sandbox: TestSandbox, role: str, user: str = ADA) -> tuple[str, list[str]]:
    answer = sandbox.call("GetImpersonationRoleEffect", ImpersonationRoleId=role, TargetUser=user)
    return answer["Effect"], [each["ImpersonationRuleId"] for each in answer["MatchedRules"]]


class TestCreateImpersonationRole:
    def test_keeps_everything(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze(1_800_000_000)
        rule = {
            "ImpersonationRuleId": "some",
            "Name": "Some people",
            "Description": "Those who asked",
            "Effect": "ALLOW",
            "TargetUsers": [ADA, BO],
            "NotTargetUsers": [CY],
        }
        role = create(sandbox, rule, EVERYBODY, Description="For the archive", Type="FULL_ACCESS")
        shown = get(sandbox, role)
        dates = [shown.pop(member).timestamp() for member in ("DateCreated", "DateModified")]
        assert shown == {
            "ImpersonationRoleId": role,
            "Name": "archive",
            "Type": "FULL_ACCESS",
            "Description": "For the archive",
            "Rules": [rule, EVERYBODY],
        }
        assert dates == [1_800_000_000, 1_800_000_000]

    def test_keeps_users_by_their_ids(self, sandbox: TestSandbox) -> None:
        role = create(sandbox, {**EVERYBODY, "TargetUsers": ["ada", "bo@example.com", CY]})
        assert get(sandbox, role)["Rules"][0]["TargetUsers"] == [ADA, BO, CY]

    @pytest.mark.parametrize("member", ["TargetUsers", "NotTargetUsers"])
    def test_refuses_users_that_do_not_exist(self, sandbox: TestSandbox, member: str) -> None:
        for whom in ("nobody", sandbox.group("staff").entity_id):
            with refused("EntityNotFoundException"):
                create(sandbox, {**EVERYBODY, member: [ADA, whom]})

    def test_refuses_deleted_users(self, sandbox: TestSandbox) -> None:
        gone = sandbox.user("gone", state="DELETED").entity_id
        with refused("EntityStateException"):
            create(sandbox, {**EVERYBODY, "TargetUsers": [gone]})

    @pytest.mark.parametrize(
        "rules",
        [
            [EVERYBODY, EVERYBODY],
            [{"Effect": "ALLOW"}],
            [{**EVERYBODY, "TargetUsers": []}],
            [{**EVERYBODY, "TargetUsers": [ADA] * 11}],
            [{**EVERYBODY, "ImpersonationRuleId": str(n)} for n in range(11)],
        ],
    )
    def test_refuses_rules_of_another_form(self, sandbox: TestSandbox, rules: list[dict[str, Any]]) -> None:
        with refused("InvalidParameterException"):
            create(sandbox, *rules)

    @pytest.mark.parametrize("bad", [{"Name": "a<b"}, {"Type": "ADMIN"}, {"Description": "\\"}])
    def test_refuses_what_the_model_does_not_allow(self, sandbox: TestSandbox, bad: dict[str, str]) -> None:
        with refused("InvalidParameterException"):
            create(sandbox, **bad)

    def test_allows_two_roles_of_one_name(self, sandbox: TestSandbox) -> None:
        assert create(sandbox) != create(sandbox)

    def test_stops_at_the_limit(self) -> None:
        with running_sandbox(settings=Settings(impersonation_roles=2)) as sandbox:
            create(sandbox)
            create(sandbox)
            with refused("LimitExceededException"):
                create(sandbox)


class TestAClientToken:
    def test_makes_one_role_however_often_it_comes(self, sandbox: TestSandbox) -> None:
        roles = {create(sandbox, EVERYBODY, ClientToken="t") for _ in range(3)}
        assert len(roles) == 1
        assert len(sandbox.call("ListImpersonationRoles")["Roles"]) == 1

    def test_with_another_rule_is_a_conflict(self, sandbox: TestSandbox) -> None:
        create(sandbox, EVERYBODY, ClientToken="t")
        with refused("InvalidParameterException"):
            create(sandbox, {**EVERYBODY, "Effect": "DENY"}, ClientToken="t")


class TestUpdateImpersonationRole:
    def test_replaces_everything_but_id_and_creation(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        role = create(sandbox, EVERYBODY, Description="For the archive")
        before = get(sandbox, role)
        sandbox.clock.advance(60)
        only_bo = {"ImpersonationRuleId": "bo", "Effect": "ALLOW", "TargetUsers": [BO]}
        sandbox.call(
            "UpdateImpersonationRole",
            ImpersonationRoleId=role,
            Name="new",
            Type="FULL_ACCESS",
            Rules=[only_bo],
        )
        after = get(sandbox, role)
        assert (after["Name"], after["Type"], after["Rules"]) == ("new", "FULL_ACCESS", [only_bo])
        assert "Description" not in after
        assert after["DateCreated"] == before["DateCreated"]
        assert (after["DateModified"] - before["DateModified"]).total_seconds() == 60
        assert effect(sandbox, role) == ("DENY", [])

    def test_does_not_know_what_is_not_there(self, sandbox: TestSandbox) -> None:
        with refused("ResourceNotFoundException"):
            sandbox.call(
                "UpdateImpersonationRole", ImpersonationRoleId="no", Name="x", Type="READ_ONLY", Rules=[]
            )

    def test_changes_nothing_when_a_rule_is_refused(self, sandbox: TestSandbox) -> None:
        role = create(sandbox, EVERYBODY)
        before = get(sandbox, role)
        with refused("EntityNotFoundException"):
            sandbox.call(
                "UpdateImpersonationRole",
                ImpersonationRoleId=role,
                Name="new",
                Type="FULL_ACCESS",
                Rules=[{**EVERYBODY, "TargetUsers": ["nobody"]}],
            )
        assert get(sandbox, role) == before


class TestDeleteImpersonationRole:
    def test_may_be_said_twice(self, sandbox: TestSandbox) -> None:
        role = create(sandbox)
        for _ in range(2):
            sandbox.call("DeleteImpersonationRole", ImpersonationRoleId=role)
        with refused("ResourceNotFoundException"):
            get(sandbox, role)

    def test_leaves_access_control_rules_as_they_are(self, sandbox: TestSandbox) -> None:
        role = create(sandbox)
        given = {"Name": "no", "Effect": "DENY", "Description": "No", "ImpersonationRoleIds": [role]}
        sandbox.call("PutAccessControlRule", **given)
        sandbox.call("DeleteImpersonationRole", ImpersonationRoleId=role)
        shown = sandbox.call("ListAccessControlRules")["Rules"]
        assert [rule.get("ImpersonationRoleIds") for rule in shown] == [None, [role]]


class TestListImpersonationRoles:
    def test_shows_neither_rules_nor_descriptions(self, sandbox: TestSandbox) -> None:
        role = create(sandbox, EVERYBODY, Description="For the archive")
        (shown,) = sandbox.call("ListImpersonationRoles")["Roles"]
        members = {"ImpersonationRoleId", "Name", "Type", "DateCreated", "DateModified"}
        assert (shown["ImpersonationRoleId"], set(shown)) == (role, members)

    def test_shows_at_most_twenty_at_a_time(self) -> None:
        with running_sandbox(settings=Settings(impersonation_roles=50)) as sandbox:
            made = {create(sandbox, Name=f"role {n:02}") for n in range(45)}
            sizes, found, token = [], set(), {"MaxResults": 100}
            while token:
                answer = sandbox.call("ListImpersonationRoles", **token)
                sizes.append(len(answer["Roles"]))
                found |= {each["ImpersonationRoleId"] for each in answer["Roles"]}
                token = {"NextToken": answer["NextToken"]} if "NextToken" in answer else {}
            assert (sizes, found) == ([20, 20, 5], made)

    def test_comes_in_smaller_pages(self, sandbox: TestSandbox) -> None:
        for name in ("c", "a", "b"):
            create(sandbox, Name=name)
        first = sandbox.call("ListImpersonationRoles", MaxResults=2)
        rest = sandbox.call("ListImpersonationRoles", MaxResults=2, NextToken=first["NextToken"])
        assert [each["Name"] for each in first["Roles"] + rest["Roles"]] == ["a", "b", "c"]
        assert "NextToken" not in rest


class TestGetImpersonationRoleEffect:
    def test_is_denied_for_a_role_without_rules(self, sandbox: TestSandbox) -> None:
        assert effect(sandbox, create(sandbox)) == ("DENY", [])

    def test_lets_a_denial_win_and_names_what_decided(self, sandbox: TestSandbox) -> None:
        not_ada = {"ImpersonationRuleId": "board", "Effect": "DENY", "TargetUsers": [ADA], "Name": "Board"}
        role = create(sandbox, EVERYBODY, not_ada)
        answer = sandbox.call("GetImpersonationRoleEffect", ImpersonationRoleId=role, TargetUser=ADA)
        matched = [{"ImpersonationRuleId": "board", "Name": "Board"}]
        assert answer == {"Type": "READ_ONLY", "Effect": "DENY", "MatchedRules": matched}
        assert effect(sandbox, role, BO) == ("ALLOW", ["all"])

    @pytest.mark.parametrize("form", [ADA, "ada", "countess@example.com"])
    def test_takes_a_user_in_every_form(self, sandbox: TestSandbox, form: str) -> None:
        role = create(sandbox, {**EVERYBODY, "TargetUsers": [ADA]})
        assert effect(sandbox, role, form) == ("ALLOW", ["all"])

    def test_follows_a_user_whose_address_changes(self, sandbox: TestSandbox) -> None:
        role = create(sandbox, {**EVERYBODY, "TargetUsers": ["bo@example.com"]})
        sandbox.call("UpdatePrimaryEmailAddress", EntityId=BO, Email="robert@example.com")
        sandbox.call("DeleteAlias", EntityId=BO, Alias="bo@example.com")
        assert effect(sandbox, role, BO)[0] == "ALLOW"

    def test_refuses_strangers_and_the_deleted(self, sandbox: TestSandbox) -> None:
        role = create(sandbox, EVERYBODY)
        with refused("EntityNotFoundException"):
            effect(sandbox, role, "nobody")
        with refused("EntityStateException"):
            effect(sandbox, role, sandbox.user("gone", state="DELETED").entity_id)
        with refused("ResourceNotFoundException"):
            effect(sandbox, "no-role")


class TestAssumeImpersonationRole:
    def test_gives_a_token_for_fifteen_minutes(self, sandbox: TestSandbox) -> None:
        answer = sandbox.call("AssumeImpersonationRole", ImpersonationRoleId=create(sandbox))
        assert answer["ExpiresIn"] == 900
        assert 32 <= len(answer["Token"]) <= 256

    def test_gives_another_token_each_time_that_says_nothing(self, sandbox: TestSandbox) -> None:
        role = create(sandbox)
        tokens = {
            sandbox.call("AssumeImpersonationRole", ImpersonationRoleId=role)["Token"] for _ in range(5)
        }
        assert len(tokens) == 5
        assert not any(role in token or sandbox.organization_id in token for token in tokens)

    def test_leaves_the_token_nowhere(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as sandbox:
            token = sandbox.call("AssumeImpersonationRole", ImpersonationRoleId=create(sandbox))["Token"]
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert files
        assert not any(token.encode() in path.read_bytes() for path in files)

    def test_does_not_know_other_roles(self, sandbox: TestSandbox) -> None:
        with refused("ResourceNotFoundException"):
            sandbox.call("AssumeImpersonationRole", ImpersonationRoleId="nobody")


class TestAStateFolder:
    def test_keeps_roles_and_their_rules(self, tmp_path: Path) -> None:
        with running_sandbox(tmp_path) as before:
            role = create(before, {**EVERYBODY, "TargetUsers": [ADA]}, Description="For the archive")
            shown = get(before, role)
            tables = {name: sorted(map(repr, table)) for name, table in before.store.tables.items()}
        with running_sandbox(tmp_path) as after:
            assert get(after, role) == shown
            assert (effect(after, role), effect(after, role, BO)) == (("ALLOW", ["all"]), ("DENY", []))
            assert {name: sorted(map(repr, table)) for name, table in after.store.tables.items()} == tables
