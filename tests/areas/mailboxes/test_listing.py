"""The list of all mailboxes, of people and rooms together: how full, how long still, at a fixed price."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.areas.mailboxes import tables
from console.mirror.models import Entity, Organization
from console.sandbox.fixtures import ADA, BO
from tests.areas import world
from tests.areas.mailboxes.conftest import FAY, Desk
from tests.areas.users.conftest import BRANCH, Wire

EVERYBODY = {"ada", "bo", "dee", "fay", "hall", "shed"}
QUERIES = 10  # session, operator, rights, domains, rows, count, sync; of a search two, and one to spare
SORTS = [column.name for column in tables.MAILBOX_COLUMNS if column.sort]
ASKED: list[dict[str, str]] = [{}, {"q": "a"}, {"full": "80"}, {"sort": "-size"}, {"kind": "resource"}]


def rows(page: Any) -> list[str]:
    return [each["name"] for each in page.context["page"].values]


class TestTheList:
    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({}, EVERYBODY),
            ({"kind": "user"}, {"ada", "bo", "dee", "fay"}),
            ({"kind": "resource"}, {"hall", "shed"}),
            ({"q": "aula"}, {"hall"}),
            ({"full": "80"}, {"ada", "bo"}),
            ({"full": "90"}, {"ada"}),
            ({"dying": "7"}, set()),
            ({"dying": "14"}, {"fay"}),
            ({"dying": "30"}, {"fay"}),
            ({"state": "DISABLED"}, {"fay"}),
            ({"domain": BRANCH}, {"dee", "shed"}),
            ({"full": "80", "q": "bo"}, {"bo"}),
        ],
    )
    def test_is_narrowed_by_every_filter(self, helga: Desk, asked: dict[str, str], found: set[str]) -> None:
        assert set(rows(helga.get("list", data=asked))) == found

    def test_leaves_out_who_has_no_mailbox_or_lost_it(self, helga: Desk) -> None:
        """Cy was never enabled, Rem is a remote user; what was disabled 30 days ago is gone."""
        Entity.objects.filter(entity_id=FAY).update(
            disabled_date=timezone.now() - timedelta(days=30, hours=1)
        )
        assert set(rows(helga.get("list"))) == EVERYBODY - {"fay"}

    def test_shows_meters_and_the_days_left(self, helga: Desk) -> None:
        page = world.body(helga.get("list"))
        assert '<progress class="is-danger" aria-label="95 % full" value="95"' in page
        assert '<progress class="is-warning" aria-label="85 % full" value="85"' in page
        assert "10 days left" in page
        assert "10 days left" not in world.body(helga.get("list", data={"state": "ENABLED"}))

    def test_of_the_dying_shows_the_next_to_go_first(self, helga: Desk) -> None:
        Entity.objects.filter(name__in=["bo", "dee"]).update(state="DISABLED")
        for name, days in (("bo", 3), ("dee", 28)):
            Entity.objects.filter(name=name).update(disabled_date=timezone.now() - timedelta(days=days))
        assert rows(helga.get("list", data={"dying": "30"})) == ["dee", "fay", "bo"]
        assert "1 day left" in world.body(helga.get("list", data={"dying": "7"}))

    def test_leads_to_the_quota_whoever_may_set_it(self, helga: Desk, xena: Desk) -> None:
        quota = f"/o/example/users/{ADA}/quota/"
        assert quota in world.body(helga.get("list"))
        assert quota not in world.body(xena.get("list"))

    @pytest.mark.parametrize("sort", [*SORTS, *(f"-{name}" for name in SORTS)])
    def test_pages_both_ways_without_losing_any_of_either_kind(
        self, helga: Desk, sort: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = rows(helga.get("list", data={"sort": sort}))
        assert set(whole) == EVERYBODY
        monkeypatch.setattr("console.ui.tables.paginate.__defaults__", (2, None))
        monkeypatch.setattr("console.areas.mailboxes.tables.nearest_mailboxes.__defaults__", (2,))
        seen, address, page = [], f"?sort={sort}", None
        while address:
            page = helga.client.get(helga.url("list") + address)
            seen.append(rows(page))
            address = page.context["page"].next
        assert [name for part in seen for name in part] == whole
        back: list[list[str]] = [seen[-1]]
        while page and (address := page.context["page"].previous):
            page = helga.client.get(helga.url("list") + address)
            back.insert(0, rows(page))
        assert back == seen

    def test_is_the_same_as_a_file(self, helga: Desk) -> None:
        text = world.body(helga.get("csv")).lstrip("\ufeff")
        header, *lines = csv.reader(io.StringIO(text))
        found = {line[1]: dict(zip(header, line, strict=True)) for line in lines}
        assert set(found) == EVERYBODY
        assert (found["ada"]["Full (%)"], found["ada"]["Quota (MB)"]) == ("95", "1000")
        assert (found["fay"]["Days left"], found["hall"]["Of"]) == ("10", "Room")

    def test_says_what_to_do_when_nothing_fits(self, helga: Desk) -> None:
        assert "clear the filters" in world.body(helga.get("list", data={"q": "zzqx"}))


class TestExports:
    def done(self, organization: Organization, entity_id: str) -> None:
        entity = Entity.objects.get(entity_id=entity_id)
        world.exported(organization, entity, state="completed", finished_at="2026-01-02T03:04:05Z")

    def test_never_made_can_be_asked_for(self, xena: Desk) -> None:
        self.done(xena.organization, ADA)
        world.exported(xena.organization, Entity.objects.get(entity_id=BO), state="failed")
        assert set(rows(xena.get("list", data={"export": "never"}))) == EVERYBODY - {"ada"}
        assert "2026-01-02" in world.body(xena.get("list"))

    def test_are_no_business_of_the_helpdesk(self, helga: Desk) -> None:
        self.done(helga.organization, ADA)
        page = world.body(helga.get("list", data={"export": "never"}))
        assert "2026-01-02" not in page
        assert "Last export" not in page
        assert ">Ada Çelik<" in page
        assert "2026-01-02" not in world.body(helga.get("csv"))


class TestScope:
    def test_of_a_branch_holds_its_mailboxes_alone(self, branwen: Desk) -> None:
        for asked in ({}, {"q": "a"}, {"export": "never"}, {"sort": "-size"}):
            assert set(rows(branwen.get("list", data=asked))) <= {"dee", "shed"}
        assert set(rows(branwen.get("list"))) == {"dee", "shed"}
        assert "ada" not in world.body(branwen.get("csv"))


def queries(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as made:
        work()
    return len(made)


def price(desk: Desk, asked: dict[str, str]) -> int:
    assert desk.get("list", data=asked).status_code == 200
    return queries(lambda: desk.get("list", data=asked))


def crowd(organization: Organization, count: int = 120) -> None:
    people = [
        Entity(
            organization=organization, entity_id=f"x-{number}", kind="user", name=f"a{number}", role="USER"
        )
        for number in range(count)
    ]
    for each in people:
        each.state, each.email, each.mailbox_size, each.mailbox_quota = (
            "ENABLED",
            f"{each.name}@{BRANCH}",
            9,
            10,
        )
        each.derive([])
    Entity.objects.bulk_create(people)


class TestThePrice:
    @pytest.mark.parametrize("asked", ASKED)
    def test_is_few_queries_and_the_same_for_a_crowd(
        self, xena: Desk, asked: dict[str, str], wire: Wire
    ) -> None:
        before = price(xena, asked)
        crowd(xena.organization)
        assert price(xena, asked) == before <= QUERIES
        assert wire.calls == []

    @pytest.mark.parametrize("asked", ASKED)
    def test_a_branch_pays_no_more(self, branwen: Desk, asked: dict[str, str]) -> None:
        crowd(branwen.organization)
        assert price(branwen, asked) <= QUERIES
