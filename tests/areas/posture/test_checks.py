"""Every check finds what was planted, says where, and its plan leaves it in order; all are quiet before."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.areas.health_checks import runner
from console.areas.health_checks.checks import references
from console.areas.health_checks.definitions import EVIDENCE_SHOWN, CheckResult
from console.areas.health_checks.models import Tone
from console.areas.health_checks.registry import CHECKS
from console.aws import errors
from console.changes.models import Change
from console.mirror.models import Alias, Delegate, Entity, Organization
from console.sandbox import organization_setup
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.areas import world
from tests.areas.posture.conftest import BRANCH, HALL, TEAM, Check, Planter

pytestmark = pytest.mark.django_db
DONE = Change.State.DONE


def lines(result: CheckResult) -> str:
    return "\n".join(line.text for line in result.evidence)


class TestNothingPlanted:
    def test_everything_is_in_order(self, organization: Organization) -> None:
        found = runner.run_checks(organization)
        assert {name: result.said for name, result in found.items() if result.tone != Tone.GOOD} == {}
        assert list(found) == [check.id for check in CHECKS]


class TestAccessRules:
    CHECK = "access-rules"

    def test_everybody_from_everywhere_wants_a_look(self, check: Check, town: TestSandbox) -> None:
        town.call("DeleteAccessControlRule", Name="no-imap")
        assert (check.look().tone, lines(check.look())) == (Tone.LOOK, "default: Default WorkMail Rule")

    def test_rules_that_let_only_some_in_are_rules(self, check: Check, town: TestSandbox) -> None:
        town.call("DeleteAccessControlRule", Name="no-imap")
        town.call("DeleteAccessControlRule", Name="default")
        town.call(
            "PutAccessControlRule",
            Name="office",
            Effect="ALLOW",
            Description="x",
            IpRanges=["198.51.100.0/24"],
        )
        assert check.look().tone == Tone.GOOD

    def test_no_rule_at_all_lets_nobody_in(self, check: Check, town: TestSandbox) -> None:
        for name in ("no-imap", "default"):
            town.call("DeleteAccessControlRule", Name=name)
        assert (check.look().tone, "nobody in" in check.look().said) == (Tone.BAD, True)


class TestMobileRules:
    CHECK = "mobile-rules"

    def test_any_device_wants_a_look(self, check: Check, town: TestSandbox) -> None:
        for rule in town.call("ListMobileDeviceAccessRules")["Rules"]:
            if rule["Name"] == "no-toys":
                town.call(
                    "DeleteMobileDeviceAccessRule", MobileDeviceAccessRuleId=rule["MobileDeviceAccessRuleId"]
                )
        assert check.look().tone == Tone.LOOK

    def test_no_rule_at_all_is_bad(self, check: Check, town: TestSandbox) -> None:
        for rule in town.call("ListMobileDeviceAccessRules")["Rules"]:
            town.call(
                "DeleteMobileDeviceAccessRule", MobileDeviceAccessRuleId=rule["MobileDeviceAccessRuleId"]
            )
        assert check.look().tone == Tone.BAD


class TestDmarc:
    CHECK = "dmarc"

    def test_is_found_and_enforced(self, check: Check, town: TestSandbox) -> None:
        town.call("PutInboundDmarcSettings", Enforced=False)
        assert check.look().tone == Tone.BAD
        assert check.mend().state == DONE
        assert town.call("DescribeInboundDmarcSettings") == {"Enforced": True}
        assert check.look().tone == Tone.GOOD


class TestRetention:
    CHECK = "retention"

    def test_none_is_found(self, check: Check, town: TestSandbox) -> None:
        town.call("DeleteRetentionPolicy", Id=town.call("GetDefaultRetentionPolicy")["Id"])
        assert (check.look().tone, lines(check.look())) == (
            Tone.LOOK,
            "No policy: nothing is deleted by itself.",
        )

    def test_one_that_keeps_everything_is_none(self, check: Check, town: TestSandbox) -> None:
        kept = town.call("GetDefaultRetentionPolicy")
        nothing = [{"Name": "JUNK_EMAIL", "Action": "NONE"}]
        town.call("PutRetentionPolicy", Id=kept["Id"], Name="default", FolderConfigurations=nothing)
        assert check.look().tone == Tone.LOOK


class TestMonitoring:
    CHECK = "monitoring"

    def test_off_is_found(self, check: Check, town: TestSandbox) -> None:
        town.call("DeleteEmailMonitoringConfiguration")
        assert check.look().tone == Tone.BAD


class TestDkim:
    CHECK = "dkim"

    def test_a_domain_that_lost_it_is_found_though_the_mirror_thought_better(
        self, check: Check, town: TestSandbox
    ) -> None:
        organization_setup.settle_domain(town.store, town.organization, BRANCH, dkim="FAILED")
        result = check.look()
        assert (result.tone, lines(result)) == (
            Tone.BAD,
            "branch.example: ownership verified, DKIM failed",
        )
        assert result.evidence[0].href.endswith(f"/domains/{BRANCH}/")
        organization_setup.settle_domain(town.store, town.organization, BRANCH, dkim="VERIFIED")
        assert check.look().tone == Tone.GOOD

    def test_the_test_domain_of_workmail_is_nobody_s_business(self, check: Check, town: TestSandbox) -> None:
        organization_setup.settle_domain(town.store, town.organization, "example.awsapps.com", dkim="FAILED")
        assert check.look().tone == Tone.GOOD


def long_ago(town: TestSandbox, days: int = 100) -> float:
    return town.clock.now() - days * 86_400


class TestIdleTokens:
    CHECK = "idle-tokens"

    def test_are_found_and_revoked_but_none_that_is_used(self, check: Check, town: TestSandbox) -> None:
        old, mine = long_ago(town), town.organization_id
        used = {"created": old, "used": town.clock.now()}
        world.personal_token(mine, ADA, "c0c0c0c0-0000-4000-8000-00000000000a", name="old", created=old)
        world.personal_token(mine, ADA, "c0c0c0c0-0000-4000-8000-00000000000b", name="new", **used)
        assert (check.look().count, lines(check.look())) == (1, "old of Ada Çelik, never used")
        assert check.mend().state == DONE
        assert [token.name for token in town.store.personal_access_tokens] == ["new"]
        assert check.look().tone == Tone.GOOD

    def test_one_that_is_used_after_the_preview_stays(
        self, check: Check, plant: Planter, town: TestSandbox
    ) -> None:
        token_id, old = "c0c0c0c0-0000-4000-8000-00000000000a", long_ago(town)
        world.personal_token(town.organization_id, ADA, token_id, created=old)
        (step,) = check.steps()
        now = town.clock.now()
        world.personal_token(town.organization_id, ADA, token_id, created=old, used=now)
        with pytest.raises(errors.Changed):
            plant(step.operation, expecting=step.expects, **step.params)
        assert check.look().tone == Tone.GOOD

    def test_all_pages_are_read(self, check: Check, town: TestSandbox) -> None:
        for number in range(120):
            token_id = f"c0c0c0c0-0000-4000-8000-{number:012}"
            world.personal_token(town.organization_id, ADA, token_id, created=long_ago(town))
        result = check.look()
        assert (result.count, len(result.evidence)) == (120, EVIDENCE_SHOWN)


class TestLeaversTokens:
    CHECK = "leavers-tokens"

    def test_are_found_and_revoked(self, check: Check, town: TestSandbox, plant: Planter) -> None:
        world.personal_token(town.organization_id, BO, used=town.clock.now())
        assert check.look().tone == Tone.GOOD
        plant("DeregisterFromWorkMail", EntityId=BO)
        assert check.look().count == 1
        assert check.mend().state == DONE
        assert check.look().tone == Tone.GOOD


class TestLeaversAccess:
    CHECK = "leavers-access"

    def test_is_found_and_taken_away(self, check: Check, plant: Planter, town: TestSandbox) -> None:
        plant("PutMailboxPermissions", EntityId=ADA, GranteeId=BO, PermissionValues=["FULL_ACCESS"])
        plant("PutMailboxPermissions", EntityId=BO, GranteeId=ADA, PermissionValues=["SEND_AS"])
        assert check.look().tone == Tone.GOOD
        plant("DeregisterFromWorkMail", EntityId=BO)
        result = check.look()
        assert (result.count, lines(result)) == (
            1,
            "The mailbox of Ada Çelik: Bo Ek (disabled) may open it",
        )
        assert check.mend().state == DONE
        assert town.call("ListMailboxPermissions", EntityId=ADA)["Permissions"] == []
        assert town.call("ListMailboxPermissions", EntityId=BO)["Permissions"]
        assert check.look().tone == Tone.GOOD


class TestLeaversGroups:
    CHECK = "leavers-groups"

    def test_are_found_and_left(self, check: Check, plant: Planter, town: TestSandbox) -> None:
        for member in (ADA, BO, CY):
            plant("AssociateMemberToGroup", GroupId=TEAM, MemberId=member)
        plant("DeregisterFromWorkMail", EntityId=BO)
        result = check.look()
        assert (result.tone, result.count) == (Tone.LOOK, 2)
        assert "Bo Ek in team" in lines(result)
        assert "Cy Ahn in team, who was never enabled" in lines(result)
        assert check.mend().state == DONE
        assert [each["Id"] for each in town.call("ListGroupMembers", GroupId=TEAM)["Members"]] == [ADA]
        assert check.look().tone == Tone.GOOD


class TestRooms:
    CHECK = "rooms"

    @pytest.fixture(autouse=True)
    def hall_is_bo_s(self, plant: Planter) -> None:
        plant("AssociateDelegateToResource", ResourceId=HALL, EntityId=BO)
        options = {"AutoAcceptRequests": False, "AutoDeclineConflictingRequests": True}
        plant("UpdateResource", ResourceId=HALL, BookingOptions=options)

    def test_whose_only_delegate_has_left_are_found_and_accept_by_themselves(
        self, check: Check, plant: Planter, town: TestSandbox
    ) -> None:
        assert check.look().tone == Tone.GOOD
        plant("DeregisterFromWorkMail", EntityId=BO)
        assert (check.look().count, lines(check.look())) == (1, "hall")
        assert check.mend().state == DONE
        options = town.call("DescribeResource", ResourceId=HALL)["BookingOptions"]
        assert (options["AutoAcceptRequests"], options["AutoDeclineConflictingRequests"]) == (True, True)
        assert check.look().tone == Tone.GOOD

    def test_without_any_delegate_are_found(self, check: Check) -> None:
        Delegate.objects.all().delete()
        assert check.look().count == 1


class TestDanglingAccessRules:
    CHECK = "dangling-access"

    @pytest.fixture(autouse=True)
    def rules(self, town: TestSandbox) -> None:
        common = {"Effect": "DENY", "Description": "x", "Actions": ["IMAP"]}
        town.call("PutAccessControlRule", Name="both", UserIds=[ADA, BO], **common)
        town.call("PutAccessControlRule", Name="only-bo", UserIds=[BO], **common)
        town.call("PutAccessControlRule", Name="all-but-bo", NotUserIds=[BO], **common)

    def test_are_found_and_cleaned_without_changing_an_answer(
        self, check: Check, plant: Planter, town: TestSandbox
    ) -> None:
        assert check.look().tone == Tone.GOOD
        plant("DeregisterFromWorkMail", EntityId=BO)
        assert check.look().tone == Tone.GOOD  # she can be enabled again
        plant("DeleteUser", UserId=BO)
        assert (check.look().count, BO in lines(check.look())) == (3, True)
        assert check.mend().state == DONE
        rules = {rule["Name"]: rule for rule in town.call("ListAccessControlRules")["Rules"]}
        assert set(rules) == {"default", "no-imap", "both", "all-but-bo"}
        assert rules["both"]["UserIds"] == [ADA]
        assert not rules["all-but-bo"].get("NotUserIds")
        assert check.look().tone == Tone.GOOD

    def test_a_rule_that_was_changed_since_stays(
        self, check: Check, plant: Planter, town: TestSandbox
    ) -> None:
        plant("DeregisterFromWorkMail", EntityId=BO)
        plant("DeleteUser", UserId=BO)
        (stale,) = (each for each in check.steps() if each.params["Name"] == "only-bo")
        changed = {"Effect": "ALLOW", "Description": "changed"}
        town.call("PutAccessControlRule", Name="only-bo", UserIds=[ADA], **changed)
        with pytest.raises(errors.Changed):
            plant(stale.operation, expecting=stale.expects, **stale.params)

    def test_somebody_whom_only_workmail_knows_yet_is_there(self, check: Check, town: TestSandbox) -> None:
        town.enabled_user("new")
        common = {"Effect": "DENY", "Description": "x"}
        town.call("PutAccessControlRule", Name="new", UserIds=[f"user-{'new':0>12}"], **common)
        assert check.look().tone == Tone.GOOD

    def test_a_role_that_is_not_there_counts(self, check: Check, town: TestSandbox) -> None:
        role = world.impersonation_role(town.organization_id)
        common = {"Effect": "ALLOW", "Description": "x", "Actions": ["EWS"]}
        town.call("PutAccessControlRule", Name="role", ImpersonationRoleIds=[role], **common)
        assert check.look().tone == Tone.GOOD
        town.call("DeleteImpersonationRole", ImpersonationRoleId=role)
        assert check.look().count == 1
        assert check.mend().state == DONE
        assert "role" not in [rule["Name"] for rule in town.call("ListAccessControlRules")["Rules"]]

    def test_what_workmail_did_not_answer_is_not_gone(
        self, check: Check, plant: Planter, town: TestSandbox
    ) -> None:
        Entity.objects.filter(entity_id=BO).delete()
        town.faults.fail("DescribeUser", code="DirectoryUnavailableException", times=5)
        assert check.look().tone == Tone.UNKNOWN


class TestWithout:
    """What a rule says stays what it says, whoever is taken out of it."""

    @pytest.mark.parametrize(
        ("rule", "left"),
        [
            ({"UserIds": [ADA, BO]}, {"UserIds": [ADA]}),
            ({"UserIds": [BO]}, None),
            ({"NotUserIds": [BO]}, {}),
            ({"NotUserIds": [BO, ADA]}, {"NotUserIds": [ADA]}),
            ({"UserIds": [ADA], "NotUserIds": [BO]}, {"UserIds": [ADA]}),
            ({"UserIds": [ADA]}, {"UserIds": [ADA]}),
            ({"UserIds": []}, {}),
        ],
    )
    def test_somebody(self, rule: dict[str, Any], left: dict[str, Any] | None) -> None:
        assert references.remove_ids(rule, {BO}, references.USER_MEMBERS) == left


class TestDanglingRoles:
    CHECK = "dangling-roles"

    def test_are_found_and_cleaned(self, check: Check, plant: Planter, town: TestSandbox) -> None:
        rules = [
            {"ImpersonationRuleId": "one", "Effect": "ALLOW", "TargetUsers": [ADA, BO]},
            {"ImpersonationRuleId": "two", "Effect": "DENY", "TargetUsers": [BO]},
        ]
        made = town.call("CreateImpersonationRole", Name="archive", Type="READ_ONLY", Rules=rules)
        assert check.look().tone == Tone.GOOD
        plant("DeregisterFromWorkMail", EntityId=BO)
        plant("DeleteUser", UserId=BO)
        assert check.look().count == 1
        assert check.mend().state == DONE
        shown = town.call("GetImpersonationRole", ImpersonationRoleId=made["ImpersonationRoleId"])
        assert shown["Rules"] == [{"ImpersonationRuleId": "one", "Effect": "ALLOW", "TargetUsers": [ADA]}]
        assert (shown["Name"], shown["Type"]) == ("archive", "READ_ONLY")
        assert check.look().tone == Tone.GOOD


class TestQuotas:
    CHECK = "quotas"

    def test_full_mailboxes_are_found_fullest_first(self, check: Check) -> None:
        Entity.objects.filter(entity_id=ADA).update(mailbox_quota=100, mailbox_size=95, sort_size=95)
        Entity.objects.filter(entity_id=BO).update(
            mailbox_quota=51_200, mailbox_size=51_000, sort_size=51_000
        )
        result = check.look()
        assert [line.text for line in result.evidence] == [
            "Bo Ek: 49.8 GB of 50 GB (100 %), the largest quota there is",
            "Ada Çelik: 95 MB of 100 MB (95 %)",
        ]
        assert result.evidence[0].href.endswith(f"/users/{BO}/quota/")
        Entity.objects.filter(entity_id__in=[ADA, BO]).update(mailbox_size=89, mailbox_quota=100)
        assert check.look().tone == Tone.GOOD


class TestAliases:
    CHECK = "aliases"

    def test_who_has_nearly_all_is_found(self, check: Check, organization: Organization) -> None:
        bo = Entity.objects.get(entity_id=BO)
        rows = [Alias(organization=organization, entity=bo, address=f"bo{n}@example.com") for n in range(90)]
        Alias.objects.bulk_create(rows[:89])
        assert check.look().tone == Tone.GOOD
        Alias.objects.bulk_create(rows[89:])
        assert (check.look().tone, lines(check.look())) == (Tone.LOOK, "Bo Ek: 90 aliases")


class TestFailures:
    def test_what_aws_does_not_answer_is_not_known_and_the_rest_is(
        self, organization: Organization, town: TestSandbox
    ) -> None:
        town.faults.fail("ListAccessControlRules", code="OrganizationStateException", times=5)
        found = runner.run_checks(organization)
        assert {name for name, result in found.items() if result.tone == Tone.UNKNOWN} == {
            "access-rules",
            "dangling-access",
        }
        assert "was not checked" in found["access-rules"].said


class TestNights:
    def test_each_night_everything_is_due_once(self, organization: Organization) -> None:
        evening = timezone.now().replace(hour=23, minute=0)
        Organization.objects.filter(pk=organization.pk).update(listed_at=evening)
        assert runner.due_organizations(evening) == [organization]
        review = runner.run_review(organization, "somebody")
        assert runner.due_organizations(evening) == []
        review.at = evening - timedelta(days=1)
        review.save()
        assert runner.due_organizations(evening) == [organization]

    def test_before_the_night_yesterday_s_counts(self, organization: Organization) -> None:
        early = timezone.now().replace(hour=1, minute=0)
        review = runner.run_review(organization, "somebody")
        review.at = early - timedelta(hours=22)
        review.save()
        assert runner.due_organizations(early) == []

    def test_what_was_never_read_waits(self, organization: Organization) -> None:
        Organization.objects.filter(pk=organization.pk).update(listed_at=None)
        assert runner.due_organizations(timezone.now()) == []
