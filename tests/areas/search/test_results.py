"""The page that the search box leads to: everything by a name, grouped; the only one meant is opened."""

from typing import Any

import pytest
from django.test import Client

from console.areas.search import views
from console.changes.models import Change
from console.mirror.models import Alias, Entity, Organization
from tests.areas import world
from tests.areas.ledger.conftest import done, person
from tests.areas.organizations.conftest import FAR, group

MOST = 20  # queries of a page
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
    return [hit.text for found in answer.context["found"] for hit in found.hits]


class TestFinding:
    @pytest.mark.parametrize(
        "text",
        ["ada", "ADA", "Çelik", "celik", "ada@example.com", "countess", "countess@example.com", "celik ada"],
    )
    def test_the_only_match_is_opened_at_once(self, owner: Client, text: str) -> None:
        answer = find(owner, text)
        assert (answer.status_code, answer["Location"]) == (302, "/o/example/users/id-of-ada/")

    def test_a_department_finds_everybody_in_it(self, owner: Client) -> None:
        assert named(owner, "cardiology") == ["Ada Çelik", "Bo Ek"]

    def test_groups_and_rooms_are_found_beside_people(
        self, organization: Organization, owner: Client
    ) -> None:
        group(organization, "cardiology-all")
        person(organization, "cardio-room", kind="resource", role="ROOM")
        answer = find(owner, "cardio")
        assert [found.label for found in answer.context["found"]] == [
            "People",
            "Groups",
            "Rooms and equipment",
        ]
        assert "/o/example/groups/id-of-cardiology-all/" in world.body(answer)

    def test_an_id_finds_whose_it_is(self, owner: Client) -> None:
        assert find(owner, "id-of-bo")["Location"] == "/o/example/users/id-of-bo/"

    @pytest.mark.parametrize(
        "text",
        [
            "Ada Çelik <ADA@example.com>",
            "<ada@example.com>",
            "mailto:ada@example.com?subject=Hi",
            "ada@example.com;",
        ],
    )
    def test_an_address_is_understood_as_it_was_copied(self, owner: Client, text: str) -> None:
        assert find(owner, text)["Location"] == "/o/example/users/id-of-ada/"

    def test_a_whole_address_is_its_owner_s_though_others_hold_it(
        self, organization: Organization, owner: Client
    ) -> None:
        person(organization, "canada")
        assert find(owner, "ada@example.com")["Location"] == "/o/example/users/id-of-ada/"

    def test_whose_word_begins_like_it_comes_before_who_only_holds_it(
        self, organization: Organization, owner: Client
    ) -> None:
        for name in ("aabonn", "bonnie", "x-bonn"):
            person(organization, name)
        assert named(owner, "bon") == ["Bonnie", "Aabonn", "X-Bonn"]

    def test_pages_and_what_can_be_begun_are_found(self, owner: Client) -> None:
        assert find(owner, "export mail")["Location"] == "/o/example/exports/new/"
        assert find(owner, "ledger")["Location"] == "/o/example/ledger/"

    def test_a_group_that_is_the_only_match_is_opened_too(
        self, organization: Organization, owner: Client
    ) -> None:
        group(organization, "sales")
        assert find(owner, "sales")["Location"] == "/o/example/groups/id-of-sales/"

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
        for number in range(views.PAGE_HITS + 1):
            person(organization, f"many{number}")
        assert len(named(owner, "many")) == views.PAGE_HITS
        assert 'href="/o/example/users/?q=many"' in world.body(find(owner, "many"))


class TestRecords:
    """What was done is found by what people quote of it."""

    def test_exports_by_name_ticket_and_job(self, organization: Organization, owner: Client) -> None:
        ada = Entity.objects.get(name="ada")
        job = world.exported(organization, ada, ticket="OPS-7", job_id="job-of-ada", state="running")
        page = f"/o/example/exports/{job.pk}/"
        for text in ("ops-7", "OPS-7", "job-of-ada"):
            assert find(owner, text)["Location"] == page
        answer = find(owner, "celik")
        assert [each.label for each in answer.context["found"]] == ["People", "Exports"]
        assert page in world.body(answer)

    def test_the_export_of_somebody_who_is_deleted(self, organization: Organization, owner: Client) -> None:
        job = world.exported(organization, Entity.objects.get(name="old"), state="completed")
        assert find(owner, "old hand")["Location"] == f"/o/example/exports/{job.pk}/"

    def test_the_ledger_by_ticket_and_by_either_request_id(self, owner: Client) -> None:
        entry = done("UpdateUser", target="id-of-ada", target_name="ada@example.com", ticket="INC-9")
        for text in ("INC-9", "inc-9", f"aws-{entry.seq}", entry.request_id):
            assert find(owner, text)["Location"] == f"/o/example/ledger/{entry.seq}/", text

    def test_changes_by_title_and_ticket(self, organization: Organization, owner: Client) -> None:
        made = Change.objects.create(organization=organization, title="Offboard Max Muster", ticket="CHG-3")
        for text in ("offboard muster", "chg-3"):
            assert find(owner, text)["Location"] == f"/o/example/changes/{made.pk}/"

    def test_a_narrowed_operator_finds_no_change_of_others(
        self, organization: Organization, nell: Client
    ) -> None:
        Change.objects.create(organization=organization, title="Offboard Max Muster", ticket="CHG-3")
        assert named(nell, "muster") == []

    def test_one_line_a_call(self, owner: Client) -> None:
        for _ in range(2):
            done("UpdateUser", target="id-of-ada", ticket="INC-9")
        assert len(named(owner, "INC-9")) == 2

    def test_nobody_finds_what_she_may_not_open(self, organization: Organization) -> None:
        helga = world.browser(world.operator("Helpdesk", organization))
        world.exported(organization, Entity.objects.get(name="ada"), ticket="OPS-7")
        done("UpdateUser", target="id-of-ada", ticket="OPS-7")
        for text in ("OPS-7", "ledger", "export"):
            assert named(helga, text) == []

    def test_a_narrowed_operator_finds_her_own(self, organization: Organization, nell: Client) -> None:
        for name in ("ada", "zoe"):
            entity = Entity.objects.get(name=name)
            world.exported(organization, entity, ticket="OPS-7")
            done("UpdateUser", target=entity.entity_id, target_name=entity.email, ticket="OPS-7")
        shown = " ".join(named(nell, "OPS-7"))
        assert "ada@example.com" in shown
        assert "zoe" not in shown


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
        with django_assert_max_num_queries(MOST) as few:
            find(owner, "cardiology")
        for number in range(15):
            person(organization, f"doc{number}", department="Cardiology")
        with django_assert_max_num_queries(MOST) as many:
            find(owner, "cardiology")
        assert len(many) == len(few)
