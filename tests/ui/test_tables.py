"""Keyset paging: every row exactly once, in order, whatever the sort, the ties and the nulls."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.ui import markup
from console.ui.keyset import MAX_CURSOR_LENGTH, Cursor
from console.ui.tables import Column, Table, TablePage, Values, format_count, paginate, sort_rows
from tests.ui.shelf import Thing

START = datetime(2026, 1, 1, tzinfo=UTC)


def linked(row: Values) -> str:
    return markup.link(f"{row['base']}{row['id']}/", row["label"])


TABLE = Table(
    columns=(
        Column(
            "label",
            "Label",
            sort="label",
            show=linked,
        ),
        Column("size", "Size", sort="size", numeric=True, hide="md"),
        Column("count", "Count", sort="count"),
        Column("seen", "Seen", sort="seen"),
        Column("note", "Note", fields=()),
    ),
    default_sort="label",
    key="id",
    identity="id",
)
PLAIN = Table(TABLE.columns[1:4], "count", key="id", fields=("id",))
SORTS = [f"{sign}{name}" for name in ("size", "count", "seen") for sign in ("", "-")]
rows = st.lists(
    st.tuples(
        st.none() | st.sampled_from([0.0, 1.5, 2.25]),
        st.integers(-2, 2),
        st.none() | st.integers(0, 3).map(lambda days: START + timedelta(days=days, microseconds=days)),
    ),
    max_size=25,
)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shelf")]


def fill(values: list[tuple[Any, ...]]) -> None:
    Thing.objects.all().delete()
    Thing.objects.bulk_create(
        Thing(label=f"thing {count}", size=size, count=count, seen=seen) for size, count, seen in values
    )


def page_at(address: str, table: Table = PLAIN, size: int = 4) -> TablePage:
    return paginate(Thing.objects.all(), table, QueryDict(address.removeprefix("?")), size)


def ids(page: TablePage) -> list[int]:
    return [row["id"] for row in page.values]


def expected(sort: str) -> list[int]:
    """What Python makes of it: nulls smallest, ties by key, all turned round when it descends."""
    name, descending = sort.removeprefix("-"), sort.startswith("-")

    def place(thing: Thing) -> tuple[Any, ...]:
        value = getattr(thing, name)
        return (value is not None, value if value is not None else 0, thing.pk)

    return [thing.pk for thing in sorted(Thing.objects.all(), key=place, reverse=descending)]


class TestPaging:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(values=rows, sort=st.sampled_from(SORTS), size=st.integers(1, 7))
    def test_every_row_is_seen_once_forwards_and_once_backwards(
        self, values: list[tuple[Any, ...]], sort: str, size: int
    ) -> None:
        fill(values)
        forwards, page = [], page_at(f"sort={sort}", size=size)
        pages = [page]
        while page.next:
            page = page_at(page.next, size=size)
            pages.append(page)
        forwards = [each for one in pages for each in ids(one)]
        assert forwards == expected(sort)
        backwards = ids(page)
        while page.previous:
            page = page_at(page.previous, size=size)
            backwards = ids(page) + backwards
        assert backwards == expected(sort)
        assert all(len(one) == size for one in pages[:-1])

    def test_rows_that_appear_and_vanish_between_pages_shift_nothing(self) -> None:
        fill([(None, number, None) for number in range(10)])
        first = page_at("sort=count")
        Thing.objects.filter(pk__in=ids(first)).delete()
        Thing.objects.create(label="before all", count=-5)
        assert [row["count"] for row in page_at(first.next).values] == [4, 5, 6, 7]

    def test_a_page_costs_one_query(self) -> None:
        fill([(1.0, number % 3, None) for number in range(20)])
        address = page_at("sort=count").next
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page_at(address)
        assert len(queries) == 1

    def test_the_condition_of_a_page_can_walk_an_index(self) -> None:
        fill([(1.0, number, None) for number in range(20)])
        with CaptureQueriesContext(connection) as queries:
            page_at(page_at("sort=count").next)
        sql = queries[-1]["sql"]
        assert ">=" in sql
        assert "OFFSET" not in sql

    def test_the_first_page_leads_nowhere_back(self) -> None:
        fill([(1.0, number, None) for number in range(6)])
        first = page_at("sort=count")
        assert (first.first, first.previous) == ("", "")
        second = page_at(first.next)
        assert second.next == ""
        assert second.first == "?sort=count"

    def test_an_empty_table_has_an_empty_page(self) -> None:
        fill([])
        page = page_at("")
        assert (len(page), page.next, page.previous) == (0, "", "")


def forged(*parts: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode()


class TestCursors:
    @pytest.mark.parametrize(
        "cursor",
        [
            "",
            "nonsense",
            "%00",
            "=" * 10,
            "ü",
            base64.urlsafe_b64encode(b"[" * MAX_CURSOR_LENGTH).decode(),
            forged(),
            forged("count", 1),
            forged("count", 1, None),
            forged("count", None, 1),
            forged("count", "x", 1),
            forged("count", {"a": 1}, 1),
            forged("count", 1, "x"),
            forged("size", float("nan"), 1),
            forged("label", "\0", 1),
            forged("label", "\ud800", 1),
            forged("-count", 1, 1),
            forged("other", 1, 1),
        ],
    )
    @pytest.mark.parametrize("way", ["after", "before"])
    def test_a_damaged_or_foreign_cursor_gives_the_first_page(self, cursor: str, way: str) -> None:
        fill([(1.0, number, None) for number in range(6)])
        query = QueryDict(mutable=True)
        query["sort"], query[way] = "count", cursor
        assert ids(paginate(Thing.objects.all(), PLAIN, query, 4)) == expected("count")[:4]

    def test_a_number_beyond_every_column_is_no_fault(self) -> None:
        fill([(1.0, number, None) for number in range(6)])
        assert len(page_at(f"sort=count&after={forged('count', 10**30, 1)}")) in {0, 4}

    @given(st.text(max_size=60))
    def test_no_text_at_all_is_a_fault(self, text: str) -> None:
        Cursor.read({"after": text})

    @given(
        st.none() | st.integers() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
    )
    def test_what_was_written_is_read(self, value: Any) -> None:
        written = Cursor("name", value, 7)
        assert Cursor.read({"before": str(written)}) == Cursor("name", value, 7, backwards=True)


class TestHeaders:
    def test_the_current_sort_is_announced_and_turned_by_its_link(self) -> None:
        fill([])
        page = page_at("sort=count&q=ana&after=zzz", TABLE)
        label, size, count, *_ = page.headers
        assert (count.aria, count.href) == ("ascending", "?sort=-count&q=ana")
        assert (size.aria, size.href) == ("", "?sort=size&q=ana")
        assert (size.css, label.css) == ("d-none d-md-table-cell numeric", "")

    def test_a_descending_sort_turns_back(self) -> None:
        fill([])
        header = page_at("sort=-count").headers[1]
        assert (header.aria, header.href) == ("descending", "?sort=count")

    def test_an_unknown_sort_is_the_default_one(self) -> None:
        fill([])
        assert page_at("sort=password").sort == "count"

    def test_a_column_without_sort_has_no_link(self) -> None:
        table = Table((Column("label", "Label"), Column("count", "Count", sort="count")), "count")
        assert page_at("", table).headers[0].href == ""


class TestCells:
    def test_values_join_what_the_view_adds_and_are_escaped(self) -> None:
        Thing.objects.all().delete()
        thing = Thing.objects.create(label="<b>ana</b>")
        note = Column("note", "Note", fields=(), show=lambda row: "a & b")
        table = Table((TABLE.columns[0], note), "label", key="id", identity="id")
        page = paginate(Thing.objects.all(), table, QueryDict(), extra={"base": "/people/"})
        link = f'<a href="/people/{thing.pk}/">&lt;b&gt;ana&lt;/b&gt;</a>'
        assert page.rows[0].cells == f"<td>{link}</td><td>a &amp; b</td>"
        assert page.rows[0].id == str(thing.pk)

    def test_a_count_stops_at_its_cap(self) -> None:
        fill([(1.0, number, None) for number in range(5)])
        assert (format_count(Thing.objects.all(), 5), format_count(Thing.objects.all(), 4)) == ("5", "4+")

    def test_all_rows_come_in_the_order_of_the_page(self) -> None:
        fill([(None, 1, None), (2.0, 0, None), (None, 0, None)])
        assert [
            thing.pk for thing in sort_rows(Thing.objects.all(), PLAIN, QueryDict("sort=-size"))
        ] == expected("-size")

    def test_a_column_without_a_look_of_its_own_shows_its_first_field(self) -> None:
        fill([(None, 3, None)])
        table = Table((Column("by", "By", ("count",)), Column("size", "Size")), "by")
        assert page_at("", table).rows[0].cells == f"<td>3</td><td>{markup.DASH}</td>"
