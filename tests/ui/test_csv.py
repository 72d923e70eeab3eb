"""A list as a file: what a spreadsheet would compute stays text, and nothing is lost."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from console.actor import Actor
from console.mirror.models import Organization
from console.ui.csv_text import FORMULA_STARTS, guard_cell, unguard_cell, write_rows
from console.ui.tables import Column, Table
from console.web.downloads import content_disposition, stream_table
from tests.ui.shelf import Thing

cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def asked() -> Any:
    request: Any = RequestFactory().get("/people.csv")
    request.actor, request.resolver_match = Actor(1, "ada@desk.example"), None
    request.organization = Organization(organization_id="m-1")
    return request


class TestTheGuard:
    @pytest.mark.parametrize("start", FORMULA_STARTS)
    def test_a_cell_that_begins_like_a_formula_is_text(self, start: str) -> None:
        assert guard_cell(f"{start}HYPERLINK(1)").startswith("'")

    @pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d"])
    def test_whatever_that_cannot_be_seen_stands_before_it(self, sign: str) -> None:
        for before in (" ", "\u00a0", "\ufeff", "\u200b", "\u2060", "\u00ad", " \u200b", "\x01", "\u3000"):
            assert guard_cell(f"{before}{sign}HYPERLINK(1)") == f"'{before}{sign}HYPERLINK(1)"

    @given(st.text())
    def test_no_text_comes_out_as_a_formula(self, text: str) -> None:
        assert not guard_cell(text).startswith(FORMULA_STARTS)

    @given(st.text() | st.sampled_from(["'=1", "''+x", "'", "'a", "\uff0d1"]))
    def test_what_it_did_is_taken_off_again(self, text: str) -> None:
        assert unguard_cell(guard_cell(text)) == text

    @given(st.text())
    def test_what_somebody_typed_without_it_is_left_alone(self, text: str) -> None:
        assert unguard_cell(text) == text or text.startswith("'")

    def test_a_number_stays_a_number(self) -> None:
        assert (guard_cell(-5), guard_cell(2.5)) == ("-5", "2.5")

    def test_values_are_written_plainly(self) -> None:
        moment = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
        cells = [guard_cell(each) for each in (None, True, False, moment, ["a", "b"])]
        assert cells == ["", "yes", "no", "2026-11-21T07:00:00+00:00", "a b"]


class TestTheFile:
    @given(
        st.lists(
            st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=8), min_size=2, max_size=2)
        )
    )
    def test_it_is_read_back_as_it_was_written(self, rows: list[list[str]]) -> None:
        text = "".join(write_rows(["one", "two"], rows))
        assert text.startswith("\ufeff")
        read = list(csv.reader(io.StringIO(text[1:], newline="")))
        assert read == [["one", "two"], *([guard_cell(cell) for cell in row] for row in rows)]

    @pytest.mark.django_db
    @pytest.mark.usefixtures("shelf")
    def test_a_query_is_streamed_with_the_columns_of_its_table(self) -> None:
        Thing.objects.create(label="=1+1", count=3)
        table = Table(
            (
                Column("label", "Label"),
                Column("state", "State", fields=("count",)),
                Column("act", "", csv=None),
            ),
            "label",
        )
        response: Any = stream_table(asked(), "people.csv", Thing.objects.all(), table)
        content = b"".join(response.streaming_content).decode()
        assert content == "\ufeffLabel,State\r\n'=1+1,3\r\n"
        assert response["Content-Type"] == "text/csv; charset=utf-8"

    def test_its_name_survives_every_script(self) -> None:
        assert (
            content_disposition("people.csv")
            == "attachment; filename=\"people.csv\"; filename*=UTF-8''people.csv"
        )
        assert content_disposition('a"\r\nb 佐.csv').startswith('attachment; filename="a___b__.csv"; ')
        assert content_disposition("ü.csv").endswith("filename*=UTF-8''%C3%BC.csv")
