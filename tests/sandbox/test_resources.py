"""Resources through boto3: booking options, delegates, names, tombstones."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.conversation import Conversation, conversation, refused


@pytest.fixture
def acme() -> Iterator[Conversation]:
    with conversation() as acme:
        yield acme


BOOKING = {
    "AutoAcceptRequests": True,
    "AutoDeclineRecurringRequests": False,
    "AutoDeclineConflictingRequests": True,
}


def described(acme: Conversation, resource: str) -> dict[str, Any]:
    return acme.call("DescribeResource", ResourceId=resource)


def delegates(acme: Conversation, resource: str) -> dict[str, str]:
    listed = acme.call("ListResourceDelegates", ResourceId=resource)["Delegates"]
    return {delegate["Id"]: delegate["Type"] for delegate in listed}


def delegate(acme: Conversation, resource: str, entity: str) -> None:
    acme.call("AssociateDelegateToResource", ResourceId=resource, EntityId=entity)


class TestCreateResource:
    def test_makes_a_disabled_resource_that_accepts_by_itself(self, acme: Conversation) -> None:
        created = acme.call("CreateResource", Name="room-1", Type="ROOM", Description="8 seats")["ResourceId"]
        assert described(acme, created) == {
            "ResourceId": created,
            "Name": "room-1",
            "Type": "ROOM",
            "Description": "8 seats",
            "State": "DISABLED",
            "HiddenFromGlobalAddressList": False,
            "BookingOptions": BOOKING,
        }

    def test_gives_an_id_of_its_own_form(self, acme: Conversation) -> None:
        created = acme.resource("van")
        assert created.startswith("r-")
        assert len(created) == 34

    @pytest.mark.parametrize("name", ["Ada", "nurses", "VAN"])
    def test_refuses_the_name_of_anything_else(self, acme: Conversation, name: str) -> None:
        acme.user("ada")
        acme.group("nurses")
        acme.resource("van")
        with refused("NameAvailabilityException"):
            acme.call("CreateResource", Name=name, Type="ROOM")

    def test_refuses_a_reserved_name(self, acme: Conversation) -> None:
        with refused("ReservedNameException"):
            acme.call("CreateResource", Name="krbtgt", Type="ROOM")

    def test_refuses_a_name_of_21_characters(self, acme: Conversation) -> None:
        with refused("InvalidParameterException"):
            acme.call("CreateResource", Name="r" * 21, Type="ROOM")

    def test_refuses_another_type(self, acme: Conversation) -> None:
        with refused("InvalidParameterException"):
            acme.call("CreateResource", Name="parrot", Type="ANIMAL")


class TestDescribeResource:
    @pytest.mark.parametrize("form", ["id", "name", "email"])
    def test_takes_id_name_and_address(self, acme: Conversation, form: str) -> None:
        created = acme.resource("van", enabled=True)
        identifier = {"id": created, "name": "VAN", "email": f"van@{acme.domain}"}[form]
        assert described(acme, identifier)["ResourceId"] == created

    def test_does_not_find_a_group(self, acme: Conversation) -> None:
        with refused("EntityNotFoundException"):
            described(acme, acme.group("nurses"))


class TestUpdateResource:
    def test_leaves_what_is_not_given(self, acme: Conversation) -> None:
        created = acme.resource("van", Description="white")
        before = described(acme, created)
        acme.call("UpdateResource", ResourceId=created, HiddenFromGlobalAddressList=True)
        assert described(acme, created) == {**before, "HiddenFromGlobalAddressList": True}

    def test_clears_a_description_with_an_empty_one(self, acme: Conversation) -> None:
        created = acme.resource("van", Description="white")
        acme.call("UpdateResource", ResourceId=created, Description="")
        assert "Description" not in described(acme, created)

    def test_renames_and_changes_the_type(self, acme: Conversation) -> None:
        created = acme.resource("van")
        acme.call("UpdateResource", ResourceId=created, Name="garage", Type="ROOM")
        assert described(acme, "garage")["Type"] == "ROOM"
        with refused("EntityNotFoundException"):
            described(acme, "van")

    def test_takes_its_own_name(self, acme: Conversation) -> None:
        created = acme.resource("van")
        acme.call("UpdateResource", ResourceId=created, Name="Van")
        assert described(acme, created)["Name"] == "Van"

    @pytest.mark.parametrize("name", ["ada", "Guest"])
    def test_refuses_a_name_that_is_taken_or_reserved(self, acme: Conversation, name: str) -> None:
        acme.user("ada")
        created = acme.resource("van")
        with refused("NameAvailabilityException"):
            acme.call("UpdateResource", ResourceId=created, Name=name)

    def test_refuses_to_stop_accepting_without_a_delegate(self, acme: Conversation) -> None:
        created = acme.resource("van")
        with refused("InvalidConfigurationException"):
            acme.call("UpdateResource", ResourceId=created, BookingOptions={"AutoAcceptRequests": False})
        assert described(acme, created)["BookingOptions"] == BOOKING

    def test_lets_a_delegate_answer_instead(self, acme: Conversation) -> None:
        created = acme.resource("van")
        delegate(acme, created, acme.user("ada"))
        acme.call("UpdateResource", ResourceId=created, BookingOptions={"AutoAcceptRequests": False})
        assert described(acme, created)["BookingOptions"]["AutoAcceptRequests"] is False

    def test_takes_a_booking_option_that_is_left_out_as_false(self, acme: Conversation) -> None:
        created = acme.resource("van")
        acme.call("UpdateResource", ResourceId=created, BookingOptions={"AutoAcceptRequests": True})
        assert described(acme, created)["BookingOptions"] == {
            **BOOKING,
            "AutoDeclineConflictingRequests": False,
        }

    def test_refuses_a_deleted_resource(self, acme: Conversation) -> None:
        created = acme.resource("van")
        acme.call("DeleteResource", ResourceId=created)
        with refused("EntityStateException"):
            acme.call("UpdateResource", ResourceId=created, Description="ghost")


class TestDelegates:
    def test_are_users_and_groups(self, acme: Conversation) -> None:
        van, ada, nurses = acme.resource("van"), acme.user("ada"), acme.group("nurses")
        delegate(acme, van, "ada")
        delegate(acme, van, nurses)
        assert delegates(acme, van) == {ada: "USER", nurses: "GROUP"}

    def test_cannot_be_resources(self, acme: Conversation) -> None:
        van, room = acme.resource("van"), acme.resource("room")
        with refused("EntityNotFoundException"):
            delegate(acme, van, room)

    def test_cannot_be_deleted_people(self, acme: Conversation) -> None:
        van, ada = acme.resource("van"), acme.user("ada", enabled=False)
        acme.call("DeleteUser", UserId=ada)
        with refused("EntityStateException"):
            delegate(acme, van, ada)

    def test_are_counted_once_when_added_twice(self, acme: Conversation) -> None:
        van, ada = acme.resource("van"), acme.user("ada")
        delegate(acme, van, ada)
        delegate(acme, van, ada)
        assert delegates(acme, van) == {ada: "USER"}

    def test_leave_while_the_resource_accepts_by_itself(self, acme: Conversation) -> None:
        van, ada = acme.resource("van"), acme.user("ada")
        delegate(acme, van, ada)
        acme.call("DisassociateDelegateFromResource", ResourceId=van, EntityId=ada)
        assert delegates(acme, van) == {}

    def test_the_last_stays_when_nobody_else_would_answer(self, acme: Conversation) -> None:
        van, ada, bo = acme.resource("van"), acme.user("ada"), acme.user("bo")
        delegate(acme, van, ada)
        delegate(acme, van, bo)
        acme.call("UpdateResource", ResourceId=van, BookingOptions={"AutoAcceptRequests": False})
        acme.call("DisassociateDelegateFromResource", ResourceId=van, EntityId=ada)
        with refused("EntityStateException"):
            acme.call("DisassociateDelegateFromResource", ResourceId=van, EntityId=bo)
        assert delegates(acme, van) == {bo: "USER"}

    def test_who_are_none_cannot_be_taken_out(self, acme: Conversation) -> None:
        van, ada = acme.resource("van"), acme.user("ada")
        with refused("EntityNotFoundException"):
            acme.call("DisassociateDelegateFromResource", ResourceId=van, EntityId=ada)

    def test_come_in_pages(self, acme: Conversation) -> None:
        van = acme.resource("van")
        expected = {acme.user(f"user{n}") for n in range(3)}
        for user in expected:
            delegate(acme, van, user)
        first = acme.call("ListResourceDelegates", ResourceId=van, MaxResults=2)
        rest = acme.call("ListResourceDelegates", ResourceId=van, NextToken=first["NextToken"])
        assert {each["Id"] for each in first["Delegates"] + rest["Delegates"]} == expected


class TestDeleteResource:
    def test_refuses_an_enabled_resource(self, acme: Conversation) -> None:
        with refused("EntityStateException"):
            acme.call("DeleteResource", ResourceId=acme.resource("van", enabled=True))

    def test_leaves_a_tombstone_and_frees_the_name(self, acme: Conversation) -> None:
        first = acme.resource("van")
        acme.call("DeleteResource", ResourceId="van")
        second = acme.resource("van")
        assert described(acme, first)["State"] == "DELETED"
        assert described(acme, "van")["ResourceId"] == second

    def test_does_not_touch_a_user_of_that_name(self, acme: Conversation) -> None:
        ada = acme.user("ada", enabled=False)
        acme.call("DeleteResource", ResourceId="ada")
        assert acme.call("DescribeUser", UserId=ada)["State"] == "DISABLED"


class TestListResources:
    def test_shows_what_a_list_needs(self, acme: Conversation) -> None:
        created = acme.resource("van", enabled=True, Description="white")
        found = acme.call("ListResources")["Resources"][0]
        assert found.pop("EnabledDate")
        assert found == {
            "Id": created,
            "Email": f"van@{acme.domain}",
            "Name": "van",
            "Type": "EQUIPMENT",
            "State": "ENABLED",
            "Description": "white",
        }

    @pytest.mark.parametrize(
        ("filters", "names"),
        [
            ({"NamePrefix": "ROOM"}, ["room-1", "room-2"]),
            ({"PrimaryEmailPrefix": "van@"}, ["van"]),
            ({"State": "DISABLED"}, ["room-1", "room-2"]),
        ],
    )
    def test_filters(self, acme: Conversation, filters: dict[str, str], names: list[str]) -> None:
        acme.resource("van", enabled=True)
        acme.resource("room-1")
        acme.resource("room-2")
        found = acme.call("ListResources", Filters=filters)["Resources"]
        assert sorted(resource["Name"] for resource in found) == names

    def test_refuses_two_filters(self, acme: Conversation) -> None:
        with refused("InvalidParameterException"):
            acme.call("ListResources", Filters={"NamePrefix": "n", "State": "ENABLED"})
