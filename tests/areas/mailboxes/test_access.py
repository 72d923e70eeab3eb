"""Who may open whose mailbox, and whose an address is."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.mirror.models import Alias, Entity, Permission
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.mailboxes.conftest import FAY, HALL, SHED, Desk
from tests.areas.users.conftest import BRANCH, DEE, NURSES, Wire

QUERIES = 8
ALL = {(BO, ADA), (DEE, ADA), (ADA, DEE), (SHED, DEE), (NURSES, HALL)}
Pairs = set[tuple[str, str]]


def pairs(page: Any) -> Pairs:
    """Who may open whose."""
    return {(each["grantee_id"], each["owner__entity_id"]) for each in page.context["page"].values}


class TestAccess:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({}, ALL),
            ({"q": "ada"}, {(BO, ADA), (DEE, ADA), (ADA, DEE)}),
            ({"q": ADA}, {(ADA, DEE)}),
            ({"q": "bo"}, {(BO, ADA)}),
            ({"q": "bo", "through": "groups"}, {(BO, ADA), (NURSES, HALL)}),
            ({"q": "aula"}, {(NURSES, HALL)}),
            ({"may": "FULL_ACCESS"}, {(BO, ADA), (NURSES, HALL)}),
            ({"holder": "group"}, {(NURSES, HALL)}),
            ({"holder": "resource"}, {(SHED, DEE)}),
            ({"left": "disabled"}, set()),
            ({"left": "unknown"}, set()),
            ({"q": "zzqx"}, set()),
        ],
    )
    def test_is_found_from_either_end(self, helga: Desk, asked: dict[str, str], found: Pairs) -> None:
        assert pairs(helga.get("access", data=asked)) == found

    def test_that_is_left_over_can_be_asked_for(self, helga: Desk) -> None:
        owner = Entity.objects.get(entity_id=BO)
        for grantee in (FAY, "nobody-knows-this-id"):
            Permission.objects.create(
                organization=helga.organization,
                owner=owner,
                grantee_id=grantee,
                grantee_kind="user",
                values=["SEND_AS"],
            )
        assert pairs(helga.get("access", data={"left": "disabled"})) == {(FAY, BO)}
        assert pairs(helga.get("access", data={"left": "unknown"})) == {("nobody-knows-this-id", BO)}
        assert "nobody-knows-this-id" in world.body(helga.get("access"))

    @pytest.mark.parametrize("sort", ["who", "-who", "owner", "-owner"])
    def test_pages_without_losing_any(self, helga: Desk, sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("console.ui.tables.paginate.__defaults__", (2, None))
        monkeypatch.setattr("console.areas.mailboxes.permission_table.nearest_permissions.__defaults__", (2,))
        seen, address = [], f"?sort={sort}"
        while address:
            page = helga.client.get(helga.url("access") + address)
            seen += sorted(pairs(page))
            address = page.context["page"].next
        assert set(seen) == ALL
        assert len(seen) == len(ALL)

    def test_is_the_same_as_a_file(self, helga: Desk) -> None:
        text = world.body(helga.get("access-csv", data={"q": "hall"})).lstrip("\ufeff")
        header, line = csv.reader(io.StringIO(text))
        row = dict(zip(header, line, strict=True))
        assert (row["Who"], row["Is a"], row["May"], row["Whose mailbox"]) == (
            "nurses",
            "group",
            "FULL_ACCESS",
            "hall",
        )

    def test_that_reaches_outside_a_branch_is_not_shown_there(self, branwen: Desk) -> None:
        page = branwen.get("access")
        assert pairs(page) == {(SHED, DEE)}
        assert "left out" in world.body(page)
        for asked in ({"q": "ada"}, {"q": ADA}, {"through": "groups", "q": "bo"}):
            page = branwen.get("access", data=asked)
            assert pairs(page) <= {(SHED, DEE)}
            assert "Çelik" not in world.body(page)
        assert "ada@" not in world.body(branwen.get("access-csv"))

    def test_costs_as_many_queries_for_a_crowd(self, helga: Desk, wire: Wire) -> None:
        before = price(lambda: helga.get("access", data={"q": "ada"}))
        owner = Entity.objects.get(entity_id=ADA)
        Permission.objects.bulk_create(
            Permission(organization=helga.organization, owner=owner, grantee_id=f"x{n}", values=["SEND_AS"])
            for n in range(120)
        )
        assert price(lambda: helga.get("access", data={"q": "ada"})) == before <= QUERIES
        assert wire.calls == []


def price(work: Callable[[], object]) -> int:
    work()
    with CaptureQueriesContext(connection) as made:
        work()
    return len(made)


class TestWhoseAddress:
    def test_known_ones_are_answered_by_the_mirror(self, helga: Desk, wire: Wire) -> None:
        page = world.body(helga.get("address", data={"Email": "Aula@example.com"}))
        assert "an alias of" in page
        assert ">hall<" in page
        assert "the primary address of" in world.body(helga.get("address", data={"Email": "ada@example.com"}))
        assert wire.calls == []

    def test_unknown_ones_by_workmail_from_which_the_mirror_learns(
        self, helga: Desk, town: TestSandbox
    ) -> None:
        town.call("CreateAlias", EntityId=ADA, Alias="lovelace@example.com")
        town.enabled_user("gus", display_name="Gus New")
        page = world.body(helga.get("address", data={"Email": "lovelace@example.com"}))
        assert "an alias of" in page
        assert "Ada Çelik" in page
        assert Alias.objects.filter(address="lovelace@example.com").exists()
        assert "Gus New" in world.body(helga.get("address", data={"Email": "gus@example.com"}))

    def test_nobodys_are_said_to_be_nobodys(self, helga: Desk) -> None:
        page = world.body(helga.get("address", data={"Email": "free@example.com"}))
        assert "belongs to nobody here" in page

    def test_what_is_no_address_is_not_asked_for(self, helga: Desk, wire: Wire) -> None:
        assert helga.get("address", data={"Email": "no address"}).status_code == 422
        assert helga.get("address").status_code == 200
        assert wire.calls == []

    def test_while_workmail_is_away_says_so(self, helga: Desk, wire: Wire) -> None:
        wire.is_down = True
        page = world.body(helga.get("address", data={"Email": "free@example.com"}))
        assert "could not reach WorkMail" in page

    def test_those_outside_are_not_even_asked_for(self, branwen: Desk, wire: Wire) -> None:
        page = branwen.get("address", data={"Email": "ada@example.com"})
        assert page.status_code == 422
        assert f"addresses on {BRANCH}" in world.body(page)
        assert wire.calls == []

    def test_whose_holder_is_outside_tell_no_name(self, branwen: Desk, town: TestSandbox) -> None:
        town.call("CreateAlias", EntityId=ADA, Alias=f"chief@{BRANCH}")
        page = world.body(branwen.get("address", data={"Email": f"chief@{BRANCH}"}))
        assert "outside of what you may see" in page
        assert [each for each in ("Ada", ADA, "ada@") if each in page] == []
