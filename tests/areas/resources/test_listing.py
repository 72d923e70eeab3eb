"""The list of rooms and equipment: what it shows, to whom, and at what price."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.areas.resources.tables import RESOURCES_TABLE
from console.mirror.models import Delegate, Entity, Organization
from console.sandbox.fixtures import TestSandbox
from tests.areas import world
from tests.areas.resources.conftest import HALL, SHED, VAN, Desk
from tests.areas.users.conftest import BRANCH, Wire, read_again

QUERIES = 7  # session, operator, rights, domains, rows, what a search is looked up by, and one to spare
ASKED = [
    {},
    {"q": "hall"},
    {"answers": "nobody"},
    {"answers": "delegates", "sort": "-email"},
    {"type": "ROOM"},
]


def rows(page: Any) -> list[str]:
    return [each["name"] for each in page.context["page"].values]


class TestTheList:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({}, ["den", "hall", "lost", "shed", "van"]),
            ({"q": "floor"}, ["hall"]),
            ({"q": "aula"}, ["hall"]),
            ({"type": "EQUIPMENT"}, ["van"]),
            ({"state": "DISABLED"}, ["van"]),
            ({"domain": BRANCH}, ["shed"]),
            ({"answers": "automatic"}, ["hall", "shed", "van"]),
            ({"answers": "delegates"}, ["den", "shed"]),
            ({"answers": "nobody"}, ["lost"]),
            ({"answers": "nobody", "q": "hall"}, []),
            ({"sort": "-name"}, ["van", "shed", "lost", "hall", "den"]),
        ],
    )
    def test_is_searched_narrowed_and_sorted(
        self, helga: Desk, asked: dict[str, str], found: list[str]
    ) -> None:
        assert rows(helga.get("list", data=asked)) == found

    @pytest.mark.parametrize("column", [column.name for column in RESOURCES_TABLE.columns if column.sort])
    def test_sorts_by_every_column_both_ways(self, helga: Desk, column: str) -> None:
        up = rows(helga.get("list", data={"sort": column}))
        assert rows(helga.get("list", data={"sort": f"-{column}"})) == up[::-1]

    def test_pages_without_losing_any(self, helga: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("console.ui.tables.paginate.__defaults__", (2, None))
        seen, address = [], "?"
        while address:
            page = helga.client.get(helga.url("list") + address)
            seen += rows(page)
            address = page.context["page"].next
        assert seen == ["den", "hall", "lost", "shed", "van"]

    def test_says_who_answers_and_how_many_fit_in(self, helga: Desk) -> None:
        page = world.body(helga.get("list"))
        for shown in (
            "Nobody",
            "1 delegate",
            "Automatic, 2 delegates",
            ">12<",
            ">8<",
            "Second floor",
            "Equipment",
        ):
            assert shown in page, shown

    def test_hides_the_deleted_until_somebody_asks(self, helga: Desk, town: TestSandbox) -> None:
        town.call("DeleteResource", ResourceId=VAN)
        read_again(helga.organization)
        assert "van" not in rows(helga.get("list"))
        assert "van" in rows(helga.get("list", data={"deleted": "shown"}))

    def test_says_what_to_do_when_nothing_fits_and_when_there_is_nothing(self, helga: Desk) -> None:
        assert "clear the filters" in world.body(helga.get("list", data={"q": "zzqx"}))
        Entity.objects.filter(kind="resource").delete()
        assert "There are no rooms" in world.body(helga.get("list"))

    def test_answers_htmx_with_the_rows_alone(self, helga: Desk) -> None:
        page = world.body(helga.get("list", **{"HX-Request": "true"}))
        assert page.strip().startswith('<div id="rows"')

    def test_is_the_same_as_a_file(self, helga: Desk) -> None:
        text = world.body(helga.get("csv", data={"sort": "name"})).lstrip("\ufeff")
        header, *lines = csv.reader(io.StringIO(text))
        hall = dict(zip(header, lines[1], strict=True))
        assert [line[0] for line in lines] == ["den", "hall", "lost", "shed", "van"]
        assert (hall["Capacity"], hall["Description"], hall["Delegates"]) == ("12", "Second floor", "0")
        assert hall["Accept requests automatically"] == "yes"
        assert hall["Id"] == HALL


class TestScope:
    def test_of_a_branch_holds_its_rooms_alone(self, branwen: Desk) -> None:
        assert rows(branwen.get("list")) == ["shed"]
        assert rows(branwen.get("list", data={"q": "hall"})) == []
        assert [SHED in line for line in world.body(branwen.get("csv")).splitlines()] == [False, True]


def queries(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as made:
        work()
    return len(made)


def price(desk: Desk, asked: dict[str, str]) -> int:
    assert desk.get("list", data=asked).status_code == 200
    return queries(lambda: desk.get("list", data=asked))


def crowd(organization: Organization, count: int = 120) -> None:
    dee = Entity.objects.get(name="dee")
    rooms = [
        Entity(organization=organization, entity_id=f"r-{number}", kind="resource", name=f"hall{number}")
        for number in range(count)
    ]
    for room in rooms:
        room.state, room.role, room.email = "ENABLED", "ROOM", f"{room.name}@{BRANCH}"
        room.details = {"BookingOptions": {"AutoAcceptRequests": False}}
        room.derive([])
    Entity.objects.bulk_create(rooms)
    Delegate.objects.bulk_create(
        Delegate(organization=organization, resource=room, delegate=dee) for room in rooms[::2]
    )


class TestThePrice:
    @pytest.mark.parametrize("asked", ASKED)
    def test_is_few_queries_and_the_same_for_a_crowd(
        self, helga: Desk, asked: dict[str, str], wire: Wire
    ) -> None:
        before = price(helga, asked)
        crowd(helga.organization)
        assert price(helga, asked) == before <= QUERIES
        assert wire.calls == []

    @pytest.mark.parametrize("asked", ASKED)
    def test_a_branch_pays_no_more(self, branwen: Desk, asked: dict[str, str]) -> None:
        crowd(branwen.organization)
        assert price(branwen, asked) <= QUERIES
