"""What pages cost in queries: few, the same however many people there are, and none of AWS."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from console.mirror.models import Entity, Membership, Organization
from console.sandbox.fixtures import ADA
from tests.areas.users.conftest import BRANCH, NURSES, Desk, Wire

LIST = (
    7  # session, operator, rights, domains, saved views, rows, and what a search or a group is looked up by
)
PERSON = 16
OVERVIEW = 14
ASKED = [
    {},
    {"q": "ada"},
    {"q": "a"},
    {"q": "zzqx"},
    {"sort": "-size"},
    {"state": "DISABLED"},
    {"state": "DELETED"},
    {"deleted": "shown"},
    {"role": "USER"},
    {"hidden": "yes"},
    {"domain": BRANCH},
    {"group": "nurses"},
    {"group": "nobody-is-in-this"},
    {"q": "extra", "group": "nurses", "hidden": "no", "domain": "example.com", "sort": "-enabled"},
]
pytestmark = pytest.mark.usefixtures("wire")


def queries(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as made:
        work()
    return len(made)


def price(desk: Desk, name: str, *args: str, **asked: str) -> int:
    """Of a page that was shown before: the first one counts what every later one finds ready."""
    assert desk.get(name, *args, data=asked).status_code == 200
    return queries(lambda: desk.get(name, *args, data=asked))


def crowd(organization: Organization, count: int = 120) -> None:
    """People, each of whom every search below finds, and who all join the nurses."""
    nurses = Entity.objects.get(organization=organization, entity_id=NURSES)
    people = [_person(organization, number) for number in range(count)]
    Entity.objects.bulk_create(people)
    Membership.objects.bulk_create(
        Membership(organization=organization, group=nurses, member=each) for each in people
    )


def _person(organization: Organization, number: int) -> Entity:
    made = Entity(organization=organization, entity_id=f"extra-{number}", kind="user", name=f"extra{number}")
    made.state, made.role, made.email = "ENABLED", "USER", f"ada.extra{number}@{BRANCH}"
    made.display_name = "Ada Extra"
    made.derive([])
    return made


class TestThePeopleList:
    @pytest.mark.parametrize("asked", ASKED)
    def test_takes_at_most_seven_queries(self, helga: Desk, asked: dict[str, str]) -> None:
        assert price(helga, "list", **asked) <= LIST

    @pytest.mark.parametrize("asked", ASKED)
    def test_takes_as_many_for_a_crowd(self, helga: Desk, asked: dict[str, str]) -> None:
        before = price(helga, "list", **asked)
        crowd(helga.organization)
        assert price(helga, "list", **asked) == before

    def test_a_further_page_costs_what_the_first_costs(self, helga: Desk) -> None:
        crowd(helga.organization)
        first = price(helga, "list")
        page = helga.get("list").context["page"]
        onwards = f"{helga.url('list')}{page.next}"
        assert page.next
        assert queries(lambda: helga.client.get(onwards)) == first

    @pytest.mark.parametrize("asked", ASKED)
    def test_costs_a_narrowed_operator_no_more(self, bruno: Desk, asked: dict[str, str]) -> None:
        before = price(bruno, "list", **asked)
        crowd(bruno.organization)
        assert price(bruno, "list", **asked) == before <= LIST

    def test_a_fragment_asks_for_neither_filters_nor_saved_views(self, helga: Desk) -> None:
        helga.get("list")
        fragment = queries(lambda: helga.client.get(helga.url("list"), headers={"HX-Request": "true"}))
        assert fragment == price(helga, "list") - 2

    def test_suggestions_take_as_few(self, helga: Desk) -> None:
        crowd(helga.organization)
        assert price(helga, "suggestions", "groups", group="nur") <= LIST
        assert price(helga, "suggestions", "all", other="ada") <= LIST


class TestOtherPages:
    def test_a_person_costs_the_same_in_a_crowd(self, helga: Desk) -> None:
        before = price(helga, "detail", ADA)
        crowd(helga.organization)
        assert price(helga, "detail", ADA) == before <= PERSON

    def test_the_overview_costs_the_same_in_a_crowd(self, helga: Desk) -> None:
        overview = reverse("organizations:overview", args=[helga.organization.slug])
        assert helga.client.get(overview).status_code == 200
        before = queries(lambda: helga.client.get(overview))
        crowd(helga.organization)
        assert queries(lambda: helga.client.get(overview)) == before <= OVERVIEW


class TestAws:
    def test_is_asked_nothing_by_any_of_them(self, helga: Desk, wire: Wire) -> None:
        for asked in ASKED:
            helga.get("list", data=asked)
            helga.get("count", data=asked)
        helga.get("csv")
        helga.get("detail", ADA)
        helga.client.get(reverse("organizations:overview", args=[helga.organization.slug]))
        helga.client.get(reverse("search", args=[helga.organization.slug]), {"q": "e"})
        assert wire.calls == []
