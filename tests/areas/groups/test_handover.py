"""What somebody or something has is handed to a successor, part by part, as steps that are seen first."""

from typing import Any

import pytest

from console.changes.models import Change
from console.mirror.models import Entity, Permission
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.desk import Desk
from tests.areas.groups.conftest import DEN, EMPTY, NURSES, STAFF, TEAM, drafted, members, run, steps, text
from tests.areas.users.conftest import DEE, Wire

EVERYTHING = ["addresses", "groups", "members", "delegations", "access", "readers"]
RULE = {"Name": "no-imap", "Effect": "DENY", "Description": "From outside", "Actions": ["IMAP"]}


def people(desk: Desk) -> Desk:
    return Desk(desk.operator, desk.organization, "users")


def hand(desk: Desk, of: str, to: str, *what: str, **more: Any) -> Any:
    return desk.post("handover", of, data={"other": to, "what": what, **more})


class TestAGroup:
    def test_everything_goes_to_the_successor(self, adam: Desk, town: TestSandbox) -> None:
        run(hand(adam, NURSES, "empty", *EVERYTHING))
        assert "care@example.com" in town.call("ListAliases", EntityId=EMPTY)["Aliases"]
        assert members(town, EMPTY) == {ADA, TEAM}
        assert EMPTY in members(town, STAFF)
        delegates = town.call("ListResourceDelegates", ResourceId=DEN)["Delegates"]
        assert {each["Id"] for each in delegates} == {NURSES, EMPTY}
        for owner, grantee in ((ADA, EMPTY), (EMPTY, DEE)):
            shown = town.call("ListMailboxPermissions", EntityId=owner)["Permissions"]
            assert grantee in {each["GranteeId"] for each in shown}

    def test_disabled_at_last_its_primary_address_follows(self, adam: Desk, town: TestSandbox) -> None:
        run(hand(adam, NURSES, "empty", "addresses", disable="on"))
        assert town.call("DescribeGroup", GroupId=NURSES)["State"] == "DISABLED"
        aliases = town.call("ListAliases", EntityId=EMPTY)["Aliases"]
        assert {"care@example.com", "nurses@example.com"} <= set(aliases)

    def test_an_address_is_given_only_once_it_is_free(self, adam: Desk) -> None:
        change = drafted(hand(adam, NURSES, "empty", "addresses", disable="on"))
        needs = {step.position: step.needs for step in change.steps.all()}
        operations = [operation for operation, _ in steps(change)]
        assert operations == ["DeleteAlias", "CreateAlias", "DeregisterFromWorkMail", "CreateAlias"]
        assert needs == {0: None, 1: 0, 2: None, 3: 2}

    def test_what_the_successor_has_is_kept_and_not_given_twice(self, adam: Desk, town: TestSandbox) -> None:
        owner = Entity.objects.get(entity_id=ADA)
        Permission.objects.create(
            organization=owner.organization, owner=owner, grantee_id=EMPTY, values=["SEND_AS"]
        )
        change = drafted(hand(adam, NURSES, "empty", "access"))
        ((_, params),) = steps(change)
        assert params["PermissionValues"] == ["FULL_ACCESS", "SEND_AS"]

    @pytest.mark.parametrize(
        ("to", "part", "said"),
        [
            ("bo", "members", "Only a group can have members."),
            ("den", "groups", "A resource can neither"),
            ("den", "delegations", "A resource can neither"),
        ],
    )
    def test_who_cannot_take_a_part_is_told_so(
        self, adam: Desk, to: str, part: str, said: str, wire: Wire
    ) -> None:
        page = hand(adam, NURSES, to, part)
        assert page.status_code == 422
        assert said in text(page)
        assert not Change.objects.exists()

    def test_offers_only_what_there_is(self, adam: Desk) -> None:
        offered = [part for part, _ in adam.get("handover", EMPTY).context["form"].fields["what"].choices]
        assert offered == ["addresses"]

    def test_nothing_to_do_says_so(self, adam: Desk) -> None:
        assert "nothing to do" in text(hand(adam, EMPTY, "staff", "addresses"))

    def test_ticks_what_the_link_names(self, adam: Desk) -> None:
        page = adam.get("handover", NURSES, data={"what": "members"})
        assert page.context["form"].initial["what"] == ["members"]


class TestAPerson:
    @pytest.fixture
    def rule(self, town: TestSandbox) -> None:
        town.call("PutAccessControlRule", **RULE, UserIds=[ADA])
        town.call("PutAccessControlRule", **{**RULE, "Name": "others"}, NotUserIds=[BO])

    @pytest.mark.usefixtures("rule")
    def test_rules_that_name_her_are_said(self, adam: Desk) -> None:
        page = text(people(adam).get("disable", ADA))
        assert "Access rules that name her: no-imap." in page
        assert "Nobody else is named in no-imap." in page
        assert "others" not in page

    @pytest.mark.usefixtures("rule")
    def test_rules_name_the_successor_then(self, adam: Desk, town: TestSandbox) -> None:
        run(hand(people(adam), ADA, "bo", "rules"))
        rules = {each["Name"]: each for each in town.call("ListAccessControlRules")["Rules"]}
        assert rules["no-imap"]["UserIds"] == [BO]
        assert {name: rules["no-imap"][name] for name in RULE} == RULE

    def test_overrides_roles_and_tokens_are_said(self, adam: Desk, town: TestSandbox) -> None:
        town.call(
            "PutMobileDeviceAccessOverride",
            UserId=ADA,
            DeviceId="tablet17",
            Effect="ALLOW",
            Description="Hers",
        )
        rule = {"ImpersonationRuleId": "r1", "Name": "hers", "Effect": "ALLOW", "TargetUsers": [ADA]}
        town.call("CreateImpersonationRole", Name="archiver", Type="READ_ONLY", Rules=[rule])
        page = text(people(adam).get("disable", ADA))
        assert "Mobile devices with an override of her own: tablet17 (allow)." in page
        assert "Impersonation roles with a rule that names her: archiver." in page

    def test_what_workmail_does_not_show_is_said_to_be_unknown(self, adam: Desk, wire: Wire) -> None:
        wire.refused["ListAccessControlRules"] = "OrganizationStateException"
        page = people(adam).get("disable", ADA)
        assert page.status_code == 200
        assert "WorkMail did not show them just now" in text(page)

    def test_an_unexported_mailbox_is_said_and_an_exported_one_is_not(self, adam: Desk) -> None:
        assert "never exported" in text(people(adam).get("disable", ADA))
        ada = Entity.objects.get(entity_id=ADA)
        world.exported(adam.organization, ada, state="completed")
        assert "never exported" not in text(people(adam).get("disable", ADA))
        world.exported(adam.organization, ada, state="running")
        assert "still under way" in text(people(adam).get("disable", ADA))


class TestNarrowed:
    def test_branwen_hands_over_within_her_branch_alone(self, branwen: Desk, wire: Wire) -> None:
        desk = people(branwen)
        assert hand(desk, DEE, "ada", "groups").status_code == 422
        assert desk.get("handover", ADA).status_code == 404
        assert "PutAccessControlRule" not in wire.calls
