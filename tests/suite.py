"""What `make test` runs: every check and the whole test suite, each step with its name and duration."""

import os
import subprocess
import sys
import time
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests import environment, services

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# In the order of the folders: the files with the fewest tests take longest, and must not come last.
IN_TWO = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
PYTEST = (sys.executable, "-m", "pytest", "-q", *IN_TWO)
# Long: every page for every role, a kill at line after line. Their queries are in the other tests, too.
ON_SQLITE_ALONE = (
    "areas/test_access.py",
    "areas/test_escaping.py",
    "crash/test_lines.py",
    "crash/test_planted_faults.py",
)
# Production has PostgreSQL. What the console does otherwise on SQLite (`vendor` in console/: search, paging,
# scopes, the ledger, the clock) is not in these, so that where there is a server they need no second run.
ON_POSTGRESQL_ALONE = (
    *("areas/access_rules", "areas/availability", "areas/changes", "areas/doctor", "areas/domains"),
    *("areas/identity", "areas/impersonation", "areas/lifecycle", "areas/messages", "areas/mobile"),
    *("areas/monitoring", "areas/organizations", "areas/posture", "areas/retention", "areas/saved"),
    *("areas/exports/test_mailboxes.py", "areas/exports/test_pages.py", "areas/exports/test_policies.py"),
    *("areas/groups/test_group.py", "areas/groups/test_handover.py", "areas/groups/test_lifecycle.py"),
    "areas/mailboxes/test_handover.py",
    *("areas/resources/test_capacity.py", "areas/resources/test_creation.py"),
    "areas/resources/test_resource.py",
    *("areas/users/test_bulk.py", "areas/users/test_edit.py", "areas/users/test_field_cases.py"),
    *("areas/users/test_files.py", "areas/users/test_lifecycle.py", "areas/users/test_password.py"),
    *("areas/users/test_person.py", "areas/users/test_relations.py"),
    *("areas/test_bearers.py", "areas/test_downloads.py", "areas/test_failures.py", "areas/test_refusals.py"),
    *("aws", "contract"),
    *("changes/test_altered_steps.py", "changes/test_demands.py", "changes/test_inserting.py"),
    *("changes/test_nothing_goes_round.py", "changes/test_outcomes.py", "changes/test_read_back.py"),
    "changes/test_undo.py",
    *("crash/test_end_to_end.py", "crash/test_poison.py"),
    *("operators/test_access.py", "operators/test_accounts.py", "operators/test_frame.py"),
    *("operators/test_health.py", "operators/test_passwords.py", "operators/test_sign_in.py"),
)
TOUCH_THE_DATABASE = (
    "areas",
    "aws",
    "changes",
    "contract",
    "crash",
    "ledger",
    "mirror",
    "operators",
    "races",
)


@dataclass(frozen=True)
class Step:
    name: str
    command: tuple[str, ...]
    database: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_pytest(self) -> bool:
        return self.command[: len(PYTEST)] == PYTEST


@dataclass(frozen=True)
class Result:
    step: Step
    code: int
    last_line: str


def main() -> int:
    results = [run(step) for step in steps()]
    failed = [result.step.name for result in results if result.code]
    if failed:
        say(f"\nFailed: {', '.join(failed)}")
    say("")
    for result in results:
        if result.step.is_pytest:
            say(f"{result.step.name}: {result.last_line}")
    return 1 if failed else 0


def steps() -> list[Step]:
    return [*checks(), on_sqlite(), *on_postgresql()]


def checks() -> list[Step]:
    manage = (sys.executable, "manage.py")
    return [
        Step("ruff format", (str(BIN / "ruff"), "format", "--check", ".")),
        Step("ruff check", (str(BIN / "ruff"), "check", ".")),
        Step("mypy", (str(BIN / "mypy"),)),
        Step("djhtml", (str(BIN / "djhtml"), "--check", "--tabwidth", "2", "templates")),
        Step("manage.py check", (*manage, "check", "--fail-level", "WARNING")),
        Step("migrations complete", (*manage, "makemigrations", "--check", "--dry-run")),
    ]


def on_sqlite() -> Step:
    """Everything; where there is a PostgreSQL server, without what runs there and differs in nothing."""
    left_out = ON_POSTGRESQL_ALONE if services.find_postgresql() else ()
    return Step("pytest on SQLite", (*PYTEST, *ignoring(left_out)))


def on_postgresql() -> list[Step]:
    """The folders whose code speaks to the database; without a server this is said, not done."""
    name, url = "pytest on PostgreSQL", services.find_postgresql()
    if url:
        folders = [f"tests/{folder}" for folder in TOUCH_THE_DATABASE if (ROOT / "tests" / folder).is_dir()]
        command = (*PYTEST, *folders, *ignoring(ON_SQLITE_ALONE))
        return [Step(name, command, {"DATABASE_URL": own_database(url)})]
    leave = f"print('SKIPPED: {services.NO_POSTGRESQL}'); raise SystemExit({int(services.required())})"
    return [Step(name, (sys.executable, "-c", leave))]


def ignoring(paths: Iterable[str]) -> list[str]:
    return [f"--ignore=tests/{path}" for path in paths]


def own_database(url: str) -> str:
    """The server of `url`, with a database named after this checkout, so that two checkouts do not meet."""
    return f"{url.rpartition('/')[0]}/console_{zlib.crc32(str(ROOT).encode()):08x}"


def run(step: Step) -> Result:
    say(f"\n== {step.name}")
    begun = time.monotonic()
    last_line = ""
    with subprocess.Popen(
        step.command, cwd=ROOT, env=environ(step), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            say(line.rstrip("\n"))
            last_line = line.strip() or last_line
    say(f"-- {step.name}: {time.monotonic() - begun:.1f} s, exit code {process.returncode}")
    return Result(step, process.returncode, last_line)


def environ(step: Step) -> dict[str, str]:
    """The tests' environment; the database is the step's own, or SQLite.

    Bytecode is kept, since each worker would compile all tests anew.
    """
    unwanted = ("DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
    rest = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**environment.DEFAULTS, **rest, **step.database}


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is what the command is for


if __name__ == "__main__":
    sys.exit(main())
