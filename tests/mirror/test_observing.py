"""What others changed is in the ledger; what this console did, and what is new to it, is not."""

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.actor import Actor
from console.gateway import gateway
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror import effects, outside_changes
from console.mirror.models import Entity, Organization, Sync
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from console.sync import worker
from tests.mirror.support import again, grown_old, look, sync_all


def observed() -> list[tuple[str, Any, Any]]:
    entries = Entry.objects.filter(kind=Entry.Kind.OBSERVED).order_by("seq")
    return [(each.target, each.body.get("before"), each.body.get("after")) for each in entries]


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
        assert observed() == [(ADA, {"JobTitle": None}, {"JobTitle": "Countess"})]

    def test_once_and_not_again(self, town: TestSandbox, organization: Organization) -> None:
        town.call("UpdateUser", UserId=ADA, DisplayName="Ada King")
        again(organization)
        again(organization)
        assert observed() == [(ADA, {"DisplayName": "Ada Çelik"}, {"DisplayName": "Ada King"})]

    def test_the_entry_names_its_target_and_nobody_as_the_doer(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        town.call("UpdateUser", UserId=ADA, JobTitle="Countess")
        look(town, organization, "DescribeUser", UserId=ADA)
        entry = Entry.objects.get(kind=Entry.Kind.OBSERVED)
        assert (entry.organization, entry.target_name) == (organization.organization_id, "ada@example.com")
        assert (entry.operator_id, entry.method) == (None, "mirror")
        assert [each.field for each in entry.changes] == ["JobTitle"]

    def test_the_entry_says_what_was_changed_and_not_which_read_showed_it(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        town.call("UpdateUser", UserId=ADA, JobTitle="Countess", Office="London")
        look(town, organization, "DescribeUser", UserId=ADA)
        entry = Entry.objects.get(kind=Entry.Kind.OBSERVED)
        said = "Changed outside the console: Job title, Office of ada@example.com"
        assert (entry.operation, entry.sentence) == ("", said)

    def test_an_alias_added_elsewhere(self, town: TestSandbox, organization: Organization) -> None:
        town.call("CreateAlias", EntityId=BO, Alias="robert@example.com")
        again(organization)
        assert observed() == [(BO, {"Aliases": []}, {"Aliases": ["robert@example.com"]})]

    def test_a_member_added_elsewhere(self, town: TestSandbox, organization: Organization) -> None:
        staff = Entity.objects.get(kind="group")
        town.call("AssociateMemberToGroup", GroupId=staff.entity_id, MemberId=ADA)
        again(organization)
        expected: Any = (
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
        assert observed() == [(ADA, {"Groups": []}, {"Groups": ["staff@example.com"]})]

    def test_a_permission_given_elsewhere(self, town: TestSandbox, organization: Organization) -> None:
        town.call("PutMailboxPermissions", EntityId=ADA, GranteeId=BO, PermissionValues=["SEND_AS"])
        again(organization)
        given = {"Permissions": ["bo@example.com: SEND_AS"]}
        assert observed() == [(ADA, {"Permissions": []}, given)]

    def test_a_quota_changed_elsewhere(self, town: TestSandbox, organization: Organization) -> None:
        town.call("UpdateMailboxQuota", UserId=ADA, MailboxQuota=1000)
        again(organization)
        changed = ({"MailboxQuota": 51_200}, {"MailboxQuota": 1000})
        assert observed() == [(ADA, *changed)]

    def test_somebody_deleted_elsewhere(self, town: TestSandbox, organization: Organization) -> None:
        town.call("DeregisterFromWorkMail", EntityId=BO)
        town.call("DeleteUser", UserId=BO)
        again(organization)
        (entry,) = observed()
        assert entry[0] == BO
        assert entry[2]["State"] == "DELETED"


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
        sent = {"UserId": ADA, "JobTitle": "Countess"}
        journal.record_intent(owner, "UpdateUser", organization.organization_id, target=ADA, params=sent)
        town.call("UpdateUser", **sent)
        look(town, organization, "DescribeUser", UserId=ADA)
        assert observed() == []

    def test_a_write_that_aws_shows_minutes_later(
        self, town: TestSandbox, organization: Organization, owner: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        town.faults.lag(100)
        gateway.call(owner, "DeregisterFromWorkMail", organization, EntityId=ADA)
        assert Entity.objects.get(entity_id=ADA).state == "ENABLED"
        town.clock.advance(101)
        later = timezone.now() + timedelta(seconds=101)
        monkeypatch.setattr("django.utils.timezone.now", lambda: later)
        again(organization)
        assert Entity.objects.get(entity_id=ADA).state == "DISABLED"
        assert observed() == []

    def test_a_deletion_that_aws_shows_minutes_later(
        self, town: TestSandbox, organization: Organization, owner: Actor
    ) -> None:
        town.faults.lag(100)
        gateway.call(owner, "DeleteUser", organization, UserId=CY)
        look(town, organization, "DescribeUser", UserId=CY)
        town.clock.advance(101)
        again(organization)
        assert Entity.objects.get(entity_id=CY).state == "DELETED"
        assert observed() == []

    def test_an_answer_from_before_a_write_that_arrives_after_it(
        self, town: TestSandbox, organization: Organization, owner: Actor
    ) -> None:
        asked, answer = time.monotonic(), town.call("DescribeUser", UserId=ADA)
        gateway.call(owner, "UpdateUser", organization, UserId=ADA, JobTitle="Countess")
        effects.store_result(organization, "DescribeUser", {"UserId": ADA}, answer, asked=asked)
        look(town, organization, "DescribeUser", UserId=ADA)
        assert observed() == []

    def test_a_mailbox_that_grew(self, organization: Organization) -> None:
        Entity.objects.filter(entity_id=ADA).update(mailbox_size=1.0)
        again(organization)
        assert observed() == []

    def test_somebody_new(self, town: TestSandbox, organization: Organization) -> None:
        town.enabled_user("dee")
        again(organization)
        assert observed() == []


class TestBesideOwnWrites:
    """What others changed just after a write of the console, just before it, or on the way."""

    @pytest.fixture(autouse=True)
    def written(self, organization: Organization, owner: Actor) -> None:
        gateway.call(owner, "UpdateUser", organization, UserId=ADA, JobTitle="Countess")

    def test_another_value(self, town: TestSandbox, organization: Organization) -> None:
        town.call("UpdateUser", UserId=ADA, JobTitle="Enchantress")
        look(town, organization, "DescribeUser", UserId=ADA)
        assert observed() == [(ADA, {"JobTitle": "Countess"}, {"JobTitle": "Enchantress"})]

    def test_the_value_from_before(self, town: TestSandbox, organization: Organization) -> None:
        town.call("UpdateUser", UserId=ADA, JobTitle="")
        look(town, organization, "DescribeUser", UserId=ADA)
        assert observed() == [(ADA, {"JobTitle": "Countess"}, {"JobTitle": None})]

    def test_the_value_of_an_earlier_write(
        self, town: TestSandbox, organization: Organization, owner: Actor
    ) -> None:
        gateway.call(owner, "UpdateUser", organization, UserId=ADA, JobTitle="Baroness")
        town.call("UpdateUser", UserId=ADA, JobTitle="Countess")
        look(town, organization, "DescribeUser", UserId=ADA)
        assert observed() == [(ADA, {"JobTitle": "Baroness"}, {"JobTitle": "Countess"})]

    def test_there_and_back(self, town: TestSandbox, organization: Organization) -> None:
        for title in ("Enchantress", "Countess"):
            town.call("UpdateUser", UserId=ADA, JobTitle=title)
            look(town, organization, "DescribeUser", UserId=ADA)
        assert [after for *_, after in observed()] == [{"JobTitle": "Enchantress"}, {"JobTitle": "Countess"}]

    def test_another_field_alone(self, town: TestSandbox, organization: Organization) -> None:
        town.call("UpdateUser", UserId=ADA, Office="Paris")
        look(town, organization, "DescribeUser", UserId=ADA)
        assert observed() == [(ADA, {"Office": None}, {"Office": "Paris"})]

    def test_another_field_that_the_next_write_shows(
        self, town: TestSandbox, organization: Organization, owner: Actor
    ) -> None:
        town.call("UpdateUser", UserId=ADA, Office="Paris")
        gateway.call(owner, "UpdateUser", organization, UserId=ADA, JobTitle="Enchantress")
        assert observed() == [(ADA, {"Office": None}, {"Office": "Paris"})]

    def test_a_value_that_the_next_write_replaces(
        self, town: TestSandbox, organization: Organization, owner: Actor
    ) -> None:
        town.call("UpdateUser", UserId=ADA, JobTitle="Empress")
        gateway.call(owner, "UpdateUser", organization, UserId=ADA, JobTitle="Enchantress")
        assert observed() == [(ADA, {"JobTitle": "Countess"}, {"JobTitle": "Empress"})]

    def test_the_state(self, town: TestSandbox, organization: Organization, owner: Actor) -> None:
        gateway.call(owner, "RegisterToWorkMail", organization, EntityId=CY, Email="cy@example.com")
        town.call("DeregisterFromWorkMail", EntityId=CY)
        look(town, organization, "DescribeUser", UserId=CY)
        before = {"State": "ENABLED", "Email": "cy@example.com"}
        assert observed() == [(CY, before, {"State": "DISABLED", "Email": None})]

    def test_an_alias(self, town: TestSandbox, organization: Organization, owner: Actor) -> None:
        gateway.call(owner, "CreateAlias", organization, EntityId=BO, Alias="Robert@example.com")
        town.call("DeleteAlias", EntityId=BO, Alias="robert@example.com")
        town.call("CreateAlias", EntityId=BO, Alias="bob@example.com")
        look(town, organization, "ListAliases", EntityId=BO)
        before, after = {"Aliases": ["robert@example.com"]}, {"Aliases": ["bob@example.com"]}
        assert observed() == [(BO, before, after)]

    def test_a_member(self, town: TestSandbox, organization: Organization, owner: Actor) -> None:
        staff = Entity.objects.get(kind="group").entity_id
        gateway.call(owner, "AssociateMemberToGroup", organization, GroupId=staff, MemberId=ADA)
        town.call("DisassociateMemberFromGroup", GroupId=staff, MemberId=ADA)
        town.call("AssociateMemberToGroup", GroupId=staff, MemberId=BO)
        look(town, organization, "ListGroupMembers", GroupId=staff)
        before, after = {"Members": ["ada@example.com"]}, {"Members": ["bo@example.com"]}
        assert observed() == [(staff, before, after)]

    def test_a_permission(self, town: TestSandbox, organization: Organization, owner: Actor) -> None:
        given: dict[str, Any] = {"EntityId": ADA, "GranteeId": BO}
        gateway.call(owner, "PutMailboxPermissions", organization, **given, PermissionValues=["SEND_AS"])
        town.call("PutMailboxPermissions", **given, PermissionValues=["FULL_ACCESS"])
        look(town, organization, "ListMailboxPermissions", EntityId=ADA)
        before, after = ({"Permissions": [f"bo@example.com: {each}"]} for each in ("SEND_AS", "FULL_ACCESS"))
        assert observed() == [(ADA, before, after)]

    def test_a_quota(self, town: TestSandbox, organization: Organization, owner: Actor) -> None:
        gateway.call(owner, "UpdateMailboxQuota", organization, UserId=ADA, MailboxQuota=2000)
        town.call("UpdateMailboxQuota", UserId=ADA, MailboxQuota=3000)
        look(town, organization, "GetMailboxDetails", UserId=ADA)
        assert observed() == [(ADA, {"MailboxQuota": 2000}, {"MailboxQuota": 3000})]


class TestBounds:
    def test_a_flood_is_counted_and_summed_up(
        self, town: TestSandbox, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(outside_changes, "MAX_ENTRIES", 2)
        for number in range(5):
            town.enabled_user(f"flood{number}")
        again(organization)
        for number in range(5):
            town.call("UpdateUser", UserId=f"user-{f'flood{number}':>012}", DisplayName="Flooded")
        grown_old(organization)
        Sync.objects.filter(stage="users").update(due_at=timezone.now())
        worker.run_slice(organization)
        *entries, last = Entry.objects.filter(kind=Entry.Kind.OBSERVED).order_by("seq")
        assert len(entries) == 2
        assert (last.body["observed"], last.body["entered"], last.target) == (5, 2, "")
        assert Entity.objects.filter(display_name="Flooded").count() == 5
