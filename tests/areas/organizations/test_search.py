"""The search box of every page."""

from typing import Any

import pytest
from django.test import Client

from console.areas.organizations import finding
from console.mirror.models import Alias, Organization
from tests.areas import world
from tests.areas.ledger.conftest import person
from tests.areas.organizations.conftest import FAR, group

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people(organization: Organization) -> None:
    ada = person(organization, "ada", display_name="Ada Çelik", department="Cardiology")
    Alias.objects.create(organization=organization, entity=ada, address="countess@example.com")
    ada.derive(["countess@example.com"])
    ada.save()
    person(organization, "bo", display_name="Bo Ek", department="Cardiology")
    person(organization, "zoe", FAR, display_name="Zoe Far", department="Oncology")
    person(organization, "old", display_name="Old Hand", department="Oncology", state="DELETED")


def find(client: Client, text: str) -> Any:
    return client.get("/o/example/search/", {"q": text})


def named(client: Client, text: str) -> list[str]:
    answer = find(client, text)
    assert answer.status_code == 200
    return [entity.name for found in answer.context["kinds"] for entity in found.entities]


class TestFinding:
    @pytest.mark.parametrize(
        "text",
        ["ada", "ADA", "Çelik", "celik", "ada@example.com", "countess", "countess@example.com", "celik ada"],
    )
    def test_the_only_match_is_opened_at_once(self, owner: Client, text: str) -> None:
        answer = find(owner, text)
        assert (answer.status_code, answer["Location"]) == (302, "/o/example/users/id-of-ada/")

    def test_a_department_finds_everybody_in_it(self, owner: Client) -> None:
        assert named(owner, "cardiology") == ["ada", "bo"]

    def test_groups_and_rooms_are_found_beside_people(
        self, organization: Organization, owner: Client
    ) -> None:
        group(organization, "cardiology-all")
        person(organization, "cardio-room", kind="resource", role="ROOM")
        answer = find(owner, "cardio")
        assert [found.label for found in answer.context["kinds"]] == [
            "People",
            "Groups",
            "Rooms and equipment",
        ]
        assert "/o/example/users/?group=id-of-cardiology-all" in world.body(answer)

    def test_a_group_that_is_the_only_match_is_shown(self, organization: Organization, owner: Client) -> None:
        group(organization, "sales")
        assert named(owner, "sales") == ["sales"]

    def test_who_is_deleted_is_not_found(self, owner: Client) -> None:
        assert named(owner, "old") == []

    def test_nothing_found_says_what_to_do(self, owner: Client) -> None:
        assert "Nobody and nothing here is called that." in world.body(find(owner, "xyzzy"))

    @pytest.mark.parametrize("text", ["", "   "])
    def test_nothing_asked_finds_nothing(self, owner: Client, text: str) -> None:
        assert "Type a name" in world.body(find(owner, text))

    @pytest.mark.parametrize(
        "text", ["\0", "%", "_", '"', "'", "\\", "a" * 5000, "a " * 2000, "😀", "🏳️‍🌈", "OR AND NOT *"]
    )
    def test_no_text_breaks_it(self, owner: Client, text: str) -> None:
        assert find(owner, text).status_code in (200, 302)

    def test_more_than_a_few_are_led_on_to_the_list(self, organization: Organization, owner: Client) -> None:
        for number in range(finding.FOUND + 1):
            person(organization, f"many{number}")
        assert len(named(owner, "many")) == finding.FOUND
        assert 'href="/o/example/users/?q=many"' in world.body(find(owner, "many"))


class TestScope:
    @pytest.mark.parametrize("text", ["zoe", "far", "far.example", "oncology", "id-of-zoe"])
    def test_nobody_outside_is_found(self, nell: Client, text: str) -> None:
        assert named(nell, text) == []

    def test_one_match_within_is_the_only_one_whatever_is_outside(
        self, organization: Organization, nell: Client
    ) -> None:
        person(organization, "ada2", FAR, display_name="Ada Far")
        assert find(nell, "ada")["Location"] == "/o/example/users/id-of-ada/"

    def test_what_the_role_does_not_list_is_not_found(
        self, organization: Organization, owner: Client
    ) -> None:
        group(organization, "sales")
        somebody = world.operator("Helpdesk", organization)
        role = somebody.grants.get().role
        role.permissions = ["ListUsers"]
        role.save()
        assert named(world.browser(somebody), "sales") == []


class TestCost:
    def test_as_many_queries_for_many_as_for_few(
        self, organization: Organization, owner: Client, django_assert_max_num_queries: Any
    ) -> None:
        find(owner, "cardiology")
        with django_assert_max_num_queries(13) as few:
            find(owner, "cardiology")
        for number in range(15):
            person(organization, f"doc{number}", department="Cardiology")
        with django_assert_max_num_queries(13) as many:
            find(owner, "cardiology")
        assert len(many) == len(few)
