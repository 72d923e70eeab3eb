"""Saved views: kept by one operator, shared with others, and never more than a query."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from console.areas.saved.lists import LISTS
from console.areas.saved.models import SavedView
from console.mirror.models import Organization
from console.operators.models import Operator
from tests.areas import world
from tests.areas.ledger.conftest import person
from tests.areas.organizations.conftest import FAR, NEAR, organization
from tests.areas.world import loaded

__all__ = ["organization"]
pytestmark = pytest.mark.django_db
DISABLED = {"name": "Disabled people", "page": "users:list", "query": "state=DISABLED&sort=-size"}


@pytest.fixture
def ann(organization: Organization) -> Operator:
    return world.operator("Owner", organization, name="ann")


@pytest.fixture
def bea(organization: Organization) -> Operator:
    return world.operator("Helpdesk", organization, name="bea")


@pytest.fixture
def hers(ann: Operator) -> Client:
    return world.browser(ann)


def to(name: str, *args: Any) -> str:
    return reverse(f"saved:{name}", args=["example", *args])


def save(client: Client, **given: str) -> Any:
    return client.post(to("create"), {**DISABLED, **given})


def page(client: Client, url: str = "/o/example/users/") -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return world.body(answer)


class TestSaving:
    def test_leads_back_to_the_list_as_it_was(self, hers: Client, ann: Operator) -> None:
        answer = save(hers)
        assert (answer.status_code, answer["Location"]) == (
            303,
            "/o/example/users/?sort=-size&state=DISABLED",
        )
        made = SavedView.objects.get()
        assert (made.operator, made.shared, made.name) == (ann, False, "Disabled people")

    def test_stands_above_the_list_and_is_marked_where_it_is_seen(self, hers: Client) -> None:
        save(hers)
        assert ">Disabled people</a>" in page(hers)
        assert 'aria-current="true">Disabled people' in page(
            hers, "/o/example/users/?state=DISABLED&sort=-size"
        )
        assert 'aria-current="true">Disabled people' not in page(hers)
        assert "Disabled people" not in page(hers, "/o/example/exports/")

    def test_begins_at_the_list_with_what_it_shows(self, hers: Client) -> None:
        body = page(hers, "/o/example/users/?q=ada&after=x")
        assert 'href="/o/example/saved/new/?page=users%3Alist&amp;query=q%3Dada"' in body
        form = page(hers, "/o/example/saved/new/?page=users:list&query=q%3Dada")
        assert 'value="q=ada"' in form

    @pytest.mark.parametrize(
        ("query", "kept"),
        [
            ("?q=ada", "q=ada"),
            ("q=ada&after=abc&before=abc&page=3", "q=ada"),
            ("q=ada&next=//evil.example&evil=1&organization=x", "q=ada"),
            ("state=ENABLED&state=DISABLED", "state=DISABLED"),
            ("q=&state=+", ""),
            ("q=%00%3Cscript%3E", "q=%3Cscript%3E"),
            ("://evil.example", ""),
            ("q=a%26deleted%3Dshown", "q=a%26deleted%3Dshown"),
        ],
    )
    def test_keeps_what_the_list_knows_and_nothing_else(self, hers: Client, query: str, kept: str) -> None:
        save(hers, query=query)
        assert SavedView.objects.get().query == kept

    @pytest.mark.parametrize(
        "wrong",
        [
            {"name": ""},
            {"name": "x" * 61},
            {"page": "users:detail"},
            {"page": "https://evil.example"},
            {"page": ""},
            {"query": "q=" + "x" * 2000},
        ],
    )
    def test_says_what_is_wrong_and_loses_nothing_typed(self, hers: Client, wrong: dict[str, str]) -> None:
        answer = save(hers, **wrong)
        assert answer.status_code == 422
        assert 'value="Disabled people"' in world.body(answer) or "name" in wrong
        assert not SavedView.objects.exists()

    def test_takes_no_name_twice_above_one_list(self, hers: Client) -> None:
        save(hers)
        assert "already" in world.body(save(hers))
        assert save(hers, page="exports:list").status_code == 303

    def test_is_not_offered_of_a_list_that_she_may_not_open(self, bea: Operator) -> None:
        assert save(world.browser(bea), page="ledger:list").status_code == 422


class TestSharing:
    def test_shows_it_to_others_with_whose_it_is(self, hers: Client, bea: Operator) -> None:
        save(hers, shared="on")
        save(hers, name="My own")
        body = page(world.browser(bea))
        assert "Disabled people" in body
        assert '<span class="chip-note">Ann</span>' in body
        assert "My own" not in body

    def test_ones_own_come_first(self, hers: Client, bea: Operator) -> None:
        save(hers, shared="on", name="A of Ann")
        other = world.browser(bea)
        save(other, name="Z of Bea")
        body = page(other)
        assert body.index("Z of Bea") < body.index("A of Ann")

    def test_not_of_a_list_that_the_reader_may_not_open(self, hers: Client, bea: Operator) -> None:
        save(hers, shared="on", page="ledger:list", name="Refused calls")
        assert "Refused calls" in page(hers, to("list"))
        assert "Refused calls" not in page(world.browser(bea), to("list"))

    def test_not_beyond_the_organization(self, hers: Client, ann: Operator) -> None:
        save(hers, shared="on")
        Organization.objects.create(organization_id="m-" + "e" * 32, slug="other", region="us-east-1")
        other = world.operator("Owner", Organization.objects.get(slug="other"), name="olga")
        assert "Disabled people" not in page(world.browser(other), "/o/other/users/")

    def test_it_shows_a_narrowed_reader_no_more_than_her_own_people(
        self, organization: Organization, hers: Client
    ) -> None:
        person(organization, "nia", NEAR, display_name="Nia Near")
        person(organization, "fay", FAR, display_name="Fay Far")
        save(hers, shared="on", name="Everybody", query=f"domain={FAR}")
        save(hers, shared="on", name="All of them", query="sort=-person&deleted=shown")
        nell = world.browser(world.operator("Owner", organization, NEAR, name="nell"))
        seen = 0
        for each in SavedView.objects.all():
            body = page(nell, f"/o/example/users/?{each.query}")
            seen += "Nia Near" in body
            assert "Fay Far" not in body
        assert seen == 1
        assert "Fay Far" not in page(nell, to("list"))


class TestChanging:
    def test_renames_and_shares(self, hers: Client) -> None:
        save(hers)
        made = SavedView.objects.get()
        given = {"name": "Gone soon", "shared": "on", "query": "q=x"}
        answer = hers.post(to("edit", made.pk), given | loaded(hers, to("edit", made.pk)))
        assert answer.status_code == 303
        made.refresh_from_db()
        assert (made.name, made.shared, made.query) == ("Gone soon", True, "sort=-size&state=DISABLED")

    def test_deletes(self, hers: Client) -> None:
        save(hers)
        assert hers.post(to("delete", SavedView.objects.get().pk)).status_code == 303
        assert not SavedView.objects.exists()

    @pytest.mark.parametrize("name", ["edit", "delete"])
    def test_is_for_whose_it_is(self, hers: Client, bea: Operator, name: str) -> None:
        save(hers, shared="on")
        url = to(name, SavedView.objects.get().pk)
        assert world.browser(bea).post(url, {"name": "Mine now"}).status_code == 404
        assert SavedView.objects.get().name == "Disabled people"


class TestLists:
    """The parameters are written by hand, so they are held against what the lists themselves offer."""

    @pytest.mark.parametrize("name", LISTS)
    def test_knows_every_filter_of_its_bar(self, name: str, hers: Client) -> None:
        try:
            url = reverse(name, args=["example"])
        except Exception:
            pytest.skip("there is no such list")
        answer: Any = hers.get(url)
        assert answer.status_code == 200
        assert 'data-saves="' in world.body(answer)
        assert {each.name for each in answer.context["bar"].filters} <= set(LISTS[name].params)
