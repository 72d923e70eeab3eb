"""The list of the ledger: filters, paging, who sees whose sign-ins, and what a page costs."""

from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.actor import Actor
from console.ledger import journal
from console.ledger.models import Entry, Proof
from console.mirror.models import Organization
from console.operators.models import Operator
from tests.areas import world
from tests.areas.ledger.conftest import Shown, done, intend, person, record, to

pytestmark = pytest.mark.django_db
Kind, Outcome = Entry.Kind, Entry.Outcome
QUERIES = 12


def at(day: int, hour: int = 12) -> Any:
    moment = datetime(2026, 5, day, hour, tzinfo=UTC)
    return mock.patch("django.utils.timezone.now", return_value=moment)


class TestRows:
    def test_a_call_is_one_row_with_what_came_of_it(self, shown: Shown, reader: Client) -> None:
        entry = done(target="u-1", target_name="ada@example.com")
        assert shown() == [entry.seq]
        assert "Done" in world.body(reader.get(to("list")))

    def test_what_was_found_out_later_counts_more_than_not_knowing(self, reader: Client) -> None:
        entry = intend()
        journal.record_outcome(entry, Outcome.UNKNOWN)
        journal.record_outcome(entry, Outcome.APPLIED)
        page = world.body(reader.get(to("list")))
        assert '<span class="status-badge is-success">Applied</span>' in page

    def test_a_call_that_nobody_has_answered_is_under_way(self, reader: Client) -> None:
        intend()
        assert "Under way" in world.body(reader.get(to("list")))

    def test_latest_first_and_oldest_first_on_request(self, shown: Shown) -> None:
        first, second = done(), done()
        assert shown() == [second.seq, first.seq]
        assert shown(sort="seq") == [first.seq, second.seq]

    def test_another_organizations_entries_are_not_there(self, shown: Shown) -> None:
        record(Kind.OBSERVED, "m-" + "2" * 32, operation="UpdateUser")
        assert shown() == []

    def test_an_empty_ledger_says_what_will_come(self, reader: Client) -> None:
        assert "No entry fits." in world.body(reader.get(to("list")))


class TestFilters:
    def test_by_operator(self, shown: Shown) -> None:
        mine = done()
        done(actor=Actor(0, "bram@desk.example"))
        assert shown(q="HANNAH") == [mine.seq]

    @pytest.mark.parametrize("text", ["ada@example.com", "ADA@", "u-1", "T-17", "req-00000007"])
    def test_by_anything_that_identifies_it(self, shown: Shown, text: str) -> None:
        wanted = done(target="u-1", target_name="ada@example.com", ticket="T-17")
        record(Kind.OBSERVED, actor=Actor(0, "bo"), target="u-11", target_name="bo@example.com")
        assert shown(q=text) == [wanted.seq]

    def test_by_the_request_id_of_aws_which_only_the_outcome_has(self, shown: Shown) -> None:
        wanted, _ = done(), done()
        assert shown(q=f"aws-{wanted.seq}") == [wanted.seq]

    def test_by_operation(self, shown: Shown) -> None:
        wanted, _ = done("ResetPassword"), done("UpdateUser")
        assert shown(operation="ResetPassword") == [wanted.seq]

    @pytest.mark.parametrize(
        ("asked", "outcomes"),
        [
            ("done", [Outcome.DONE]),
            ("refused", [Outcome.REFUSED]),
            ("applied", [Outcome.UNKNOWN, Outcome.APPLIED]),
            ("open", []),
            ("open", [Outcome.UNKNOWN]),
        ],
    )
    def test_by_what_came_of_it(self, shown: Shown, asked: str, outcomes: list[str]) -> None:
        wanted = intend()
        for outcome in outcomes:
            journal.record_outcome(wanted, outcome)
        others = {"done", "refused", "applied"} - {asked}
        for other in others:
            journal.record_outcome(intend(), other)
        record(Kind.DENIED)
        assert shown(outcome=asked) == [wanted.seq]

    @pytest.mark.parametrize("kind", [Kind.DENIED, Kind.OBSERVED, Kind.REVEALED, Kind.CHANGED])
    def test_by_kind(self, shown: Shown, kind: str) -> None:
        done()
        wanted = record(kind, operation="UpdateUser")
        assert shown(kind=kind) == [wanted.seq]

    def test_by_days_which_both_count_whole(self, shown: Shown) -> None:
        entries = {}
        for day, hour in ((1, 23), (2, 0), (3, 23), (4, 0)):
            with at(day, hour):
                entries[day] = record(Kind.OBSERVED).seq
        assert shown(since="2026-05-02", until="2026-05-03") == [entries[3], entries[2]]
        assert shown(since="2026-05-04") == [entries[4]]
        assert shown(until="2026-05-01") == [entries[1]]

    @pytest.mark.parametrize("day", ["2026-02-31", "yesterday", "0000-00-00", "\0", "99999-01-01", "2026-5"])
    def test_a_day_that_is_none_narrows_nothing(self, shown: Shown, day: str) -> None:
        entry = done()
        assert shown(since=day, until=day) == [entry.seq]

    @pytest.mark.parametrize("value", ["\0", "x" * 5000, "' OR 1=1 --", "%", "\ud7ff", "😀"])
    @pytest.mark.parametrize("name", ["q", "operation", "kind", "outcome", "sort", "after", "before"])
    def test_no_value_breaks_the_page(self, reader: Client, name: str, value: str) -> None:
        done()
        assert reader.get(to("list"), {name: value}).status_code == 200

    def test_filters_narrow_together(self, shown: Shown) -> None:
        done("ResetPassword", target_name="bo@example.com")
        wanted = done("ResetPassword", target_name="ada@example.com")
        done("UpdateUser", target_name="ada@example.com")
        assert shown(q="ada@", operation="ResetPassword", outcome="done") == [wanted.seq]

    def test_dates_alone_can_be_cleared(self, reader: Client) -> None:
        assert ">Clear<" in world.body(reader.get(to("list"), {"since": "2026-05-01"}))


class TestPaging:
    def test_every_entry_is_on_exactly_one_page_there_and_back(
        self, reader: Client, auditor: Operator
    ) -> None:
        """Entries of the organization and sign-ins by turns: two parts, one order."""
        every = []
        for number in range(130):
            mine = Actor(auditor.pk, auditor.email)
            every.append(record(Kind.SIGNED_IN, "", mine) if number % 3 else record(Kind.OBSERVED))
        walked, address = [], ""
        while True:
            page = reader.get(to("list") + address).context["page"]
            walked.append([row["seq"] for row in page.values])
            address = page.next
            if not address:
                break
        assert [seq for page in walked for seq in page] == [entry.seq for entry in reversed(every)]
        back = reader.get(to("list") + page.previous).context["page"]
        assert [row["seq"] for row in back.values] == walked[-2]

    def test_the_filter_goes_along(self, reader: Client) -> None:
        for number in range(120):
            record(Kind.OBSERVED, target_name="ada@example.com" if number % 2 else "bo@example.com")
        page = reader.get(to("list"), {"q": "ada@"}).context["page"]
        second = reader.get(to("list") + page.next).context["page"]
        assert {row["target_name"] for row in second.values} == {"ada@example.com"}


class TestSignIns:
    """They belong to no organization: a reader sees those of who works in hers."""

    def test_those_of_who_holds_a_grant_here_are_shown(self, shown: Shown, auditor: Operator) -> None:
        mine = [
            record(kind, "", Actor(auditor.pk, auditor.email), target_name=auditor.email)
            for kind in (Kind.SIGNED_IN, Kind.SIGNED_OUT, Kind.CHANGED)
        ]
        assert shown() == [entry.seq for entry in reversed(mine)]

    def test_failed_ones_too_though_nobody_is_signed_in(self, shown: Shown, auditor: Operator) -> None:
        nobody = Actor(0, "anonymous", "192.0.2.66")
        wanted = record(Kind.SIGN_IN_FAILED, "", nobody, target_name=auditor.email)
        record(Kind.SIGN_IN_FAILED, "", nobody, target_name="somebody@else.example")
        assert shown() == [wanted.seq]

    def test_those_of_others_are_not(self, shown: Shown) -> None:
        elsewhere = Organization.objects.create(organization_id="m-2", slug="other", region="us-east-1")
        other = world.operator("Owner", elsewhere)
        entry = record(Kind.SIGNED_IN, "", Actor(other.pk, other.email))
        assert shown() == []
        assert world.browser(world.operator("Auditor", elsewhere, name="aino")).get(
            f"/o/other/ledger/{entry.seq}/"
        )

    def test_other_entries_without_an_organization_are_nobodys_here(
        self, shown: Shown, auditor: Operator
    ) -> None:
        record(Kind.DENIED, "", Actor(auditor.pk, auditor.email))
        assert shown() == []


class TestNarrowed:
    @pytest.fixture
    def nell(self, organization: Organization) -> Client:
        return world.browser(world.operator("Auditor", organization, "example.com", name="nell"))

    def test_she_sees_what_was_done_within_her_domains_and_no_sign_ins(
        self, organization: Organization, auditor: Operator, nell: Client, shown: Shown
    ) -> None:
        ada, zoe = person(organization, "ada"), person(organization, "zoe", "far.example")
        mine = done(target=ada.entity_id)
        done(target=zoe.entity_id)
        done("CreateUser")
        record(Kind.SIGNED_IN, "", Actor(auditor.pk, auditor.email))
        assert shown(nell) == [mine.seq]

    def test_open_ones_of_others_are_not_there_either(
        self, organization: Organization, nell: Client, shown: Shown
    ) -> None:
        intend(target=person(organization, "zoe", "far.example").entity_id)
        mine = intend(target=person(organization, "ada").entity_id)
        assert shown(nell, outcome="open") == [mine.seq]


class TestCost:
    def test_a_page_of_fifty_takes_as_many_queries_as_one_of_one(
        self, reader: Client, django_assert_max_num_queries: Any
    ) -> None:
        done()
        reader.get(to("list"))
        with CaptureQueriesContext(connection) as few:
            reader.get(to("list"))
        for _ in range(60):
            done()
        with django_assert_max_num_queries(QUERIES) as many:
            reader.get(to("list"))
        assert len(many) == len(few)

    @pytest.mark.parametrize("params", ["", "?outcome=done", "?outcome=refused", "?operation=UpdateUser"])
    def test_no_query_of_it_goes_through_the_whole_ledger(
        self, reader: Client, params: str, organization: Organization
    ) -> None:
        if connection.vendor != "sqlite":
            pytest.skip("PostgreSQL plans by the size of the table; the benchmark measures there")
        done()
        with CaptureQueriesContext(connection) as queries:
            reader.get(to("list") + params)
        asked = [query["sql"] for query in queries if "ledger_entry" in query["sql"]]
        plans = [step for sql in asked for step in plan(sql)]
        assert asked
        assert not [step for step in plans if step.startswith("SCAN") or "ledger_kind" in step]


def plan(sql: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [row[3] for row in cursor.fetchall()]


def test_home_shows_that_the_log_does_not_verify(organization: Organization) -> None:
    Proof.objects.create(kind=Proof.Kind.VERIFICATION, at=timezone.now(), problem="BAD at entry 2")
    for role, is_told in (("Owner", True), ("Helpdesk", False)):
        page = world.browser(world.operator(role, organization)).get(f"/o/{organization.slug}/")
        assert ("Verification of the audit log failed: BAD at entry 2." in world.body(page)) is is_told
