"""The list of people: what it shows, to whom, and at what price."""

import csv
import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.areas.users.tables import USERS_TABLE
from console.mirror.models import Organization, Sync
from console.sandbox.fixtures import ADA, TestSandbox
from tests.areas.users.conftest import DEE, EVE, NURSES, TEAM, Desk, Wire, read_again

OUTSIDE = ("Ada", "ada@example.com", "countess", "Bo Ek", "nurses@example.com", ADA, NURSES)
QUERIES = 7  # one of them for the saved views above the list


def rows(page: Any) -> list[str]:
    """The usernames on a page, in their order."""
    return [each["name"] for each in page.context["page"].values]


class TestTheList:
    def test_shows_the_living_in_the_order_of_their_names(self, helga: Desk, town: TestSandbox) -> None:
        town.call("DeregisterFromWorkMail", EntityId=EVE)
        town.call("DeleteUser", UserId=EVE)
        read_again(helga.organization)
        assert rows(helga.get("list", data={"role": "USER"})) == ["ada", "bo", "cy", "dee"]

    def test_shows_the_deleted_to_whoever_asks(self, helga: Desk, town: TestSandbox) -> None:
        town.call("DeregisterFromWorkMail", EntityId=EVE)
        town.call("DeleteUser", UserId=EVE)
        read_again(helga.organization)
        assert "eve" in rows(helga.get("list", data={"deleted": "shown"}))
        assert rows(helga.get("list", data={"state": "DELETED"})) == ["eve"]

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("çelik", ["ada"]),
            ("celik", ["ada"]),
            ("branch.example", ["dee", "eve"]),
            ("countess", ["ada"]),
            ("surg", ["dee"]),
            ("bo", ["bo"]),
            ("nobody-at-all", []),
        ],
    )
    def test_finds_by_name_address_alias_and_department(
        self, helga: Desk, text: str, found: list[str]
    ) -> None:
        page = helga.get("list", data={"q": text})
        assert [name for name in rows(page) if name in ("ada", "bo", "cy", "dee", "eve")] == found

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"state": "ENABLED"}, {"ada", "bo", "dee", "eve"}),
            ({"domain": "branch.example"}, {"dee", "eve"}),
            ({"hidden": "yes"}, {"eve"}),
            ({"group": "nurses"}, {"ada", "dee"}),
            ({"group": TEAM}, {"dee"}),
            ({"group": "no such group"}, set()),
            ({"group": "nurses", "domain": "branch.example", "q": "dee"}, {"dee"}),
        ],
    )
    def test_narrows_by_every_filter(self, helga: Desk, asked: dict[str, str], found: set[str]) -> None:
        assert set(rows(helga.get("list", data=asked))) == found

    @pytest.mark.parametrize("column", [column.name for column in USERS_TABLE.columns])
    def test_sorts_by_every_column_both_ways(self, helga: Desk, column: str) -> None:
        up = rows(helga.get("list", data={"sort": column}))
        down = rows(helga.get("list", data={"sort": f"-{column}"}))
        assert len(up) == 8
        assert up == down[::-1]

    def test_pages_without_losing_anybody(self, helga: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("console.ui.tables.paginate.__defaults__", (3, None))
        seen, address = [], "?"
        while address:
            page = helga.client.get(helga.url("list") + address)
            seen += rows(page)
            address = page.context["page"].next
        assert sorted(seen) == sorted(set(seen))
        assert len(seen) == 8

    def test_counts_what_it_found(self, helga: Desk) -> None:
        page = helga.get("list", data={"state": "ENABLED"}).content.decode()
        assert '<p role="status">4 people</p>' in page

    def test_stops_counting_at_a_thousand_and_leaves_the_rest_to_another_request(
        self, helga: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.ui.tables.annotate_count.__defaults__", (3,))
        monkeypatch.setattr("console.ui.tables.page_count.__defaults__", (3,))
        page = helga.get("list", data={"state": "ENABLED"})
        assert page.context["count"] == "3+"
        assert helga.client.get(page.context["count_href"]).content == b"4"

    def test_answers_htmx_with_the_rows_alone(self, helga: Desk) -> None:
        page = helga.get("list", data={"q": "ada"}, **{"HX-Request": "true"})
        assert page.content.decode().strip().startswith('<div id="rows"')
        assert rows(page) == ["ada"]

    def test_says_what_to_do_when_nobody_fits(self, helga: Desk) -> None:
        page = helga.get("list", data={"q": "nobody-at-all"}).content.decode()
        assert "Nobody fits." in page
        assert "clear the filters" in page

    def test_says_how_far_the_first_reading_is(self, helga: Desk) -> None:
        Organization.objects.update(listed_at=None)
        Sync.objects.filter(stage="users").update(done=300, total=900, finished_at=None)
        page = helga.get("list").content.decode()
        assert "being read for the first time" in page
        assert "300 of 900" in page

    def test_says_as_of_when_it_is_and_lets_whoever_may_read_it_again(self, helga: Desk, adam: Desk) -> None:
        assert "As of" in helga.get("list").content.decode()
        assert "Sync now" not in helga.get("list").content.decode()
        assert "Sync now" in adam.get("list").content.decode()
        Sync.objects.update(due_at="2100-01-01T00:00:00Z")
        assert adam.post("sync").status_code == 303
        assert Sync.objects.filter(stage="users", due_at__lt="2100-01-01T00:00:00Z").exists()

    def test_asks_aws_nothing(self, helga: Desk, wire: Wire) -> None:
        helga.get("list", data={"q": "ada"})
        helga.get("csv")
        assert wire.calls == []


class TestThePrice:
    @pytest.mark.parametrize(
        "asked", [{}, {"q": "ada"}, {"q": "a", "sort": "-size", "group": "nurses", "domain": "example.com"}]
    )
    def test_a_page_takes_at_most_six_queries(self, helga: Desk, asked: dict[str, str]) -> None:
        assert price(helga, asked) <= QUERIES

    def test_more_people_take_no_more_queries(self, helga: Desk, town: TestSandbox) -> None:
        before = price(helga, {"q": "example"})
        for number in range(60):
            town.enabled_user(f"extra{number}")
        read_again(helga.organization)
        assert len(rows(helga.get("list"))) == 50
        assert price(helga, {"q": "example"}) == before


class TestTheFile:
    def test_holds_the_current_view(self, helga: Desk) -> None:
        response = helga.get("csv", data={"domain": "branch.example", "sort": "-name"})
        lines = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
        assert [line["Username"] for line in lines] == ["eve", "dee"]
        assert lines[1]["Department"] == "Surgery"
        assert lines[0]["Hidden from the address book"] == "yes"
        assert "people-example-" in response["Content-Disposition"]


class TestScope:
    def test_bruno_sees_his_branch_and_nobody_else(self, bruno: Desk) -> None:
        page = bruno.get("list")
        assert rows(page) == ["dee", "eve"]
        assert page.context["count"] == "2"

    @pytest.mark.parametrize("asked", [{"q": "ada"}, {"q": "countess"}, {"domain": "example.com"}, {}])
    def test_nothing_from_outside_the_branch_reaches_bruno(self, bruno: Desk, asked: dict[str, str]) -> None:
        found = bruno.get("list", data=asked).context["page"].values
        said = str(found) + bruno.get("csv", data=asked).getvalue().decode()
        assert [each for each in OUTSIDE if each in said] == []
        assert bruno.get("count", data=asked).content in (b"0", b"2")

    def test_a_group_outside_the_branch_tells_bruno_nothing(self, bruno: Desk) -> None:
        assert rows(bruno.get("list", data={"group": "nurses"})) == []
        assert rows(bruno.get("list", data={"group": "branch"})) == ["dee"]

    def test_suggestions_stay_within_the_branch(self, bruno: Desk, helga: Desk) -> None:
        assert "nurses" in helga.get("suggestions", "groups", data={"group": "nur"}).content.decode()
        assert "nurses" not in bruno.get("suggestions", "groups", data={"group": "nur"}).content.decode()
        assert "ada" not in bruno.get("suggestions", "all", data={"other": "ada"}).content.decode()
        assert "dee@" in bruno.get("suggestions", "all", data={"other": "dee"}).content.decode()

    def test_the_filter_offers_the_domains_that_one_may_see(self, bruno: Desk, helga: Desk) -> None:
        assert 'value="example.com"' not in bruno.get("list").content.decode()
        assert 'value="example.com"' in helga.get("list").content.decode()

    def test_another_organization_does_not_exist(self, helga: Desk, wire: Wire) -> None:
        Organization.objects.create(organization_id="m-" + "0" * 32, slug="other", region="us-east-1")
        assert helga.client.get("/o/other/users/").status_code == 404
        assert wire.calls == []

    def test_aude_reads_and_may_create_nobody(self, aude: Desk) -> None:
        page = aude.get("list")
        assert DEE in str(page.context["page"])
        assert "New person" not in page.content.decode()
        assert aude.get("create").status_code == 403


def price(desk: Desk, asked: dict[str, str]) -> int:
    desk.get("list")
    with CaptureQueriesContext(connection) as queries:
        desk.get("list", data=asked)
    return len(queries)
