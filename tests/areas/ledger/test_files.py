"""The ledger as files: a CSV that no spreadsheet computes, JSON lines that prove themselves."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from console.ledger import chain, journal
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators.models import Operator
from tests.areas import world
from tests.areas.ledger.conftest import done, intend, person, record, to
from tests.ledger.support import keys
from tests.ledger.test_command import ledger, offline

pytestmark = pytest.mark.django_db
Kind = Entry.Kind


def rows(client: Client, **params: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(world.body(client.get(to("csv"), params)).lstrip("\ufeff"))))


def lines(client: Client, **params: str) -> list[dict[str, Any]]:
    """The entries between the head and the signed end."""
    _, *entries, _, rest = world.body(client.get(to("jsonl"), params)).split("\n")
    assert rest == ""
    return [json.loads(line) for line in entries]


class TestCsv:
    def test_has_the_rows_of_the_view_with_their_results(self, reader: Client) -> None:
        done("ResetPassword", target_name="ada@example.com", ticket="T-1")
        done("UpdateUser", target_name="bo@example.com")
        found = rows(reader, q="ada@")
        assert [(row["What"], row["On"], row["Result"], row["Ticket"]) for row in found] == [
            ("ResetPassword", "ada@example.com", "done", "T-1")
        ]

    @pytest.mark.parametrize("text", ["=1+1", "+49 30", "-1", "@SUM(A1)", "\t=1", "\uff1dcmd|' /C calc'!A0"])
    def test_a_spreadsheet_computes_none_of_it(self, reader: Client, text: str) -> None:
        done(target_name=text, reason=text, ticket=text)
        row = rows(reader)[0]
        assert {row["On"], row["Why"], row["Ticket"]} == {f"'{text}"}

    def test_is_a_download_with_a_name_of_its_own(self, reader: Client) -> None:
        answer = reader.get(to("csv"))
        assert answer["Content-Disposition"].startswith('attachment; filename="ledger_example_')
        assert answer["Content-Type"] == "text/csv; charset=utf-8"


class TestJsonLines:
    def test_every_line_is_an_entry_as_it_was_signed(self, reader: Client) -> None:
        done(target_name="ada@example.com", reason="Ünïcode \u2028 “quotes” \\ and 😀")
        record(Kind.OBSERVED, operation="UpdateUser")
        found = lines(reader)
        assert [line["seq"] for line in found] == [1, 2, 3]
        for line in found:
            assert chain.sign_entry(line, keys()[line["key_id"]]) == line["hash"]

    def test_a_changed_line_shows(self, reader: Client) -> None:
        done()
        line = lines(reader)[0]
        assert chain.sign_entry({**line, "operator": "mallory"}, keys()[line["key_id"]]) != line["hash"]

    def test_one_entry_is_one_line_whatever_it_says(self, reader: Client) -> None:
        done(reason="first\nsecond\r\nthird\x85fourth\u2029fifth")
        text = world.body(reader.get(to("jsonl")))
        assert text.count("\n") == 1 + 2 + 1

    def test_the_filter_holds(self, reader: Client) -> None:
        done("ResetPassword")
        wanted = done("UpdateUser")
        assert [line["seq"] for line in lines(reader, operation="UpdateUser")] == [wanted.seq, wanted.seq + 1]


class TestVerifying:
    """What the page gives is what `manage.py ledger verify FILE` takes."""

    @pytest.fixture(params=[{}, {"operation": "ResetPassword"}, {"q": "nothing at all"}])
    def file(self, request: pytest.FixtureRequest, reader: Client, tmp_path: Path) -> Path:
        for operation in ("UpdateUser", "ResetPassword", "UpdateUser", "ResetPassword"):
            done(operation, reason="first\nsecond\u2028")
        path = tmp_path / "ledger.jsonl"
        path.write_bytes(b"".join(reader.get(to("jsonl"), request.param).streaming_content))  # type: ignore[attr-defined]  # it streams
        return path

    def test_a_file_is_in_order_filtered_or_not(self, file: Path) -> None:
        code, output = ledger("verify", file)
        assert code == 0, output
        assert "a part of 8 entries, filter: example" in output
        assert offline(file).returncode == 0
        assert ledger("verify", "--anchors", file)[0] == 0

    def test_any_change_is_detected(self, file: Path) -> None:
        lines = file.read_bytes().splitlines(keepends=True)
        changed = [lines[:-1], lines[1:], [*lines[:-1], lines[-1].replace(b"example", b"nothing")]]
        changed += [lines[:at] + lines[at + 1 :] for at in range(1, len(lines) - 1)]
        changed += [[*lines[:at], lines[at], *lines[at:]] for at in range(1, len(lines) - 1)]
        changed += [[*lines, lines[0]], [lines[0].replace(b', "part": true', b""), *lines[1:]]]
        for each in changed:
            file.write_bytes(b"".join(each))
            assert ledger("verify", file)[0] == 1, each


class TestRights:
    @pytest.mark.parametrize("name", ["list", "csv", "jsonl"])
    def test_not_for_the_helpdesk_whose_attempt_is_entered(
        self, organization: Organization, name: str
    ) -> None:
        somebody = world.operator("Helpdesk", organization)
        assert world.browser(somebody).get(to(name)).status_code == 403
        entry = Entry.objects.get(kind=Kind.DENIED)
        assert entry.operation == ("ReadLedger" if name == "list" else "ExportLedger")
        assert entry.operator_id == somebody.pk

    def test_a_narrowed_reader_gets_the_csv_of_hers_and_no_signed_entries(
        self, organization: Organization, auditor: Operator
    ) -> None:
        nell = world.browser(world.operator("Auditor", organization, "example.com", name="nell"))
        ada, zoe = person(organization, "ada"), person(organization, "zoe", "far.example")
        done(target=ada.entity_id, target_name=ada.email)
        done(target=zoe.entity_id, target_name=zoe.email)
        assert [row["On"] for row in rows(nell)] == ["ada@example.com"]
        assert nell.get(to("jsonl")).status_code == 403
        assert Entry.objects.get(kind=Kind.DENIED).operation == "ExportLedger"
        assert "JSON lines" not in world.body(nell.get(to("list")))

    def test_reading_is_not_exporting(self, organization: Organization, auditor: Operator) -> None:
        role = auditor.grants.get().role
        role.permissions = ["ReadLedger"]
        role.save()
        client = world.browser(auditor)
        assert "ledger.csv" not in world.body(client.get(to("list")))
        assert client.get(to("csv")).status_code == 403


class TestSecrets:
    def test_what_was_never_entered_is_in_no_file(self, reader: Client) -> None:
        entry = intend("ResetPassword", target="u-1", params={"UserId": "u-1", "Password": "[redacted]"})
        journal.record_outcome(entry, Entry.Outcome.DONE)
        assert "[redacted]" in world.body(reader.get(to("jsonl")))
