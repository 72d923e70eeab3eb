"""`make test` itself: what it runs, and what it does about a service that is not there."""

import sys
from pathlib import Path

import pytest

from tests import services, suite


@pytest.fixture
def nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without PostgreSQL, Redis and Chromium."""
    monkeypatch.setattr(services, "find_postgresql", lambda: "")
    monkeypatch.setattr(services, "find_redis", lambda: "")
    monkeypatch.setenv("PATH", "/nowhere")


@pytest.mark.usefixtures("nothing")
class TestWithoutServices:
    NEEDS = (services.postgresql, services.redis, services.chromium)

    @pytest.mark.parametrize("need", NEEDS)
    def test_a_test_that_needs_one_is_skipped_with_the_reason(
        self, need: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("REQUIRE_SERVICES", raising=False)
        assert callable(need)
        with pytest.raises(pytest.skip.Exception, match=r"PostgreSQL|Redis|chromium"):
            need()

    @pytest.mark.parametrize("need", NEEDS)
    def test_it_fails_instead_where_services_are_required(
        self, need: object, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REQUIRE_SERVICES", "1")
        assert callable(need)
        with pytest.raises(pytest.fail.Exception, match="REQUIRE_SERVICES"):
            need()

    @pytest.mark.parametrize(("required", "code"), [("0", 0), ("1", 1)])
    def test_the_run_on_postgresql_says_that_it_is_left_out(
        self, required: str, code: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("REQUIRE_SERVICES", required)
        (step,) = suite.on_postgresql()
        assert suite.run(step).code == code
        assert services.NO_POSTGRESQL in capfd.readouterr().out


class TestDatabases:
    def test_what_is_left_out_on_one_runs_on_the_other(self) -> None:
        for path in suite.ON_POSTGRESQL_ALONE:
            assert (suite.ROOT / "tests" / path).exists(), path
            assert path.partition("/")[0] in suite.TOUCH_THE_DATABASE
            assert not any(other.startswith(path) for other in suite.ON_SQLITE_ALONE)

    def test_without_a_server_sqlite_runs_everything(self, nothing: None) -> None:
        assert suite.on_sqlite().command == suite.PYTEST

    def test_with_one_it_leaves_out_what_runs_there(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(services, "find_postgresql", lambda: "postgres://server/db")
        left_out = {each for each in suite.on_sqlite().command if each.startswith("--ignore")}
        (other,) = suite.on_postgresql()
        assert left_out == set(suite.ignoring(suite.ON_POSTGRESQL_ALONE))
        assert not left_out & set(other.command)


class TestSteps:
    def test_every_promised_check_is_made(self) -> None:
        commands = "\n".join(" ".join(step.command) for step in suite.checks())
        for promised in (
            "ruff format --check",
            "ruff check",
            "mypy",
            "djhtml --check",
            "manage.py check --fail-level WARNING",
            "makemigrations --check",
        ):
            assert promised in commands

    def test_what_fails_is_named_and_fails_the_run(
        self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        steps = [
            suite.Step("good", (sys.executable, "-c", "print('fine')")),
            suite.Step("bad", (sys.executable, "-c", "raise SystemExit(3)")),
            suite.Step("after", (sys.executable, "-c", "print('still run')")),
        ]
        monkeypatch.setattr(suite, "steps", lambda: steps)
        assert suite.main() == 1
        printed = capfd.readouterr().out
        assert "Failed: bad\n" in printed
        assert "still run" in printed

    def test_pytests_closing_lines_come_last(
        self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        (tmp_path / "test_one.py").write_text("def test_it():\n    pass\n")
        alone = (sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-c", "/dev/null")
        monkeypatch.setattr(suite, "PYTEST", alone)
        monkeypatch.setattr(suite, "steps", lambda: [suite.Step("pytest", (*alone, str(tmp_path)))])
        assert suite.main() == 0
        assert "1 passed" in capfd.readouterr().out.splitlines()[-1]

    def test_two_checkouts_on_one_server_have_databases_of_their_own(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = "postgres://someone@server:5433/postgres"
        here = suite.own_database(server)
        monkeypatch.setattr(suite, "ROOT", Path("/elsewhere"))
        assert here.startswith("postgres://someone@server:5433/console_")
        assert suite.own_database(server) != here

    def test_the_run_on_sqlite_sees_no_other_database(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "postgres://server/production")
        assert "DATABASE_URL" not in suite.environ(suite.Step("pytest on SQLite", suite.PYTEST))
