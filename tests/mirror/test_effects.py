"""What the mirror knows after each read: the sandbox's own answers, absorbed as the gateway does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.aws import model
from console.mirror import effects
from console.mirror.models import Alias, Delegate, Domain, Entity, Membership, Organization, Permission
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.mirror.support import grown_old, look, person

WRITING = ("INSERT", "UPDATE", "DELETE")


def ada() -> Entity:
    return Entity.objects.get(entity_id=ADA)


class TestListings:
    def test_people_are_listed_with_all_that_a_listing_shows(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        look(town, organization, "ListUsers")
        entity = ada()
        assert (entity.kind, entity.name, entity.display_name) == ("user", "ada", "Ada Çelik")
        assert (entity.email, entity.domain, entity.state, entity.role) == (
            "ada@example.com",
            "example.com",
            "ENABLED",
            "USER",
        )
        assert entity.enabled_date == entity.sort_enabled
        assert (entity.sort_display_name, entity.details, entity.described_at) == ("ada celik", {}, None)

    def test_the_same_listing_again_writes_nothing(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        look(town, organization, "ListUsers")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            look(town, organization, "ListUsers")
        assert [each["sql"] for each in queries if each["sql"].startswith(WRITING)] == []
        assert len(queries) == 1

    def test_a_change_writes_that_row_and_no_other(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        look(town, organization, "ListUsers")
        before = dict(Entity.objects.values_list("entity_id", "listed_at"))
        town.call("UpdateUser", UserId=BO, DisplayName="Bo Ekström")
        look(town, organization, "ListUsers")
        after = dict(Entity.objects.values_list("entity_id", "listed_at"))
        assert [each for each in after if after[each] != before[each]] == [BO]
        assert "ekstrom" in Entity.objects.get(entity_id=BO).search_text

    def test_a_listing_keeps_what_only_descriptions_show(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        town.call("UpdateUser", UserId=ADA, Department="Engines")
        for operation in ("DescribeUser", "GetMailboxDetails"):
            look(town, organization, operation, UserId=ADA)
        look(town, organization, "ListAliases", EntityId=ADA)
        grown_old(organization)
        town.call("UpdateUser", UserId=ADA, DisplayName="Ada King")
        look(town, organization, "ListUsers")
        entity = ada()
        assert (entity.display_name, entity.department, entity.mailbox_quota) == (
            "Ada King",
            "Engines",
            51_200,
        )
        assert "countess" in entity.search_text
        assert entity.details["DisplayName"] == "Ada King"
        assert entity.wanted_at is not None

    def test_a_description_just_read_beats_a_listing_that_was_under_way(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        listing = town.call("ListUsers")
        town.call("UpdateUser", UserId=ADA, DisplayName="Ada King")
        look(town, organization, "DescribeUser", UserId=ADA)
        effects.store_result(organization, "ListUsers", {}, listing)
        assert ada().display_name == "Ada King"

    def test_what_a_listing_leaves_out_of_somebody_described_says_nothing(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        look(town, organization, "DescribeUser", UserId=ADA)
        grown_old(organization)
        effects.store_result(
            organization, "ListUsers", {}, {"Users": [{"Id": ADA, "Name": "ada", "State": "ENABLED"}]}
        )
        assert ada().email == "ada@example.com"

    def test_groups_and_resources_are_listed(self, town: TestSandbox, organization: Organization) -> None:
        town.group("staff")
        room = town.call("CreateResource", Name="Orion", Type="ROOM")["ResourceId"]
        look(town, organization, "ListGroups")
        look(town, organization, "ListResources")
        assert Entity.objects.get(kind="group").name == "staff"
        found = Entity.objects.get(kind="resource")
        assert (found.entity_id, found.name, found.role, found.state) == (room, "Orion", "ROOM", "DISABLED")

    def test_somebody_deleted_elsewhere_loses_what_belonged_to_her(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        look(town, organization, "ListUsers")
        look(town, organization, "ListAliases", EntityId=ADA)
        town.call("DeregisterFromWorkMail", EntityId=ADA)
        town.call("DeleteUser", UserId=ADA)
        look(town, organization, "ListUsers")
        assert ada().is_deleted
        assert not Alias.objects.exists()

    def test_domains_come_and_go(self, town: TestSandbox, organization: Organization) -> None:
        Domain.objects.create(organization=organization, name="gone.example")
        look(town, organization, "ListMailDomains")
        assert dict(Domain.objects.values_list("name", "is_default")) == {
            "example.awsapps.com": False,
            "example.com": True,
        }

    def test_a_domain_tells_how_far_it_is_verified(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        look(town, organization, "ListMailDomains")
        look(town, organization, "GetMailDomain", DomainName="example.com")
        found = Domain.objects.get(name="example.com")
        assert (found.ownership, found.dkim, found.is_default) == ("VERIFIED", "VERIFIED", True)


class TestDescriptions:
    def test_a_person_is_described_with_every_field(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        town.call(
            "UpdateUser",
            UserId=ADA,
            FirstName="Augusta",
            Department="Engines",
            JobTitle="Countess",
            Office="Ockham",
            HiddenFromGlobalAddressList=True,
        )
        shown = look(town, organization, "DescribeUser", UserId="ada@example.com")
        entity = ada()
        assert (entity.department, entity.job_title, entity.office, entity.hidden) == (
            "Engines",
            "Countess",
            "Ockham",
            True,
        )
        assert set(entity.details) == set(shown)
        assert entity.described_at is not None
        assert {"augusta", "engines"} <= set(entity.search_text.split())

    def test_a_field_that_was_cleared_is_empty(self, town: TestSandbox, organization: Organization) -> None:
        town.call("UpdateUser", UserId=ADA, Department="Engines", HiddenFromGlobalAddressList=True)
        look(town, organization, "DescribeUser", UserId=ADA)
        town.call("UpdateUser", UserId=ADA, Department="", HiddenFromGlobalAddressList=False)
        look(town, organization, "DescribeUser", UserId=ADA)
        assert (ada().department, ada().hidden) == ("", False)

    def test_looking_again_and_again_writes_nothing(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        look(town, organization, "DescribeUser", UserId=ADA)
        with CaptureQueriesContext(connection) as queries:
            look(town, organization, "DescribeUser", UserId=ADA)
        assert [each["sql"] for each in queries if each["sql"].startswith(WRITING)] == []

    def test_an_old_description_is_confirmed(self, town: TestSandbox, organization: Organization) -> None:
        look(town, organization, "DescribeUser", UserId=ADA)
        described_at = ada().described_at
        grown_old(organization)
        look(town, organization, "DescribeUser", UserId=ADA)
        now = ada().described_at
        assert now is not None
        assert described_at is not None
        assert now - described_at < timedelta(minutes=5)

    def test_groups_and_resources_are_described(self, town: TestSandbox, organization: Organization) -> None:
        staff = town.group("staff", hidden=True)
        room = town.call("CreateResource", Name="Orion", Type="ROOM", Description="By the lake")["ResourceId"]
        look(town, organization, "DescribeGroup", GroupId=staff.entity_id)
        look(town, organization, "DescribeResource", ResourceId=room)
        assert Entity.objects.get(kind="group").hidden
        found = Entity.objects.get(kind="resource")
        assert found.role == "ROOM"
        assert "lake" in found.search_text

    def test_a_mailbox_has_a_size_and_a_quota(self, town: TestSandbox, organization: Organization) -> None:
        look(town, organization, "ListUsers")
        shown = look(town, organization, "GetMailboxDetails", UserId=ADA)
        entity = ada()
        assert (entity.mailbox_size, entity.mailbox_quota) == (shown["MailboxSize"], shown["MailboxQuota"])
        assert (entity.sort_size, entity.sort_quota) == (entity.mailbox_size, entity.mailbox_quota)

    def test_an_organization_is_described(self, town: TestSandbox, organization: Organization) -> None:
        look(town, organization, "DescribeOrganization")
        organization.refresh_from_db()
        assert (organization.state, organization.default_domain) == ("Active", "example.com")
        assert organization.arn == town.organization.arn


class TestRelations:
    @pytest.fixture(autouse=True)
    def listed(self, town: TestSandbox, organization: Organization) -> None:
        look(town, organization, "ListUsers")

    def test_the_primary_address_is_no_alias(self, town: TestSandbox, organization: Organization) -> None:
        shown = look(town, organization, "ListAliases", EntityId=ADA)
        assert "ada@example.com" in shown["Aliases"]
        assert [each.address for each in ada().aliases.all()] == ["countess@example.com"]
        assert "countess" in ada().search_text

    def test_an_alias_that_became_primary_is_none_any_longer(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        look(town, organization, "ListAliases", EntityId=ADA)
        town.call("UpdatePrimaryEmailAddress", EntityId=ADA, Email="countess@example.com")
        look(town, organization, "DescribeUser", UserId=ADA)
        look(town, organization, "ListAliases", EntityId=ADA)
        assert ada().email == "countess@example.com"
        assert [each.address for each in ada().aliases.all()] == ["ada@example.com"]

    def test_a_removed_alias_is_not_found_any_longer(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        look(town, organization, "ListAliases", EntityId=ADA)
        town.call("DeleteAlias", EntityId=ADA, Alias="countess@example.com")
        look(town, organization, "ListAliases", EntityId=ADA)
        assert "countess" not in ada().search_text

    def test_members_of_a_group_from_both_sides(self, town: TestSandbox, organization: Organization) -> None:
        staff, board = town.group("staff"), town.group("board")
        look(town, organization, "ListGroups")
        for group in (staff, board):
            town.call("AssociateMemberToGroup", GroupId=group.entity_id, MemberId=ADA)
        look(town, organization, "ListGroupMembers", GroupId=staff.entity_id)
        assert set(Membership.objects.values_list("group__name", "member__name")) == {("staff", "ada")}
        look(town, organization, "ListGroupsForEntity", EntityId=ADA)
        assert set(Membership.objects.values_list("group__name", flat=True)) == {"staff", "board"}
        town.call("DisassociateMemberFromGroup", GroupId=staff.entity_id, MemberId=ADA)
        look(town, organization, "ListGroupsForEntity", EntityId=ADA)
        assert set(Membership.objects.values_list("group__name", flat=True)) == {"board"}

    def test_a_page_of_a_listing_takes_nobody_away(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        staff = town.group("staff")
        look(town, organization, "ListGroups")
        for member in (ADA, BO, CY)[:2]:
            town.call("AssociateMemberToGroup", GroupId=staff.entity_id, MemberId=member)
        look(town, organization, "ListGroupMembers", GroupId=staff.entity_id)
        look(town, organization, "ListGroupMembers", GroupId=staff.entity_id, MaxResults=1)
        assert Membership.objects.count() == 2

    def test_permissions_are_replaced(self, town: TestSandbox, organization: Organization) -> None:
        for values in (["FULL_ACCESS"], ["SEND_AS", "SEND_ON_BEHALF"]):
            town.call("PutMailboxPermissions", EntityId=ADA, GranteeId=BO, PermissionValues=values)
            look(town, organization, "ListMailboxPermissions", EntityId=ADA)
            (found,) = Permission.objects.all()
            assert (found.owner.name, found.grantee_id, found.grantee_kind) == ("ada", BO, "user")
            assert found.values == sorted(values)

    def test_delegates_of_a_resource(self, town: TestSandbox, organization: Organization) -> None:
        room = town.call("CreateResource", Name="Orion", Type="ROOM")["ResourceId"]
        town.call("RegisterToWorkMail", EntityId=room, Email="orion@example.com")
        look(town, organization, "ListResources")
        town.call("AssociateDelegateToResource", ResourceId=room, EntityId=BO)
        look(town, organization, "ListResourceDelegates", ResourceId=room)
        assert list(Delegate.objects.values_list("resource__name", "delegate__name")) == [("Orion", "bo")]

    def test_of_somebody_unknown_nothing_is_kept(self, town: TestSandbox, organization: Organization) -> None:
        Entity.objects.all().delete()
        look(town, organization, "ListAliases", EntityId=ADA)
        look(town, organization, "GetMailboxDetails", UserId=ADA)
        assert not Entity.objects.exists()


class TestForgetting:
    def test_who_was_deleted_is_kept_as_deleted(self, town: TestSandbox, organization: Organization) -> None:
        look(town, organization, "ListUsers")
        look(town, organization, "ListAliases", EntityId=ADA)
        effects.mark_deleted(organization, ADA, operation="DeleteUser")
        assert ada().state == "DELETED"
        assert not Alias.objects.exists()
        assert "countess" not in ada().search_text

    def test_who_is_unknown_is_no_trouble(self, organization: Organization) -> None:
        effects.mark_deleted(organization, "nobody-at-all", operation="DeleteUser")
        assert not Entity.objects.exists()


class TestRegistry:
    def test_it_names_reads_of_the_service_model_only(self) -> None:
        assert set(effects.HANDLERS) <= set(model.list_operations())

    def test_another_read_is_none_of_its_business(self, organization: Organization) -> None:
        effects.store_result(organization, "ListMailboxExportJobs", {}, {"Jobs": [{"JobId": "x"}]})

    def test_another_organizations_answer_touches_nobody_here(
        self, town: TestSandbox, organization: Organization
    ) -> None:
        other = Organization.objects.create(organization_id="m-" + "f" * 32, slug="other", region="us-east-1")
        mine = person(organization, "ada", entity_id=ADA)
        effects.store_result(other, "DescribeUser", {}, town.call("DescribeUser", UserId=ADA))
        effects.mark_deleted(other, ADA, operation="DeleteUser")
        mine.refresh_from_db()
        assert (mine.described_at, mine.state) == (None, "ENABLED")
