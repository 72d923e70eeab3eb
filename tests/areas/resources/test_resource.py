"""One room: its page, its record, its booking options, those who answer for it, and its end."""

from typing import Any

import pytest

from console.areas.resources import booking_options
from console.areas.resources.display import RECORD_LABELS
from console.aws import model
from console.ledger.models import Entry
from console.mirror.models import Delegate, Entity
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.resources.conftest import DEN, HALL, LOST, SHED, TEAM, VAN, Desk
from tests.areas.users.conftest import DEE, Wire, written

BOOKED = "BookingOptions."


def text(response: Any) -> str:
    return world.body(response)


def saved(desk: Desk, room: str, **changed: str | None) -> Any:
    """The edit form as the page has it, sent back with some fields changed; `None` unticks."""
    form = desk.get("edit", room).context["form"]
    sent = {name: form[name].value() for name in form.fields}
    sent = {
        name: ("on" if value is True else value) for name, value in sent.items() if value not in (None, False)
    }
    sent |= {"loaded": form.snapshot.sign(form.current), **changed}
    return desk.post("edit", room, data={name: value for name, value in sent.items() if value is not None})


class TestThePage:
    def test_shows_everything_that_workmail_tells_of_it(self, helga: Desk) -> None:
        page = text(helga.get("detail", HALL))
        shown = ("hall", "hall@example.com", "aula@example.com", "Second floor", ">12<", "Bo Ek", HALL)
        assert [each for each in (*shown, *RECORD_LABELS.values()) if each not in page] == []

    def test_knows_every_member_of_the_description(self) -> None:
        assert {*RECORD_LABELS, "BookingOptions"} == set(model.output_members("DescribeResource"))
        assert set(booking_options.DEFAULT_OPTIONS) == set(
            model.output_members("DescribeResource")["BookingOptions"].members  # type: ignore[attr-defined]  # a structure
        )

    @pytest.mark.parametrize(
        ("room", "said"),
        [
            (HALL, "Accepts requests by itself when the time is free."),
            (DEN, "a delegate answers each request."),
            (LOST, booking_options.UNANSWERED_SENTENCE),
            (LOST, "Declines requests for a series of meetings."),
        ],
    )
    def test_says_in_sentences_what_happens_to_a_request(self, helga: Desk, room: str, said: str) -> None:
        assert said in text(helga.get("detail", room))

    def test_asks_aws_nothing_until_its_copy_is_old(self, helga: Desk, wire: Wire) -> None:
        assert 'hx-trigger="load"' not in text(helga.get("detail", HALL))
        Entity.objects.update(detailed_at=None)
        assert 'hx-trigger="load"' in text(helga.get("detail", HALL))
        assert wire.calls == []

    def test_is_read_anew_behind_it(self, helga: Desk, town: TestSandbox) -> None:
        town.call("UpdateResource", ResourceId=HALL, Description="Cellar")
        town.call("AssociateDelegateToResource", ResourceId=HALL, EntityId=TEAM)
        page = text(helga.get("refresh", HALL, **{"HX-Request": "true"}))
        assert page.strip().startswith('<div id="resource">')
        assert "Cellar" in page
        assert "team@example.com" in page

    def test_says_so_when_workmail_is_away(self, helga: Desk, wire: Wire) -> None:
        wire.is_down = True
        assert "could not reach WorkMail" in text(helga.get("refresh", HALL))

    def test_offers_what_its_state_and_the_rights_allow(self, adam: Desk, helga: Desk, aude: Desk) -> None:
        assert [each.label for each in adam.get("detail", HALL).context["buttons"]] == ["Edit", "Disable"]
        assert [each.label for each in adam.get("detail", VAN).context["buttons"]] == [
            "Edit",
            "Enable",
            "Delete",
        ]
        assert (
            helga.get("detail", HALL).context["buttons"] == aude.get("detail", HALL).context["buttons"] == []
        )
        for button in adam.get("detail", VAN).context["buttons"]:
            assert adam.client.get(button.href).status_code == 200

    def test_a_person_is_no_room(self, adam: Desk) -> None:
        assert adam.get("detail", ADA).status_code == 404


class TestScope:
    def test_the_rest_does_not_exist_for_the_branch(self, branwen: Desk, wire: Wire) -> None:
        for name in ("detail", "refresh", "edit", "disable", "delete", "delegate-add"):
            assert branwen.get(name, HALL).status_code == 404, name
        assert wire.calls == []

    def test_delegates_outside_are_counted_and_nameless(self, branwen: Desk) -> None:
        page = text(branwen.get("detail", SHED))
        assert "Dee Ortiz" in page
        assert "And 1 outside your domains." in page
        assert [each for each in ("Ada", ADA) if each in page] == []

    def test_only_ones_own_people_can_be_named_or_removed(self, branwen: Desk) -> None:
        assert branwen.post("delegate-add", SHED, data={"other": "bo@example.com"}).status_code == 422
        assert branwen.post("delegate-remove", SHED, data={"other": ADA}).status_code == 404
        assert branwen.post("delegate-remove", SHED, data={"other": DEE}).status_code == 303
        assert [entry.target for entry in written("DisassociateDelegateFromResource")] == [SHED]


class TestEditing:
    def test_sends_only_what_changed(self, adam: Desk, town: TestSandbox) -> None:
        assert saved(adam, HALL, Type="EQUIPMENT", reason="moved").status_code == 303
        (entry,) = written("UpdateResource")
        assert entry.body["params"].keys() == {"OrganizationId", "ResourceId", "Type"}
        assert town.call("DescribeResource", ResourceId=HALL)["Description"] == "Second floor, 12 seats"
        assert Entity.objects.get(entity_id=HALL).role == "EQUIPMENT"

    def test_keeps_the_capacity_in_the_description(self, adam: Desk, town: TestSandbox) -> None:
        form = adam.get("edit", HALL).context["form"]
        assert (form["Description"].value(), form["Capacity"].value()) == ("Second floor", 12)
        saved(adam, HALL, Capacity="14")
        shown = town.call("DescribeResource", ResourceId=HALL)["Description"]
        assert shown == "Second floor. Capacity: 14"
        saved(adam, HALL, Capacity="", Description="")
        assert "Description" not in town.call("DescribeResource", ResourceId=HALL)

    def test_says_when_description_and_capacity_are_too_long_together(self, adam: Desk, wire: Wire) -> None:
        page = saved(adam, HALL, Description="x" * 60)
        assert page.status_code == 422
        assert "these are 74 characters; WorkMail takes 64" in text(page)
        assert "UpdateResource" not in wire.calls

    def test_sends_booking_options_whole(self, adam: Desk, town: TestSandbox) -> None:
        saved(adam, HALL, **{f"{BOOKED}{booking_options.DECLINE_RECURRING}": "on"})
        assert town.call("DescribeResource", ResourceId=HALL)["BookingOptions"] == {
            booking_options.AUTO_ACCEPT: True,
            booking_options.DECLINE_CONFLICTING: True,
            booking_options.DECLINE_RECURRING: True,
        }

    def test_never_leaves_requests_to_nobody(self, adam: Desk, wire: Wire) -> None:
        page = saved(adam, HALL, **{f"{BOOKED}{booking_options.AUTO_ACCEPT}": None})
        assert page.status_code == 422
        assert "name a delegate first" in text(page)
        assert adam.url("delegate-add", HALL) in text(page)
        assert "UpdateResource" not in wire.calls

    def test_lets_delegates_answer_instead(self, adam: Desk, town: TestSandbox) -> None:
        assert saved(adam, SHED, **{f"{BOOKED}{booking_options.AUTO_ACCEPT}": None}).status_code == 303
        assert not town.call("DescribeResource", ResourceId=SHED)["BookingOptions"][
            booking_options.AUTO_ACCEPT
        ]

    def test_counts_delegates_as_workmail_has_them(self, adam: Desk, town: TestSandbox) -> None:
        """The mirror may not know yet that the last one was taken away outside."""
        for delegate in (ADA, DEE):
            town.call("DisassociateDelegateFromResource", ResourceId=SHED, EntityId=delegate)
        assert saved(adam, SHED, **{f"{BOOKED}{booking_options.AUTO_ACCEPT}": None}).status_code == 422

    def test_overwrites_nobody(self, adam: Desk, town: TestSandbox) -> None:
        form = adam.get("edit", HALL).context["form"]
        loaded = form.snapshot.sign(form.current)
        town.call("UpdateResource", ResourceId=HALL, Description="Cellar, 3 seats", Name="aula")
        page = saved(adam, HALL, loaded=loaded, Name="hall", Description="Second floor", Capacity="13")
        assert page.status_code == 422
        assert "This was changed after you opened it" in text(page)
        form = page.context["form"]
        assert form["Name"].value() == "aula"  # left alone: theirs
        assert (form["Description"].value(), form["Capacity"].value()) == (
            "Second floor",
            "13",
        )  # typed: hers
        assert written("UpdateResource") == []

    def test_says_a_taken_name_at_its_field(self, adam: Desk) -> None:
        page = saved(adam, HALL, Name="den")
        assert page.status_code == 422
        assert page.context["form"].errors.keys() == {"Name"}

    def test_with_nothing_changed_writes_nothing(self, adam: Desk) -> None:
        assert saved(adam, HALL).status_code == 303
        assert written("UpdateResource") == []


class TestDelegates:
    @pytest.mark.parametrize(("named", "who"), [("bo@example.com", BO), ("team", TEAM)])
    def test_people_and_groups_can_be_named(
        self, adam: Desk, town: TestSandbox, named: str, who: str
    ) -> None:
        assert adam.post("delegate-add", HALL, data={"other": named}).status_code == 303
        (shown,) = town.call("ListResourceDelegates", ResourceId=HALL)["Delegates"]
        assert shown["Id"] == who
        assert Delegate.objects.filter(resource__entity_id=HALL, delegate__entity_id=who).exists()

    def test_a_room_cannot(self, adam: Desk, wire: Wire) -> None:
        assert adam.post("delegate-add", HALL, data={"other": "den"}).status_code == 422
        assert wire.calls == []

    def test_the_last_one_stays_where_nothing_else_answers(self, adam: Desk, wire: Wire) -> None:
        page = adam.post("delegate-remove", DEN, data={"other": ADA})
        assert page.status_code == 409
        assert "nobody would answer requests for den" in text(page)
        assert "Name another delegate first" in text(page)
        assert written("DisassociateDelegateFromResource") == []

    def test_the_last_one_may_go_where_it_accepts_by_itself(self, adam: Desk, town: TestSandbox) -> None:
        for delegate in (ADA, DEE):
            assert adam.post("delegate-remove", SHED, data={"other": delegate}).status_code == 303
        assert town.call("ListResourceDelegates", ResourceId=SHED)["Delegates"] == []
        assert not Delegate.objects.filter(resource__entity_id=SHED).exists()


class TestLifecycle:
    def test_is_enabled_with_an_address(self, adam: Desk, town: TestSandbox) -> None:
        assert adam.get("enable", VAN).context["form"].initial["Email"] == "van@example.com"
        assert adam.post("enable", VAN, data={"Email": "van@example.com"}).status_code == 303
        assert town.call("DescribeResource", ResourceId=VAN)["State"] == "ENABLED"

    def test_is_disabled_after_a_look_at_what_stops(self, adam: Desk, town: TestSandbox) -> None:
        page = text(adam.get("disable", SHED))
        assert "Delegates who get no requests any more: Ada Çelik, Dee Ortiz." in page
        assert adam.post("disable", SHED).status_code == 303
        assert town.call("DescribeResource", ResourceId=SHED)["State"] == "DISABLED"

    def test_is_deleted_only_when_disabled_and_named(self, adam: Desk, town: TestSandbox) -> None:
        assert adam.get("delete", HALL).status_code == 409
        assert adam.post("delete", VAN, data={"typed": "lorry"}).status_code == 422
        assert adam.post("delete", VAN, data={"typed": "van"}).status_code == 303
        assert town.call("DescribeResource", ResourceId=VAN)["State"] == "DELETED"
        assert Entity.objects.get(entity_id=VAN).is_deleted

    def test_is_none_of_the_helpdesks_business(self, helga: Desk, wire: Wire) -> None:
        for name in ("edit", "enable", "disable", "delete", "delegate-add"):
            assert helga.get(name, VAN).status_code == 403, name
        assert wire.calls == []
        assert Entry.objects.filter(kind=Entry.Kind.DENIED).count() == 5
