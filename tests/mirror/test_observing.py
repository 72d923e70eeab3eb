"""What others changed is in the ledger; what this console did, and what is new to it, is not."""

from typing import Any

import pytest
from django.utils import timezone

from console.aws import gateway
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror import observing, sync
from console.mirror.models import Entity, Organization, Sync
from console.operators.actors import Actor
from console.sandbox.testing import ADA, BO, TestSandbox
from tests.mirror.support import again, grown_old, look, sync_all


def observed() -> list[tuple[str, str, Any, Any]]:
    entries = Entry.objects.filter(kind=Entry.Kind.OBSERVED).order_by("seq")
    return [
        (each.operation, each.target, each.body.get("before"), each.body.get("after")) for each in entries
    ]


@pytest.fixture(autouse=True)
def known(town: TestSandbox, organization: Organization) -> None:
    """Everybody was listed and described once."""
    town.group("staff")
    sync_all(organization)


class TestNoticed:
    def test_the_first_reading_of_everybody_is_no_change(self) -> None:
        assert observed() == []

    def test_a_second_round_without_changes_is_silent(self, organization: Organization) -> None:
        again(organization)
        assert observed() == []

    def test_a_field_changed_elsewhere(self, town: TestSandbox, organization: Organization) -> None:
        town.call("UpdateUser", UserId=ADA, JobTitle="Countess")
        look(town, organization, "DescribeUser", UserId=ADA)
        assert observed() == [("DescribeUser", ADA, {"JobTitle": None}, {"JobTitle": "Countess"})]

    def test_once_and_not_again(self, town: TestSandbox, organization: Organization) -> None:
        town.call("UpdateUser", UserId=ADA, DisplayName="Ada King")
        again(organization)
        again(organization)
        assert [(operation, after) for operation, _, _, after in observed()] == [
            ("ListUsers", {"DisplayName": "Ada King"})
        ]

    def test_the_entry_names_its_target_and_nobody_as_the_doer(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        town.call("UpdateUser", UserId=ADA, JobTitle="Countess")
        look(town, organization, "DescribeUser", UserId=ADA)
        entry = Entry.objects.get(kind=Entry.Kind.OBSERVED)
        assert (entry.organization, entry.target_name) == (organization.organization_id, "ada@example.com")
        assert (entry.operator_id, entry.method) == (None, "mirror")
        assert [each.field for each in entry.changes] == ["JobTitle"]

    def test_an_alias_added_elsewhere(self, town: TestSandbox, organization: Organization) -> None:
        town.call("CreateAlias", EntityId=BO, Alias="robert@example.com")
        again(organization)
        assert observed() == [("ListAliases", BO, {"Aliases": []}, {"Aliases": ["robert@example.com"]})]

    def test_a_member_added_elsewhere(self, town: TestSandbox, organization: Organization) -> None:
        staff = Entity.objects.get(kind="group")
        town.call("AssociateMemberToGroup", GroupId=staff.entity_id, MemberId=ADA)
        again(organization)
        expected: Any = (
            "ListGroupMembers",
            staff.entity_id,
            {"Members": []},
            {"Members": ["ada@example.com"]},
        )
        assert observed() == [expected]

    def test_a_member_noticed_from_her_own_side(self, town: TestSandbox, organization: Organization) -> None:
        staff = Entity.objects.get(kind="group")
        town.call("AssociateMemberToGroup", GroupId=staff.entity_id, MemberId=ADA)
        look(town, organization, "ListGroupsForEntity", EntityId=ADA)
        again(organization)
        assert observed() == [("ListGroupsForEntity", ADA, {"Groups": []}, {"Groups": ["staff@example.com"]})]

    def test_a_permission_given_elsewhere(self, town: TestSandbox, organization: Organization) -> None:
        town.call("PutMailboxPermissions", EntityId=ADA, GranteeId=BO, PermissionValues=["SEND_AS"])
        again(organization)
        given = {"Permissions": [f"{BO}: SEND_AS"]}
        assert observed() == [("ListMailboxPermissions", ADA, {"Permissions": []}, given)]

    def test_a_quota_changed_elsewhere(self, town: TestSandbox, organization: Organization) -> None:
        town.call("UpdateMailboxQuota", UserId=ADA, MailboxQuota=1000)
        again(organization)
        changed = ({"MailboxQuota": 51_200}, {"MailboxQuota": 1000})
        assert observed() == [("GetMailboxDetails", ADA, *changed)]

    def test_somebody_deleted_elsewhere(self, town: TestSandbox, organization: Organization) -> None:
        town.call("DeregisterFromWorkMail", EntityId=BO)
        town.call("DeleteUser", UserId=BO)
        again(organization)
        (entry,) = observed()
        assert entry[:2] == ("ListUsers", BO)
        assert entry[3]["State"] == "DELETED"


class TestNotNoticed:
    def test_what_the_console_did_itself(
        self, town: TestSandbox, organization: Organization, owner: Actor
    ) -> None:
        gateway.call(owner, "UpdateUser", organization, UserId=ADA, JobTitle="Countess")
        gateway.call(owner, "CreateAlias", organization, EntityId=BO, Alias="robert@example.com")
        assert Entity.objects.get(entity_id=ADA).job_title == "Countess"
        again(organization)
        assert observed() == []

    def test_what_a_write_explains_whose_outcome_never_reached_the_mirror(
        self, town: TestSandbox, organization: Organization, owner: Actor
    ) -> None:
        journal.intent(owner, "UpdateUser", organization.organization_id, target=ADA, params={})
        town.call("UpdateUser", UserId=ADA, JobTitle="Countess")
        look(town, organization, "DescribeUser", UserId=ADA)
        assert observed() == []

    def test_a_change_after_a_write_of_long_ago_is_noticed_all_the_same(
        self, town: TestSandbox, organization: Organization, owner: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gateway.call(owner, "UpdateUser", organization, UserId=ADA, JobTitle="Countess")
        later = timezone.now() + observing.GRACE * 2
        monkeypatch.setattr("django.utils.timezone.now", lambda: later)
        look(town, organization, "DescribeUser", UserId=ADA)
        town.call("UpdateUser", UserId=ADA, JobTitle="Enchantress")
        look(town, organization, "DescribeUser", UserId=ADA)
        assert [after for *_, after in observed()] == [{"JobTitle": "Enchantress"}]

    def test_a_mailbox_that_grew(self, organization: Organization) -> None:
        Entity.objects.filter(entity_id=ADA).update(mailbox_size=1.0)
        again(organization)
        assert observed() == []

    def test_somebody_new(self, town: TestSandbox, organization: Organization) -> None:
        town.enabled_user("dee")
        again(organization)
        assert observed() == []


class TestBounds:
    def test_a_flood_is_counted_and_summed_up(
        self, town: TestSandbox, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(observing, "MOST", 2)
        for number in range(5):
            town.enabled_user(f"flood{number}")
        again(organization)
        for number in range(5):
            town.call("UpdateUser", UserId=f"user-{f'flood{number}':>012}", DisplayName="Flooded")
        grown_old(organization)
        Sync.objects.filter(stage="users").update(due_at=timezone.now())
        sync.run_slice(organization)
        *entries, last = Entry.objects.filter(kind=Entry.Kind.OBSERVED).order_by("seq")
        assert len(entries) == 2
        assert (last.body["observed"], last.body["entered"], last.target) == (5, 2, "")
        assert Entity.objects.filter(display_name="Flooded").count() == 5
