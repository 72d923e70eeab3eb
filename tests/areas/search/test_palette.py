"""What drops down below the search box while one types."""

from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from console.areas.search import views
from console.mirror.models import Organization
from tests.areas import world
from tests.areas.ledger.conftest import person
from tests.areas.organizations.conftest import FAR, group

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


class Options(HTMLParser):
    """The options of a list as (id, href), and the labels of its groups."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.options: list[tuple[str, str]] = []
        self.groups: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        if given.get("role") == "option":
            self.options.append((given["id"], given["href"]))
        if given.get("role") == "group":
            self.groups.append(given["aria-labelledby"])


def drop(client: Client, text: str) -> str:
    answer = client.get("/o/example/search/palette/", {"q": text}, headers=HTMX)
    assert answer.status_code == 200
    return world.body(answer)


class TestOptions:
    def test_each_leads_somewhere_and_has_an_id_of_its_own(
        self, organization: Organization, owner: Client
    ) -> None:
        person(organization, "ada", display_name="Ada Çelik")
        group(organization, "adas")
        shown = Options(drop(owner, "ada"))
        assert len({each for each, _ in shown.options}) == len(shown.options) == 3
        assert len(set(shown.groups)) == 2
        assert shown.options[0][1] == "/o/example/users/id-of-ada/"
        assert shown.options[-1][1] == "/o/example/search/?q=ada"

    def test_few_of_each_kind_are_enough(self, organization: Organization, owner: Client) -> None:
        for number in range(views.PALETTE_HITS + 3):
            person(organization, f"many{number}")
        page = drop(owner, "many")
        assert len(Options(page).options) == views.PALETTE_HITS + 1
        assert "the first 5" in page

    def test_the_count_is_told_to_who_hears_it(self, organization: Organization, owner: Client) -> None:
        person(organization, "ada")
        assert 'data-told="1 found"' in drop(owner, "ada")
        assert "Nothing found" in drop(owner, "zzqx")

    @pytest.mark.parametrize("text", ["", "  ", "\0"])
    def test_nothing_typed_shows_nothing(self, owner: Client, text: str) -> None:
        assert Options(drop(owner, text)).options == []

    def test_what_was_typed_is_only_text(self, owner: Client) -> None:
        assert "<script>" not in drop(owner, "<script>alert(1)</script>")


class TestWithoutScript:
    def test_the_box_is_a_form_that_leads_to_the_page(self, owner: Client) -> None:
        page = world.body(owner.get("/o/example/"))
        assert 'action="/o/example/search/"' in page
        assert 'hx-get="/o/example/search/palette/"' in page

    def test_the_address_itself_leads_there_too(self, owner: Client) -> None:
        answer = owner.get("/o/example/search/palette/", {"q": "ada b"})
        assert answer["Location"] == "/o/example/search/?q=ada+b"


class TestScope:
    def test_nobody_outside_drops_down(self, organization: Organization, nell: Client) -> None:
        person(organization, "ada", display_name="Ada Near")
        person(organization, "adam", FAR, display_name="Adam Far")
        group(organization, "adas", FAR)
        page = drop(nell, "ada")
        assert "Ada Near" in page
        assert "far" not in page.casefold()
