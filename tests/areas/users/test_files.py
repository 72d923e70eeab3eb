"""People as files: out, edited, in again; what a spreadsheet does to them; and new people from a template."""

import csv
import io
import re
from collections.abc import Callable
from typing import Any, Literal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.areas.users import user_fields
from console.areas.users.csv_import import edited_users, new_users, row_versions
from console.changes import control, engine
from console.changes.models import Change, Conditions
from console.ledger.models import Entry
from console.mirror.models import Entity
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from console.ui import encodings, uploaded_table
from console.ui.csv_text import write_rows
from tests.areas import world
from tests.areas.users.conftest import DEE, EVE, NURSES, Desk, Wire

Rows = list[dict[str, str]]


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.changes.budget.max_rate", lambda: 1e9)


def taken(desk: Desk, *ids: str) -> Rows:
    """The file that somebody takes along, as rows."""
    text = world.body(desk.post("file-export", data={"selected": ids or [ADA, BO, CY, DEE, EVE]}))
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


def as_text(rows: Rows, **options: Any) -> str:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), **options)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def bring(desk: Desk, content: str | bytes, name: str = "file-edit", **given: str) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    return desk.post(name, data={"file": SimpleUploadedFile("people.csv", raw), **given})


def steps() -> list[tuple[int | None, str, dict[str, Any]]]:
    return [(each.row, each.operation, each.params) for each in Change.objects.get().steps.all()]


def left() -> list[Any]:
    return list(Change.objects.get().data["left"])


def said(page: Any) -> str:
    return str(page.content.decode())


class TestTakingAlong:
    def test_has_a_column_for_everything_that_may_be_edited(self, helga: Desk) -> None:
        row = next(each for each in taken(helga) if each["UserId"] == DEE)
        assert list(row) == ["UserId", "Name", *user_fields.EDITABLE_COLUMNS, "Version"]
        assert (row["Department"], row["HiddenFromGlobalAddressList"], row["Role"]) == (
            "Surgery",
            "no",
            "USER",
        )

    def test_is_entered_in_the_ledger(self, helga: Desk) -> None:
        taken(helga, ADA, BO)
        entry = Entry.objects.get(kind=Entry.Kind.DOWNLOADED)
        assert (entry.operator, entry.operation) == ("helga@desk.example", "UpdateUser")
        assert entry.body["filter"] == "2 selected"
        assert Entry.objects.get(outcome=Entry.Outcome.SENT).body["rows"] == 2

    def test_and_so_is_the_list_as_a_file(self, helga: Desk) -> None:
        world.body(helga.get("csv", data={"q": "ada"}))
        entry = Entry.objects.get(kind=Entry.Kind.DOWNLOADED)
        assert (entry.operation, entry.body["filter"]) == ("ListUsers", "search is ada")


class TestARoundTrip:
    def test_without_an_edit_changes_nothing(self, helga: Desk) -> None:
        answer = bring(helga, as_text(taken(helga)))
        assert answer.status_code == 303
        assert not Change.objects.exists()

    def test_changes_only_the_cells_that_were_changed(self, helga: Desk, town: TestSandbox) -> None:
        rows = taken(helga)
        at = next(number for number, row in enumerate(rows, 2) if row["UserId"] == DEE)
        rows[at - 2] |= {"Department": "", "Office": "Oslo", "MailboxQuota": "2048"}
        answer = bring(helga, as_text(rows), reason="tidy up", ticket="T-7")
        assert steps() == [
            (at, "UpdateUser", {"UserId": DEE, "Department": "", "Office": "Oslo"}),
            (at, "UpdateMailboxQuota", {"UserId": DEE, "MailboxQuota": 2048}),
        ]
        change = Change.objects.get()
        assert answer["Location"] == f"/o/example/users/file/{change.pk}/"
        control.run_draft(change.requester, change)
        engine.sweep()
        assert town.call("DescribeUser", UserId=DEE)["Office"] == "Oslo"
        assert "Department" not in town.call("DescribeUser", UserId=DEE)

    def test_shows_before_and_after_without_asking_aws(self, helga: Desk) -> None:
        rows = taken(helga, DEE)
        rows[0]["Department"] = "Cardiology"
        answer = bring(helga, as_text(rows))
        Change.objects.get().steps.update(before=None, after=None)
        with world.counted() as calls:
            page = said(helga.client.get(answer["Location"]))
        assert calls == []
        assert "<del>Surgery</del>" in page
        assert "<ins>Cardiology</ins>" in page

    def test_is_entered_in_the_ledger(self, helga: Desk) -> None:
        rows = taken(helga, DEE)
        rows[0]["Department"] = "Cardiology"
        bring(helga, as_text(rows), ticket="T-7")
        entry = Entry.objects.filter(kind=Entry.Kind.REQUESTED).latest("seq")
        assert (entry.target, entry.ticket) == (f"change-{Change.objects.get().pk}", "T-7")
        assert "people.csv with 1 row was" in entry.body["what"]

    def test_a_postal_code_that_lost_its_zero_is_no_edit(self, helga: Desk) -> None:
        person = Entity.objects.get(entity_id=DEE)
        person.details["ZipCode"] = "02115"
        person.save()
        rows = taken(helga, DEE)
        rows[0]["ZipCode"] = "2115"
        assert bring(helga, as_text(rows)).status_code == 303
        assert not Change.objects.exists()

    def test_pasted_works_as_well(self, helga: Desk) -> None:
        rows = taken(helga, DEE)
        rows[0]["Department"] = "Cardiology"
        helga.post("file-edit", data={"text": as_text(rows, delimiter="\t")})
        assert steps() == [(2, "UpdateUser", {"UserId": DEE, "Department": "Cardiology"})]

    def test_what_somebody_else_changed_meanwhile_is_not_changed_back(self, helga: Desk) -> None:
        rows = taken(helga, DEE)
        person = Entity.objects.get(entity_id=DEE)
        person.details["City"] = "Lisbon"
        person.save()
        rows[0]["Department"] = "Cardiology"
        bring(helga, as_text(rows))
        assert steps() == [(2, "UpdateUser", {"UserId": DEE, "Department": "Cardiology"})]

    def test_what_two_changed_is_told(self, helga: Desk) -> None:
        rows = taken(helga, DEE)
        person = Entity.objects.get(entity_id=DEE)
        person.details["Department"] = "Oncology"
        person.save()
        rows[0]["Department"] = "Cardiology"
        page = bring(helga, as_text(rows))
        assert page.status_code == 422
        assert "was changed in WorkMail after this file was made" in said(page)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        texts=st.lists(
            st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
            | st.sampled_from(
                ["=1+1", "'=1", "''-x", "+49 30", "@home", "\uff1dx", "a\r\nb", "x;y", '"', " "]
            ),
            min_size=1,
            max_size=6,
        ),
        delimiter=st.sampled_from([",", ";", "\t"]),
        ends=st.sampled_from(["\r\n", "\n"]),
        codec=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
        marked=st.booleans(),
    )
    def test_of_any_text_by_any_spreadsheet_changes_nothing(
        self, texts: list[str], delimiter: str, ends: str, codec: str, marked: bool
    ) -> None:
        """As a property, of the pieces that the pages put together."""
        people = [
            Entity(entity_id=f"id-{n}", name=f"n{n}", details={"Office": text, "Street": text[::-1]})
            for n, text in enumerate(texts)
        ]
        shown = [
            [
                user_fields.format_cell(user_fields.get_current_values(each)[name])
                for name in user_fields.EDITABLE_COLUMNS
            ]
            for each in people
        ]
        rows = [
            [person.entity_id, person.name, *row, row_versions.make_row_version(row) if marked else ""]
            for person, row in zip(people, shown, strict=True)
        ]
        ours = "".join(write_rows(edited_users.CSV_HEADER, rows)).removeprefix("\ufeff")
        again = io.StringIO(newline="")
        # Python quotes a lone CR only where lines end in one, too.
        quoting: Literal[0, 1] = csv.QUOTE_MINIMAL if "\r" in ends else csv.QUOTE_ALL
        csv.writer(again, delimiter=delimiter, lineterminator=ends, quoting=quoting).writerows(
            csv.reader(io.StringIO(ours, newline=""))
        )
        text, _ = encodings.decode_text(again.getvalue().encode(codec))
        sheet = uploaded_table.parse_table(text, edited_users.HEADER_NAMES, 100)
        assert len(sheet.lines) == len(people)
        for person, line in zip(people, sheet.lines, strict=True):
            now = user_fields.get_current_values(person)
            assert [
                name
                for name in user_fields.EDITABLE_COLUMNS
                if not user_fields.is_same_value(line.cells[name], now[name])
            ] == []


class TestWhatIsWrong:
    """Each with its row, and never for all."""

    def edited(self, desk: Desk, change: Callable[[Rows], object]) -> Any:
        rows = taken(desk, ADA, BO, DEE)
        rows.sort(key=lambda row: row["Name"])
        rows[0]["Office"] = "Oslo"
        change(rows)
        return bring(desk, as_text(rows))

    @pytest.mark.parametrize(
        ("row", "cell", "column", "text"),
        [
            (1, {"Office": "x" * 300}, "Office", "at most 256 characters"),
            (1, {"HiddenFromGlobalAddressList": "maybe"}, "HiddenFromGlobalAddressList", "yes or no"),
            (1, {"MailboxQuota": "lots"}, "MailboxQuota", "between 1 and 51,200"),
            (1, {"MailboxQuota": ""}, "MailboxQuota", "cannot be empty"),
            (1, {"DisplayName": " "}, "DisplayName", "cannot be empty"),
            (1, {"Role": "SYSTEM_USER"}, "Role", "USER or REMOTE_USER"),
            (1, {"UserId": "nobody-has-this"}, "UserId", "No user has this id"),
            (1, {"UserId": "", "Name": "", "Version": ""}, "", "names no user"),
            (1, {"UserId": DEE}, "Name", "not the user that UserId in this row means"),
            (1, {"UserId": ADA, "Name": ""}, "", "is in row 2 already"),
        ],
    )
    def test_is_told_with_row_and_column_and_the_others_are_done(
        self, helga: Desk, row: int, cell: dict[str, str], column: str, text: str
    ) -> None:
        self.edited(helga, lambda rows: rows[row].update(cell))
        assert [each[:3] for each in steps()] == [(2, "UpdateUser", {"UserId": ADA, "Office": "Oslo"})]
        [(number, _, at, told)] = left()
        assert (number, at) == (row + 2, column)
        assert text in told

    def test_stands_on_the_page_and_in_the_result_file(self, helga: Desk) -> None:
        answer = self.edited(helga, lambda rows: rows[1].update(Role="BOSS"))
        page = said(helga.client.get(answer["Location"]))
        assert "1 of 3 rows to change, 1 asks for nothing new, 1 cannot be done" in page
        assert "Role is USER or REMOTE_USER" in page
        change = Change.objects.get()
        result = world.body(helga.client.get(f"/o/example/changes/{change.pk}/steps.csv"))
        lines = list(csv.DictReader(io.StringIO(result.removeprefix("\ufeff"))))
        assert [(line["Row"], line["State"]) for line in lines] == [
            ("2", "Pending"),
            ("3", "Not done"),
            ("4", "Nothing to do"),
        ]

    def test_a_row_that_breaks_off_is_no_wish_to_empty_fields(self, helga: Desk) -> None:
        text = as_text(taken(helga, DEE)) + f"{BO},bo,Bo\r\n"
        page = bring(helga, text)
        assert "15 cells shorter" in said(page) or "cells shorter" in said(page)
        assert page.status_code == 422

    def test_a_quota_without_a_mailbox(self, helga: Desk) -> None:
        page = bring(helga, f"UserId,MailboxQuota\n{CY},2048\n")
        assert "needs a mailbox" in said(page)

    def test_of_a_file_in_which_no_row_is_right_comes_back_with_its_text(self, helga: Desk) -> None:
        page = bring(helga, "Name,Office\nnobody-here,Oslo\n")
        assert page.status_code == 422
        assert "nobody-here,Oslo" in page.context["form"]["text"].value()
        assert "Row 2 (nobody-here): No user has this id, username, email address or alias." in said(page)


class TestScope:
    """Bruno helps the branch alone."""

    def test_who_is_outside_is_as_unknown_as_who_is_not_there(self, bruno: Desk, wire: Wire) -> None:
        text = f"UserId,Name,Office\n{ADA},,Oslo\n,bo,Oslo\nno-such-id,,Oslo\n{DEE},,Oslo\n"
        bring(bruno, text)
        assert [(params["UserId"], row) for row, _, params in steps()] == [(DEE, 5)]
        assert [(row, told) for row, _, _, told in left()] == [
            (n, "No user has this id, username, email address or alias.") for n in (2, 3, 4)
        ]

    def test_what_is_outside_is_not_asked_of_aws(self, bruno: Desk, wire: Wire) -> None:
        bring(bruno, f"UserId,Office\n{ADA},Oslo\n")
        assert wire.calls == []

    def test_a_file_of_somebody_else_is_not_there(self, bruno: Desk, helga: Desk) -> None:
        answer = bring(helga, f"UserId,Office\n{DEE},Oslo\n")
        assert bruno.client.get(answer["Location"]).status_code == 404


class TestSpreadsheets:
    TEXT = "Name;Display name;Office\nada;Ada Çelik;Zürich\n"

    @pytest.mark.parametrize(
        "content",
        [
            TEXT.encode(),
            TEXT.encode("utf-8-sig"),
            TEXT.encode("utf-16"),
            "Name;Office\nada;Zürich\n".encode("cp1252"),
            TEXT.replace("\n", "\r\n").encode(),
            TEXT.replace("\n", "\r").encode(),
            TEXT.replace(";", "\t").encode("utf-16"),
            TEXT.replace(";", ",").encode(),
            b"sep=;\r\n" + TEXT.encode(),
            b"\n\n" + TEXT.encode(),
        ],
        ids=[
            "plain",
            "bom",
            "utf-16",
            "windows",
            "crlf",
            "cr",
            "unicode-text",
            "commas",
            "sep",
            "blank-lines",
        ],
    )
    def test_are_all_read(self, helga: Desk, content: bytes) -> None:
        bring(helga, content)
        assert [params for _, _, params in steps()] == [{"UserId": ADA, "Office": "Zürich"}]

    def test_windows_text_is_read_and_told(self, helga: Desk) -> None:
        bring(helga, "Name;Office\nada;Zürich\n".encode("cp1252"))
        assert "not in UTF-8" in Change.objects.get().data["notes"][0]

    def test_foreign_and_doubled_columns_are_told(self, helga: Desk) -> None:
        bring(helga, "Name,Shoe size,Office,Office\nada,42,Rome,Oslo\n")
        assert [params["Office"] for _, _, params in steps()] == ["Oslo"]
        told = " ".join(Change.objects.get().data["notes"])
        assert "left out: Shoe size" in told
        assert "the last one counts: Office" in told

    @pytest.mark.parametrize(
        ("content", "text"),
        [
            (b"", "Choose a file, or paste its rows"),
            (b"\n\n", "Choose a file, or paste its rows"),
            (b"PK\x03\x04whatever", "zip archive"),
            (b"Office\nOslo\n", "No column identifies the users"),
            (b"Name,Shoe size\nada,42\n", "No column has a value that can be changed"),
            (b"Name,Office\n", "a header and no rows"),
            (b"\xff\xfeN", "ends in the middle of a character"),
        ],
    )
    def test_that_are_of_no_use_are_told_why(self, helga: Desk, content: bytes, text: str) -> None:
        page = bring(helga, content)
        assert page.status_code == 422
        assert text in said(page)

    def test_too_many_rows_are_told(self, helga: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("console.areas.users.csv_import.forms.MAX_ROWS", 1)
        assert "A file can have 1 rows" in said(bring(helga, "Name,Office\nada,x\nbo,y\n"))

    def test_nothing_at_all_asks_for_a_file(self, helga: Desk) -> None:
        assert "Choose a file" in said(helga.post("file-edit", data={}))

    def test_a_missing_reason_loses_nothing(self, helga: Desk) -> None:
        Conditions.objects.create(organization=helga.organization, ask_reason=True)
        page = bring(helga, "Name,Office\nada,Oslo\n")
        assert page.status_code == 422
        assert page.context["form"]["text"].value() == "Name,Office\nada,Oslo\n"


class TestNewPeople:
    HEADER = "Name,DisplayName,Email,Groups,MailboxQuota,Aliases,Department,Role"

    def bring(self, desk: Desk, *rows: str) -> Any:
        return bring(desk, "\n".join([self.HEADER, *rows]), "file-create")

    def test_have_a_template(self, adam: Desk) -> None:
        text = world.body(adam.get("file-template"))
        assert text.strip("\ufeff\r\n").split(",") == list(new_users.NEW_USER_COLUMNS)

    def test_come_to_be_with_all_that_the_row_says(self, adam: Desk, town: TestSandbox) -> None:
        self.bring(
            adam, "gil,Gil Roth,gil@example.com,nurses,2048,gilbert@example.com;g@example.com,Surgery,"
        )
        change = Change.objects.get()
        assert [row for row, _, _ in steps()] == [2] * 7
        control.run_draft(change.requester, change)
        engine.sweep()
        change.refresh_from_db()
        assert change.state == "done"
        shown = town.call("DescribeUser", UserId="gil")
        assert (shown["State"], shown["Email"], shown["Department"]) == (
            "ENABLED",
            "gil@example.com",
            "Surgery",
        )
        assert town.call("GetMailboxDetails", UserId="gil")["MailboxQuota"] == 2048
        assert {"gilbert@example.com", "g@example.com"} <= set(
            town.call("ListAliases", EntityId=shown["UserId"])["Aliases"]
        )
        members = town.call("ListGroupMembers", GroupId=NURSES)["Members"]
        assert shown["UserId"] in [each["Id"] for each in members]

    def test_are_shown_without_any_marker_of_the_console(self, adam: Desk) -> None:
        """Before and after they run: on the pages, in the receipt and in the result file."""
        self.bring(adam, "gil,Gil Roth,gil@example.com,nurses,2048,g@example.com,Surgery,USER")
        change = Change.objects.get()
        for _ in ("planned", "done"):
            urls = (f"users/file/{change.pk}/", *(f"changes/{change.pk}/{each}" for each in ("", "receipt/")))
            shown = "".join(world.body(adam.client.get(f"/o/example/{url}")) for url in urls)
            shown += world.body(adam.client.get(reverse("changes:csv", args=["example", change.pk])))
            assert not re.search(r"\$(generated|from|without)|\[secret\]", shown)
            assert "something else" not in shown
            assert "other values" not in shown
            if change.state == "draft":
                control.run_draft(change.requester, change)
                engine.sweep()
                change.refresh_from_db()
        assert "generated, not shown" in shown or "Gil Roth" in shown
        assert change.state == "done"

    def test_without_an_address_stay_disabled(self, adam: Desk) -> None:
        self.bring(adam, "gil,Gil Roth,,,,,,")
        assert [operation for _, operation, _ in steps()] == ["CreateUser"]

    def test_a_remote_user_has_no_password(self, adam: Desk) -> None:
        self.bring(adam, "gil,Gil,,,,,,REMOTE_USER", "kim,Kim,,,,,,")
        assert ["Password" in params for _, _, params in steps()] == [False, True]

    @pytest.mark.parametrize(
        ("row", "column", "text"),
        [
            (",Gil,,,,,,", "Name", "cannot be empty"),
            ("gil,,,,,,,", "DisplayName", "cannot be empty"),
            ("g l,Gil,,,,,,", "Name", "no blanks"),
            ("ada,Ada,,,,,,", "Name", "is already in use"),
            ("kim,Kim,,,,,,", "Name", "is already in row 2"),
            ("gil,Gil,ada@example.com,,,,,", "Email", "is already in use"),
            ("gil,Gil,countess@example.com,,,,,", "Email", "is already in use"),
            ("gil,Gil,gil@elsewhere.test,,,,,", "Email", "cannot create addresses"),
            ("gil,Gil,gil,,,,,", "Email", "name@example.com"),
            ("gil,Gil,gil@example.com,no-such-group,,,,", "Groups", "no group has this name"),
            ("gil,Gil,gil@example.com,,0,,,", "MailboxQuota", "between 1 and 51,200"),
            ("gil,Gil,gil@example.com,,,x@elsewhere.test,,", "Aliases", "cannot create addresses"),
            ("gil,Gil,,nurses,,,,", "Groups", "needs a mailbox"),
        ],
    )
    def test_a_row_that_cannot_be_is_told_and_the_others_are_made(
        self, adam: Desk, row: str, column: str, text: str
    ) -> None:
        self.bring(adam, "kim,Kim,,,,,,", row)
        assert [(number, operation) for number, operation, _ in steps()] == [(2, "CreateUser")]
        told = [(number, at, words) for number, _, at, words in left()]
        assert told[0][:2] == (3, column)
        assert text in told[0][2]

    def test_one_that_fails_keeps_no_other_from_being_made(self, adam: Desk, wire: Wire) -> None:
        self.bring(adam, "gil,Gil,gil@example.com,,,,,", "kim,Kim,kim@example.com,,,,,")
        wire.refused["RegisterToWorkMail"] = "EmailAddressInUseException"
        change = Change.objects.get()
        control.run_draft(change.requester, change)
        engine.sweep()
        assert [each.state for each in change.steps.all()] == ["done", "refused", "done", "refused"]

    def test_narrowed_rights_reach_nobody_who_has_no_domain_yet(self, adam: Desk) -> None:
        adam.operator.grants.update(domains=["branch.example"])
        self.bring(adam, "gil,Gil,,,,,,", "kim@branch.example,Kim,,,,,,", "pat,Pat,pat@branch.example,,,,,")
        assert [params["Name"] for _, _, params in steps()] == ["kim@branch.example"]
        assert {row for row, *_ in left()} == {2, 4}
