"""How a sandbox starts and does not: `--help` for newcomers, and one line for whatever is in the way."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from console.sandbox.control_api import ROUTES
from console.sandbox.fixtures import running_sandbox


def start(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "console.sandbox", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    with running_sandbox(tmp_path):
        return tmp_path


def change(state: Path, statement: str) -> None:
    with sqlite3.connect(state / "store.sqlite3") as database:
        database.execute(statement)


class TestHelp:
    def test_says_how_to_begin_and_what_can_be_asked_for(self) -> None:
        shown = start("--help").stdout
        assert "aws --endpoint-url" in shown
        assert "--verify-signatures" in shown
        assert all(f"/_sandbox/{path}" in shown for _, path in ROUTES)


class TestWhatIsInTheWay:
    @pytest.mark.parametrize(
        ("statement", "reason"),
        [
            ("UPDATE meta SET value = '99' WHERE name = 'version'", "newer version"),
            ("UPDATE records SET body = '{' WHERE type = 'User'", "damaged"),
            ("UPDATE records SET body = '{\"colour\": 1}' WHERE type = 'User'", "damaged"),
            ("UPDATE records SET type = 'Unheard' WHERE type = 'User'", "damaged"),
        ],
    )
    def test_in_the_state_is_one_line(self, state: Path, statement: str, reason: str) -> None:
        change(state, statement)
        done = start("--port", "0", "--state", str(state))
        assert done.returncode == 1
        assert reason in done.stderr
        assert len(done.stderr.splitlines()) == 1

    def test_for_a_folder_is_one_line(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        done = start("--port", "0", "--state", str(tmp_path / "file"))
        assert done.returncode == 1
        assert len(done.stderr.splitlines()) == 1

    @pytest.mark.parametrize(
        "arguments", [("--port", "99999"), ("--port", "x"), ("--people", "-1"), ("--seed", "all")]
    )
    def test_on_the_command_line_is_said_without_a_stack_trace(self, arguments: tuple[str, str]) -> None:
        done = start(*arguments)
        assert done.returncode == 2
        assert arguments[0] in done.stderr.splitlines()[-1]
        assert "Traceback" not in done.stderr
