"""`manage.py ledger`, and the verifier that needs no database and no Django."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import override_settings

from console.ledger import chain, export_file, stored_chain
from tests.ledger.conftest import ROOT
from tests.ledger.support import as_owner, fill, intend, keys, sql

pytestmark = pytest.mark.django_db


def ledger(*arguments: object) -> tuple[int, str]:
    """Exit code and output."""
    output = io.StringIO()
    try:
        call_command("ledger", *map(str, arguments), stdout=output)
    except SystemExit as end:
        return int(str(end.code)), output.getvalue()
    return 0, output.getvalue()


def offline(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    """As on another machine: no settings, no database, no Django to be found."""
    pairs = ",".join(f"{name}={text}" for name, text in settings.LEDGER_KEYS.items())
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    without_django = "import sys; sys.modules['django'] = None; import runpy; sys.argv[0] = 'chain';"
    run = f"{without_django} runpy.run_module('console.ledger', run_name='__main__')"
    return subprocess.run(
        [sys.executable, "-c", run, *map(str, arguments)],
        cwd=ROOT,
        env={**kept, "LEDGER_KEYS": pairs, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def export(tmp_path: Path) -> Path:
    fill(5)
    intend("Zoë ❤\u2028\n", reason="line\r\nbreaks")
    path = tmp_path / "ledger.jsonl"
    assert ledger("export", path) == (0, "")
    return path


def changed(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> Path:
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    return path


class TestVerify:
    def test_says_ok_and_how_many(self) -> None:
        fill(3)
        assert ledger("verify") == (0, "OK: 3 entries\n")

    def test_names_the_first_bad_entry_and_fails(self) -> None:
        fill(3)
        with as_owner():
            sql("UPDATE ledger_entry SET reason = 'no' WHERE seq = 2")
        code, output = ledger("verify")
        assert code == 1
        assert "BAD at entry 2" in output

    def test_tells_programs_the_same(self) -> None:
        fill(3)
        with as_owner():
            sql("DELETE FROM ledger_entry WHERE seq = 3")
        code, output = ledger("verify", "--json")
        found = json.loads(output)
        assert (code, found["ok"], found["first_bad_seq"], found["count"]) == (1, False, 3, 2)

    @override_settings(LEDGER_KEYS={})
    def test_without_keys_proves_nothing(self) -> None:
        with pytest.raises(CommandError, match="LEDGER_KEYS"):
            ledger("verify")


class TestAnAnchor:
    def test_shows_what_the_database_alone_cannot(self, tmp_path: Path) -> None:
        anchors = tmp_path / "anchors"
        fill(2)
        old = stored_chain.get_head()
        assert old
        ledger("anchor", anchors)
        fill(1)
        ledger("anchor", anchors)
        with as_owner():
            sql("DELETE FROM ledger_entry WHERE seq = 3")
            sql("UPDATE ledger_head SET seq = 2, hash = %s, mac = %s", old.hash, old.mac)
        assert ledger("verify")[0] == 0
        code, output = ledger("verify", "--anchors", anchors)
        assert code == 1
        assert "BAD at entry 3" in output

    def test_may_be_any_export(self, export: Path) -> None:
        assert ledger("verify", "--anchors", export)[0] == 0

    def test_of_a_ledger_without_a_head_is_none(self) -> None:
        with as_owner():
            sql("DELETE FROM ledger_head")
        with pytest.raises(CommandError, match="no head"):
            ledger("anchor", "-")

    @pytest.mark.parametrize("text", ["", "OK: 3 entries\n", '{"head": {"seq": 1}}\n'])
    def test_file_without_a_usable_anchor_is_an_error(self, tmp_path: Path, text: str) -> None:
        anchors = tmp_path / "anchors"
        anchors.write_text(text)
        fill(1)
        with pytest.raises(CommandError, match=r"anchor|damaged"):
            ledger("verify", "--anchors", anchors)

    def test_that_is_forged_is_an_error(self, tmp_path: Path) -> None:
        anchors = tmp_path / "anchors"
        anchors.write_text(chain.SignedHead(1, "f" * 64, "test", "0" * 64).line() + "\n")
        fill(1)
        code, output = ledger("verify", "--anchors", anchors)
        assert (code, "not signed" in output) == (1, True)


class TestAnExport:
    def test_has_a_line_an_entry_between_two_heads(self, export: Path) -> None:
        first, *lines, last = export.read_text(encoding="utf-8").split("\n")[:-1]
        assert first == last
        assert [json.loads(line)["seq"] for line in lines] == [1, 2, 3, 4, 5, 6]
        assert json.loads(json.loads(lines[0])["body"])["params"]["DisplayName"] == "Grace 0"

    def test_goes_to_the_standard_output_too(self, export: Path) -> None:
        assert ledger("export", "-")[1] == export.read_bytes().decode()

    @pytest.mark.django_db(databases=[])
    def test_verifies_without_a_database(self, tmp_path: Path) -> None:
        path = tmp_path / "empty.jsonl"
        seal = chain.SignedHead.make(0, chain.GENESIS, keys())
        path.write_text("".join(f"{line}\n" for line in export_file.format_export([], seal)))
        assert ledger("verify", path) == (0, "OK: 0 entries\n")

    def test_verifies_without_django(self, export: Path) -> None:
        done = offline(export)
        assert (done.returncode, done.stdout, done.stderr) == (0, "OK: 6 entries\n", "")

    def test_does_not_verify_with_another_key(self, export: Path) -> None:
        done = offline(export, "--json", LEDGER_KEYS="test=" + "cd" * 32)
        assert (done.returncode, json.loads(done.stdout)["first_bad_seq"]) == (1, 1)

    def test_older_than_an_anchor_does_not_verify(self, export: Path, tmp_path: Path) -> None:
        anchors = tmp_path / "anchors"
        intend()
        ledger("anchor", anchors)
        done = offline(export, "--anchors", anchors)
        assert (done.returncode, "BAD at entry 7" in done.stdout) == (1, True)

    @pytest.mark.parametrize(
        ("change", "first_bad"),
        [
            (lambda lines: lines[:-1], 7),
            (lambda lines: lines[:-2], 6),
            (lambda lines: [*lines[:-1], lines[-1][:9]], 7),
            (lambda lines: [*lines[:3], lines[-1]], 3),
            (lambda lines: lines[1:], 1),
            (lambda lines: [], 1),
            (lambda lines: [*lines, lines[2]], 7),
            (lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]], 2),
            (lambda lines: [*lines[:2], lines[2].replace(b"Grace", b"Grant"), *lines[3:]], 2),
            (lambda lines: [*lines[:2], lines[2].replace(b'"seq":2', b'"seq":2,"seq":2'), *lines[3:]], 2),
            (lambda lines: [*lines[:2], lines[2].replace(b'"seq":2', b'"seq": 2'), *lines[3:]], 2),
            (lambda lines: [*lines[:2], lines[2].replace(b"Grace", b"Gr\xffce"), *lines[3:]], 2),
            (lambda lines: [*lines[:2], lines[2].replace(b"\n", b"\r\n"), *lines[3:]], 2),
            (lambda lines: [*lines[:2], b"[" * 100_000 + b"\n", *lines[3:]], 2),
            (lambda lines: [*lines[:2], b"\n", *lines[3:]], 2),
            (lambda lines: [line.replace(b'"seq": 6', b'"seq": 5') for line in lines[:6]], 6),
        ],
    )
    def test_that_was_changed_is_detected(
        self, change: Callable[[list[bytes]], list[bytes]], first_bad: int, export: Path
    ) -> None:
        code, output = ledger("verify", "--json", changed(export, change))
        assert (code, json.loads(output)["first_bad_seq"]) == (1, first_bad)
