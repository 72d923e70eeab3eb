"""A new room: asked for on one page, looked at as steps, and then made as exactly these."""

from typing import Any

import pytest
from django.urls import reverse

from console.areas.resources import booking_options
from console.changes import engine
from console.changes.models import Change
from console.mirror.models import Entity
from console.sandbox.fixtures import ADA, TestSandbox
from tests.areas import world
from tests.areas.resources.conftest import TEAM, Desk
from tests.areas.users.conftest import BRANCH, Wire

ACCEPT = f"BookingOptions.{booking_options.AUTO_ACCEPT}"
ROOM = {"Name": "loft", "Type": "ROOM", "Description": "Under the roof", "Capacity": "6", ACCEPT: "on"}
WHOLE = ["CreateResource", "RegisterToWorkMail", "UpdateResource"]


def operations(change: Change) -> list[str]:
    return [step.operation for step in change.steps.order_by("position")]


class TestTheForm:
    def test_leads_to_the_steps_and_writes_nothing_yet(self, adam: Desk, wire: Wire) -> None:
        answer = adam.post("create", data={**ROOM, "reason": "new wing"})
        change = Change.objects.get()
        slug = adam.organization.slug
        assert (answer.status_code, answer["Location"]) == (
            303,
            reverse("changes:detail", args=[slug, change.pk]),
        )
        assert operations(change) == WHOLE
        assert (change.reason, change.state) == ("new wing", Change.State.DRAFT)
        assert not {"CreateResource", "RegisterToWorkMail", "UpdateResource"} & set(wire.calls)

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"Name": ""}, "Name"),
            ({"Name": "a name with blanks"}, "Name"),
            ({"Description": "x" * 60}, "Description"),
            ({"Email": "loft@nowhere.example"}, "Email"),
            ({"delegates": "nobody-here"}, "delegates"),
            ({ACCEPT: None}, "delegates"),
        ],
    )
    def test_says_what_is_wrong_and_keeps_what_was_typed(
        self, adam: Desk, changed: dict[str, str | None], field: str
    ) -> None:
        sent = {name: value for name, value in {**ROOM, **changed}.items() if value is not None}
        page = adam.post("create", data=sent)
        assert page.status_code == 422
        assert page.context["form"].errors.keys() == {field}
        assert 'value="6"' in world.body(page)
        assert not Change.objects.exists()

    def test_makes_no_more_than_a_narrowed_right_reaches(self, branwen: Desk) -> None:
        assert "delegates" not in branwen.get("create").context["form"].fields
        page = branwen.post("create", data=ROOM)
        assert page.status_code == 422
        assert "Name has to be an address on branch.example" in world.body(page)
        assert branwen.post("create", data={**ROOM, "Name": f"b@{BRANCH}"}).status_code == 303
        assert operations(Change.objects.get()) == ["CreateResource"]


class TestTheSteps:
    def run(self, desk: Desk, **changed: Any) -> Change:
        desk.post("create", data={name: value for name, value in {**ROOM, **changed}.items() if value})
        return engine.start_change(Change.objects.get())

    def test_make_a_room_that_can_be_booked(self, adam: Desk, town: TestSandbox) -> None:
        change = self.run(adam)
        change.refresh_from_db()
        assert change.state == Change.State.DONE
        room = Entity.objects.get(name="loft")
        shown = town.call("DescribeResource", ResourceId=room.entity_id)
        assert (shown["State"], shown["Email"]) == ("ENABLED", "loft@example.com")
        assert shown["Description"] == "Under the roof. Capacity: 6"
        assert shown["BookingOptions"][booking_options.AUTO_ACCEPT]
        assert (room.email, room.role) == ("loft@example.com", "ROOM")

    def test_name_delegates_before_it_stops_accepting_by_itself(self, adam: Desk, town: TestSandbox) -> None:
        change = self.run(adam, delegates="ada\nteam@example.com", **{ACCEPT: None})
        change.refresh_from_db()
        assert operations(change) == [*WHOLE[:2], *["AssociateDelegateToResource"] * 2, "UpdateResource"]
        assert change.state == Change.State.DONE
        room = Entity.objects.get(name="loft").entity_id
        found = town.call("ListResourceDelegates", ResourceId=room)["Delegates"]
        assert {each["Id"] for each in found} == {ADA, TEAM}
        assert not town.call("DescribeResource", ResourceId=room)["BookingOptions"][
            booking_options.AUTO_ACCEPT
        ]

    def test_stop_where_the_address_is_taken(self, adam: Desk, town: TestSandbox) -> None:
        change = self.run(adam, Email="ada@example.com")
        change.refresh_from_db()
        assert change.state != Change.State.DONE
        states = {step.operation: step.state for step in change.steps.all()}
        assert states["CreateResource"] == "done"
        assert states["RegisterToWorkMail"] == "refused"
