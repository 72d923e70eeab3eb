"""Groups through boto3: creation, members, nesting, listings, tombstones."""

from collections.abc import Iterator

import pytest

from tests.sandbox.conversation import Conversation, conversation, refused


@pytest.fixture
def acme() -> Iterator[Conversation]:
    with conversation() as acme:
        yield acme


def members(acme: Conversation, group: str) -> list[str]:
    return [member["Id"] for member in acme.call("ListGroupMembers", GroupId=group)["Members"]]


class TestCreateGroup:
    def test_makes_a_disabled_group_without_an_address(self, acme: Conversation) -> None:
        group_id = acme.call("CreateGroup", Name="Night shift", HiddenFromGlobalAddressList=True)["GroupId"]
        group = acme.call("DescribeGroup", GroupId=group_id)
        assert group == {
            "GroupId": group_id,
            "Name": "Night shift",
            "State": "DISABLED",
            "HiddenFromGlobalAddressList": True,
        }

    def test_refuses_the_name_of_another_group_in_any_case(self, acme: Conversation) -> None:
        acme.group("nurses")
        with refused("NameAvailabilityException"):
            acme.call("CreateGroup", Name="Nurses")

    def test_refuses_the_name_of_a_user_or_a_resource(self, acme: Conversation) -> None:
        acme.user("ada")
        acme.call("CreateResource", Name="van", Type="EQUIPMENT")
        for name in ("ada", "van"):
            with refused("NameAvailabilityException"):
                acme.call("CreateGroup", Name=name)

    def test_refuses_a_reserved_name(self, acme: Conversation) -> None:
        with refused("ReservedNameException"):
            acme.call("CreateGroup", Name="Administrator")

    def test_refuses_letters_outside_latin_1(self, acme: Conversation) -> None:
        with refused("InvalidParameterException"):
            acme.call("CreateGroup", Name="Ночь")


class TestDescribeGroup:
    @pytest.mark.parametrize("form", ["id", "name", "email"])
    def test_takes_id_name_and_address(self, acme: Conversation, form: str) -> None:
        group_id = acme.group("nurses")
        identifier = {"id": group_id, "name": "nurses", "email": f"Nurses@{acme.domain}"}[form]
        assert acme.call("DescribeGroup", GroupId=identifier)["GroupId"] == group_id

    def test_shows_address_and_date_when_enabled(self, acme: Conversation) -> None:
        group = acme.call("DescribeGroup", GroupId=acme.group("nurses"))
        assert (group["State"], group["Email"]) == ("ENABLED", f"nurses@{acme.domain}")
        assert "EnabledDate" in group
        assert "DisabledDate" not in group

    def test_does_not_find_a_user(self, acme: Conversation) -> None:
        with refused("EntityNotFoundException"):
            acme.call("DescribeGroup", GroupId=acme.user("ada"))

    def test_does_not_find_what_was_never_there(self, acme: Conversation) -> None:
        with refused("EntityNotFoundException"):
            acme.call("DescribeGroup", GroupId="nobody")


class TestUpdateGroup:
    def test_hides_a_group_and_leaves_it_when_nothing_is_said(self, acme: Conversation) -> None:
        group = acme.group("nurses")
        acme.call("UpdateGroup", GroupId=group, HiddenFromGlobalAddressList=True)
        acme.call("UpdateGroup", GroupId=group)
        assert acme.call("DescribeGroup", GroupId=group)["HiddenFromGlobalAddressList"] is True

    def test_refuses_a_deleted_group(self, acme: Conversation) -> None:
        group = acme.group("nurses", enabled=False)
        acme.call("DeleteGroup", GroupId=group)
        with refused("EntityStateException"):
            acme.call("UpdateGroup", GroupId=group, HiddenFromGlobalAddressList=True)


class TestDeleteGroup:
    def test_refuses_an_enabled_group(self, acme: Conversation) -> None:
        with refused("EntityStateException"):
            acme.call("DeleteGroup", GroupId=acme.group("nurses"))

    def test_leaves_a_tombstone_that_is_described_and_listed(self, acme: Conversation) -> None:
        group = acme.group("nurses")
        acme.call("DeregisterFromWorkMail", EntityId=group)
        acme.call("DeleteGroup", GroupId=group)
        assert acme.call("DescribeGroup", GroupId=group)["State"] == "DELETED"
        listed = acme.call("ListGroups", Filters={"State": "DELETED"})["Groups"]
        assert [(g["Id"], g["State"]) for g in listed] == [(group, "DELETED")]

    def test_frees_the_name(self, acme: Conversation) -> None:
        first = acme.group("nurses", enabled=False)
        acme.call("DeleteGroup", GroupId=first)
        second = acme.group("nurses", enabled=False)
        assert acme.call("DescribeGroup", GroupId="nurses")["GroupId"] == second

    def test_of_a_tombstone_succeeds(self, acme: Conversation) -> None:
        group = acme.group("nurses", enabled=False)
        acme.call("DeleteGroup", GroupId=group)
        acme.call("DeleteGroup", GroupId=group)

    def test_does_not_take_an_address(self, acme: Conversation) -> None:
        group = acme.group("nurses")
        acme.call("DeregisterFromWorkMail", EntityId=group)
        acme.call("DeleteGroup", GroupId=f"nurses@{acme.domain}")
        assert acme.call("DescribeGroup", GroupId=group)["State"] == "DISABLED"

    def test_ends_its_memberships_both_ways(self, acme: Conversation) -> None:
        outer, inner, ada = acme.group("outer"), acme.group("inner"), acme.user("ada")
        acme.call("AssociateMemberToGroup", GroupId=outer, MemberId=inner)
        acme.call("AssociateMemberToGroup", GroupId=inner, MemberId=ada)
        acme.call("DeregisterFromWorkMail", EntityId=inner)
        acme.call("DeleteGroup", GroupId=inner)
        assert members(acme, outer) == []
        assert acme.call("ListGroupsForEntity", EntityId=ada)["Groups"] == []


class TestMembers:
    def test_are_users_and_groups(self, acme: Conversation) -> None:
        group, inner, ada = acme.group("nurses"), acme.group("night"), acme.user("ada")
        acme.call("AssociateMemberToGroup", GroupId="nurses", MemberId="ada")
        acme.call("AssociateMemberToGroup", GroupId=group, MemberId=inner)
        found = acme.call("ListGroupMembers", GroupId=group)["Members"]
        assert {(m["Id"], m["Name"], m["Type"], m["State"]) for m in found} == {
            (ada, "ada", "USER", "ENABLED"),
            (inner, "night", "GROUP", "ENABLED"),
        }

    def test_are_refused_while_the_group_is_disabled(self, acme: Conversation) -> None:
        group, ada = acme.group("nurses", enabled=False), acme.user("ada")
        with refused("EntityStateException"):
            acme.call("AssociateMemberToGroup", GroupId=group, MemberId=ada)

    def test_are_counted_once_when_added_twice(self, acme: Conversation) -> None:
        group, ada = acme.group("nurses"), acme.user("ada")
        acme.call("AssociateMemberToGroup", GroupId=group, MemberId=ada)
        acme.call("AssociateMemberToGroup", GroupId=group, MemberId=ada)
        assert members(acme, group) == [ada]

    def test_may_be_disabled(self, acme: Conversation) -> None:
        group, ada = acme.group("nurses"), acme.user("ada", enabled=False)
        acme.call("AssociateMemberToGroup", GroupId=group, MemberId=ada)
        assert acme.call("ListGroupMembers", GroupId=group)["Members"][0]["State"] == "DISABLED"

    def test_cannot_be_deleted_people(self, acme: Conversation) -> None:
        group, ada = acme.group("nurses"), acme.user("ada", enabled=False)
        acme.call("DeleteUser", UserId=ada)
        with refused("EntityStateException"):
            acme.call("AssociateMemberToGroup", GroupId=group, MemberId=ada)

    def test_cannot_be_resources(self, acme: Conversation) -> None:
        group = acme.group("nurses")
        room = acme.call("CreateResource", Name="room", Type="ROOM")["ResourceId"]
        with refused("EntityNotFoundException"):
            acme.call("AssociateMemberToGroup", GroupId=group, MemberId=room)

    def test_leave_when_they_are_taken_out(self, acme: Conversation) -> None:
        group, ada, bo = acme.group("nurses"), acme.user("ada"), acme.user("bo")
        for user in (ada, bo):
            acme.call("AssociateMemberToGroup", GroupId=group, MemberId=user)
        acme.call("DisassociateMemberFromGroup", GroupId=group, MemberId=ada)
        assert members(acme, group) == [bo]

    def test_who_are_none_cannot_be_taken_out(self, acme: Conversation) -> None:
        group, ada = acme.group("nurses"), acme.user("ada")
        with refused("EntityNotFoundException"):
            acme.call("DisassociateMemberFromGroup", GroupId=group, MemberId=ada)

    def test_come_in_pages(self, acme: Conversation) -> None:
        group = acme.group("nurses")
        people = [acme.user(f"nurse{n}") for n in range(5)]
        for user in people:
            acme.call("AssociateMemberToGroup", GroupId=group, MemberId=user)
        first = acme.call("ListGroupMembers", GroupId=group, MaxResults=3)
        rest = acme.call("ListGroupMembers", GroupId=group, MaxResults=3, NextToken=first["NextToken"])
        assert len(first["Members"]) == 3
        assert "NextToken" not in rest
        assert {m["Id"] for m in first["Members"] + rest["Members"]} == set(people)


class TestNesting:
    def test_refuses_a_group_in_itself(self, acme: Conversation) -> None:
        group = acme.group("nurses")
        with refused("InvalidParameterException"):
            acme.call("AssociateMemberToGroup", GroupId=group, MemberId=group)

    def test_refuses_a_circle_over_several_groups(self, acme: Conversation) -> None:
        a, b, c = (acme.group(name) for name in ("aaa", "bbb", "ccc"))
        acme.call("AssociateMemberToGroup", GroupId=a, MemberId=b)
        acme.call("AssociateMemberToGroup", GroupId=b, MemberId=c)
        with refused("InvalidParameterException"):
            acme.call("AssociateMemberToGroup", GroupId=c, MemberId=a)

    def test_allows_two_ways_to_one_group(self, acme: Conversation) -> None:
        a, b, c = (acme.group(name) for name in ("aaa", "bbb", "ccc"))
        for outer, inner in ((a, b), (a, c), (b, c)):
            acme.call("AssociateMemberToGroup", GroupId=outer, MemberId=inner)
        assert set(members(acme, a)) == {b, c}


class TestListGroupsForEntity:
    def test_names_the_groups_that_somebody_is_directly_in(self, acme: Conversation) -> None:
        outer, inner, ada = acme.group("outer"), acme.group("inner"), acme.user("ada")
        acme.call("AssociateMemberToGroup", GroupId=outer, MemberId=inner)
        acme.call("AssociateMemberToGroup", GroupId=inner, MemberId=ada)
        assert acme.call("ListGroupsForEntity", EntityId=ada)["Groups"] == [
            {"GroupId": inner, "GroupName": "inner"}
        ]
        assert acme.call("ListGroupsForEntity", EntityId="inner")["Groups"][0]["GroupId"] == outer

    def test_filters_by_prefix(self, acme: Conversation) -> None:
        ada = acme.user("ada")
        for name in ("nurses", "night", "day"):
            acme.call("AssociateMemberToGroup", GroupId=acme.group(name), MemberId=ada)
        found = acme.call("ListGroupsForEntity", EntityId=ada, Filters={"GroupNamePrefix": "n"})["Groups"]
        assert {group["GroupName"] for group in found} == {"nurses", "night"}

    def test_pages_through_what_the_filter_leaves(self, acme: Conversation) -> None:
        ada = acme.user("ada")
        for name in ("day", "night1", "night2", "night3"):
            acme.call("AssociateMemberToGroup", GroupId=acme.group(name), MemberId=ada)
        asked = {"EntityId": ada, "MaxResults": 2, "Filters": {"GroupNamePrefix": "night"}}
        first = acme.call("ListGroupsForEntity", **asked)
        rest = acme.call("ListGroupsForEntity", NextToken=first["NextToken"], **asked)
        assert [group["GroupName"] for group in first["Groups"]] == ["night1", "night2"]
        assert [group["GroupName"] for group in rest["Groups"]] == ["night3"]


class TestListGroups:
    def test_filters_by_prefix_of_name_or_address(self, acme: Conversation) -> None:
        acme.group("nurses")
        acme.group("doctors")
        for filters in ({"NamePrefix": "nur"}, {"PrimaryEmailPrefix": "NURSES@"}):
            assert [g["Name"] for g in acme.call("ListGroups", Filters=filters)["Groups"]] == ["nurses"]

    def test_filters_by_state(self, acme: Conversation) -> None:
        acme.group("nurses")
        acme.group("doctors", enabled=False)
        found = acme.call("ListGroups", Filters={"State": "DISABLED"})["Groups"]
        assert [(group["Name"], "Email" in group) for group in found] == [("doctors", False)]

    def test_refuses_two_filters(self, acme: Conversation) -> None:
        with refused("InvalidParameterException"):
            acme.call("ListGroups", Filters={"NamePrefix": "n", "State": "ENABLED"})

    def test_pages_through_all(self, acme: Conversation) -> None:
        expected = {acme.group(f"group{n:02}", enabled=False) for n in range(7)}
        pages = acme.client.get_paginator("list_groups").paginate(
            OrganizationId=acme.organization, PaginationConfig={"PageSize": 3}
        )
        found = [group["Id"] for page in pages for group in page["Groups"]]
        assert set(found) == expected
        assert len(found) == 7
