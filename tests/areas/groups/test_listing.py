"""The list of groups: what it finds, in which order, how many are in each, and the same as a file."""

from typing import Any

import pytest

from console.mirror.models import Entity, Organization
from tests.areas.desk import Desk
from tests.areas.groups.conftest import text
from tests.areas.users.conftest import BRANCH


def rows(response: Any) -> list[str]:
    return [row["name"] for row in response.context["page"].values]


class TestFinding:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({}, ["branch-team", "empty", "nurses", "old", "staff"]),
            ({"q": "nur"}, ["nurses"]),
            ({"q": "care@example.com"}, ["nurses"]),
            ({"state": "DISABLED"}, ["old"]),
            ({"hidden": "yes"}, ["empty"]),
            ({"domain": BRANCH}, ["branch-team"]),
            ({"members": "none"}, ["empty", "old"]),
            ({"members": "some"}, ["branch-team", "nurses", "staff"]),
            ({"nested": "yes"}, ["branch-team", "nurses"]),
            ({"nested": "no"}, ["empty", "old", "staff"]),
            ({"sort": "-group"}, ["staff", "old", "nurses", "empty", "branch-team"]),
            ({"q": "nobody-is-called-this"}, []),
        ],
    )
    def test_it_shows_what_is_asked_for(self, helga: Desk, asked: dict[str, str], found: list[str]) -> None:
        assert rows(helga.get("list", data=asked)) == found

    def test_it_says_how_many_are_directly_in_each(self, helga: Desk) -> None:
        sizes = {row["name"]: row["size"] for row in helga.get("list").context["page"].values}
        assert sizes == {"branch-team": 2, "empty": 0, "nurses": 2, "old": 0, "staff": 1}

    def test_it_hides_the_deleted_until_somebody_asks(self, helga: Desk) -> None:
        Entity.objects.filter(name="old").update(state="DELETED")
        assert "old" not in rows(helga.get("list"))
        assert "old" in rows(helga.get("list", data={"deleted": "shown"}))

    def test_no_group_at_all_says_what_to_do(self, helga: Desk, organization: Organization) -> None:
        Entity.objects.filter(kind="group").delete()
        assert "There is no group here yet." in text(helga.get("list"))

    def test_a_fragment_holds_the_rows_alone(self, helga: Desk) -> None:
        page = text(helga.client.get(helga.url("list"), headers={"HX-Request": "true"}))
        assert "nurses" in page
        assert "<html" not in page


class TestNarrowed:
    def test_branwen_sees_the_groups_of_her_branch_and_counts_only_her_people(self, branwen: Desk) -> None:
        page = branwen.get("list")
        assert [(row["name"], row["size"]) for row in page.context["page"].values] == [("branch-team", 2)]
        assert "nurses" not in text(page)


class TestFile:
    def test_it_has_the_same_rows(self, helga: Desk) -> None:
        answer = helga.get("csv", data={"q": "nurses"})
        _, row = text(answer).lstrip("\ufeff").splitlines()
        assert row.startswith("nurses,nurses@example.com,2,ENABLED,no")


class TestButtons:
    def test_new_groups_are_offered_to_who_may_make_them(self, adam: Desk, helga: Desk) -> None:
        assert "New group" in text(adam.get("list"))
        assert "New group" not in text(helga.get("list"))
