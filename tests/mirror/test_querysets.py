"""Lists of the mirror: what they hold, and that every sort is walked along an index."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.models import Count, QuerySet
from pytest_django import DjangoAssertNumQueries

from console.mirror.models import FILTER_COLUMNS, SORTS, Alias, Entity, Membership, Organization
from console.ui.keyset import Cursor, Sort, read_window
from tests.mirror.support import names, person


@pytest.fixture
def crowd(organization: Organization) -> list[Entity]:
    """Ties and unknown values in every column."""
    return [
        person(
            organization,
            f"p{number:02}",
            display_name=f"Person {number % 4}",
            email=f"p{number % 3}@example.com" if number % 5 else "",
            department="Sales" if number % 2 else "",
            state=["ENABLED", "DISABLED"][number % 2],
            mailbox_size=None if number % 3 else float(number),
            mailbox_quota=None if number % 4 else 50_000,
            enabled_date=datetime(2026, 1, 1 + number % 5, tzinfo=UTC) if number % 2 else None,
        )
        for number in range(23)
    ]


def walk(people: QuerySet[Entity], sort: Sort) -> list[int]:
    """All pages, one after the other."""
    found: list[int] = []
    cursor = None
    while True:
        page = read_window(people, ["pk"], sort, "pk", cursor, 5)
        found += [row["pk"] for row in page.rows]
        if not page.next:
            return found
        cursor = Cursor.read({"after": page.next})


class TestPaging:
    @pytest.mark.parametrize("descending", [False, True])
    @pytest.mark.parametrize("field", SORTS)
    def test_every_sort_shows_everybody_once(
        self, organization: Organization, crowd: list[Entity], field: str, descending: bool
    ) -> None:
        people = Entity.objects.of(organization, "user")
        sort = Sort("column", field, descending)
        assert walk(people, sort) == list(sort.apply(people, "pk").values_list("pk", flat=True))

    @pytest.mark.parametrize("field", SORTS)
    def test_no_sort_column_may_be_null(self, field: str) -> None:
        assert not Entity._meta.get_field(field).null

    @pytest.mark.parametrize("field", SORTS)
    def test_every_sort_walks_its_index(self, organization: Organization, field: str) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("PostgreSQL plans by the size of the table")
        plan = Entity.objects.of(organization, "user").order_by(field, "id")[:50].explain()
        assert re.search(rf"USING INDEX entity_{field}\b", plan)
        assert "TEMP B-TREE" not in plan

    @pytest.mark.parametrize("narrowed", [{"state": "DISABLED"}, {"domain": "example.com"}, {"hidden": True}])
    @pytest.mark.parametrize("field", SORTS)
    def test_filters_walk_the_index_of_the_sort_and_are_counted_from_another(
        self, organization: Organization, narrowed: dict[str, str], field: str
    ) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("PostgreSQL plans by the size of the table")
        people = Entity.objects.of(organization, "user").filter(**narrowed)
        plan = people.order_by(field, "id")[:50].explain()
        assert re.search(rf"USING INDEX entity_{field}\b", plan) or field in ("state", "role")
        assert "TEMP B-TREE" not in plan or field in ("state", "role")
        assert "COVERING INDEX" in people.order_by().values("pk").explain()

    def test_every_sort_has_what_filters_ask_for_in_its_index(self) -> None:
        by_name = {index.name: set(index.fields) for index in Entity._meta.indexes}
        assert all(set(FILTER_COLUMNS) <= by_name[f"entity_{sort}"] for sort in SORTS)


class TestQueries:
    def test_a_page_is_one_query(
        self,
        organization: Organization,
        crowd: list[Entity],
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(1):
            read_window(
                Entity.objects.of(organization, "user"), ["name"], Sort("name", "sort_name"), "pk", None, 50
            )

    def test_a_search_is_two_at_the_most(
        self,
        organization: Organization,
        crowd: list[Entity],
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(2 if connection.vendor == "sqlite" else 1):
            list(Entity.objects.of(organization, "user").matching("person")[:50])


class TestFilters:
    def test_the_deleted_are_hidden_unless_asked_for(self, organization: Organization) -> None:
        person(organization, "ada")
        person(organization, "ghost", state="DELETED")
        assert names(organization, "") == ["ada"]
        assert Entity.objects.including_deleted(organization).count() == 2

    def test_another_organization_is_another_world(self, organization: Organization) -> None:
        other = Organization.objects.create(organization_id="m-" + "f" * 32, slug="other", region="us-east-1")
        person(other, "ada")
        assert names(organization, "ada") == []

    def test_a_kind_is_told_from_others(self, organization: Organization) -> None:
        person(organization, "ada")
        person(organization, "staff", kind="group", role="")
        assert [each.name for each in Entity.objects.of(organization, "group")] == ["staff"]

    def test_domains_narrow_whatever_their_case(self, organization: Organization) -> None:
        person(organization, "ada")
        person(organization, "bo", email="bo@example.org")
        person(organization, "cy", email="")
        found = Entity.objects.of(organization).in_domains(["Example.ORG"])
        assert [each.name for each in found] == ["bo"]

    def test_direct_members_of_a_group(self, organization: Organization) -> None:
        ada, staff = person(organization, "ada"), person(organization, "staff", kind="group")
        person(organization, "bo")
        Membership.objects.create(organization=organization, group=staff, member=ada)
        assert [each.name for each in Entity.objects.of(organization).in_group(staff.entity_id)] == ["ada"]

    def test_states_are_counted(self, organization: Organization, crowd: list[Entity]) -> None:
        person(organization, "ghost", state="DELETED")
        counted = Entity.objects.including_deleted(organization, "user").tally()
        assert counted == {"ENABLED": 12, "DISABLED": 11, "DELETED": 1}

    def test_a_census_counts_by_kind_state_and_role(self, organization: Organization) -> None:
        person(organization, "ada")
        person(organization, "bo")
        person(organization, "orion", kind="resource", role="ROOM", state="DISABLED")
        counted = Entity.objects.including_deleted(organization).count_by_kind_state_role()
        assert counted == {("user", "ENABLED", "USER"): 2, ("resource", "DISABLED", "ROOM"): 1}

    def test_counting_reads_an_index_alone(self, organization: Organization) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("PostgreSQL plans by the size of the table")
        entities = Entity.objects.including_deleted(organization)
        counted = entities.order_by().values_list("kind", "state", "role").annotate(Count("pk"))
        assert "COVERING INDEX entity_census" in counted.explain()

    def test_filters_search_and_scope_compose(self, organization: Organization, crowd: list[Entity]) -> None:
        people = Entity.objects.of(organization, "user").in_domains(["example.com"])
        found = people.filter(state="ENABLED", hidden=False).matching("person 2")
        assert {each.sort_display_name for each in found} == {"person 2"}


class TestDerivedColumns:
    def test_aliases_are_searched(self, organization: Organization) -> None:
        entity = person(organization, "ada", aliases=["countess@example.com"])
        assert "countess" in entity.search_text
        assert not Alias.objects.exists()

    def test_what_is_unknown_sorts_first(self, organization: Organization) -> None:
        person(organization, "known", mailbox_size=0.0, mailbox_quota=1)
        person(organization, "unknown")
        found = Entity.objects.of(organization).order_by("sort_size").values_list("name", flat=True)
        assert list(found) == ["unknown", "known"]
