"""What the package promises to whoever installs it: locks, image, containers, policies and scripts."""

import json
import os
import re
import stat
import subprocess
import sys
import tempfile
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
import yaml

from console.aws.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "tests/requirements.lock")
VARIABLE = re.compile(r"\$\{(\w+)(:[?-])?")


def read(name: str) -> str:
    return (ROOT / name).read_text()


def pinned(lock: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==(\S+)", read(lock), re.MULTILINE))


class TestLocks:
    @pytest.mark.parametrize("lock", LOCKS)
    def test_every_package_has_one_version_and_a_hash(self, lock: str) -> None:
        entries = re.sub(r"\\\n\s*", "", read(lock)).splitlines()
        assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []

    @pytest.mark.parametrize("lock", LOCKS)
    def test_no_index_is_named(self, lock: str) -> None:
        assert re.findall(r"https?://|--(?:extra-)?index|--find-links|@ file", read(lock)) == []

    def test_the_tests_run_with_the_versions_that_are_shipped(self) -> None:
        shipped, tested = (pinned(lock) for lock in LOCKS)
        assert {name: tested.get(name) for name in shipped} == shipped


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the installer, a lock and an empty `bin` that leads PATH."""
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "install").write_text(read("scripts/install"))
    (tmp_path / "requirements.lock").write_text("a==1 --hash=sha256:00\n")
    (tmp_path / "bin").mkdir()
    return tmp_path


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def install(checkout: Path) -> subprocess.CompletedProcess[str]:
    command = ["/bin/sh", "scripts/install", "requirements.lock"]
    environ = {"PATH": f"{checkout}/bin:/usr/bin:/bin", "PYTHON": "python3"}
    return subprocess.run(command, cwd=checkout, env=environ, capture_output=True, text=True, check=False)


MAKES_A_VENV = """echo "$@" >> calls
if [ "$1" = venv ]; then mkdir -p .venv/bin; ln -sf /bin/true .venv/bin/python; fi"""


IS_PYTHON_AND_PIP = """echo "$@" >> calls
if [ "$2" = venv ]; then mkdir -p .venv/bin; cp "$0" .venv/bin/python; fi"""


class TestInstalling:
    def test_uv_is_told_to_check_the_hashes(self, checkout: Path) -> None:
        program(checkout / "bin", "python3", "exit 0")
        program(checkout / "bin", "uv", MAKES_A_VENV)
        assert install(checkout).returncode == 0
        assert "--require-hashes -r requirements.lock" in (checkout / "calls").read_text()

    def test_nothing_happens_until_the_lock_changes(self, checkout: Path) -> None:
        program(checkout / "bin", "python3", "exit 0")
        program(checkout / "bin", "uv", MAKES_A_VENV)
        install(checkout)
        first = (checkout / "calls").read_text()
        assert install(checkout).stdout == ""
        assert (checkout / "calls").read_text() == first
        (checkout / "requirements.lock").write_text("a==2 --hash=sha256:00\n")
        install(checkout)
        assert len((checkout / "calls").read_text()) > len(first)

    def test_without_uv_pip_is_told_to_check_the_hashes(self, checkout: Path) -> None:
        program(checkout / "bin", "uv", "exit 1")
        program(checkout / "bin", "python3", IS_PYTHON_AND_PIP)
        assert install(checkout).returncode == 0
        assert "pip install" in (checkout / "calls").read_text()
        assert "--require-hashes -r requirements.lock" in (checkout / "calls").read_text()

    def test_a_python_that_is_too_old_is_named_in_one_line(self, checkout: Path) -> None:
        program(checkout / "bin", "python3", "exit 1")
        done = install(checkout)
        assert done.returncode != 0
        assert done.stderr.startswith("Python 3.11 or newer is needed")
        assert done.stderr.count("\n") == 1

    def test_a_python_without_venv_says_which_package_to_install(self, checkout: Path) -> None:
        program(checkout / "bin", "uv", "exit 1")
        old = 'case "$*" in *ensurepip*) exit 1;; *print*) echo 3.11;; *pip*) exit 1;; esac'
        program(checkout / "bin", "python3", old)
        done = install(checkout)
        assert done.returncode != 0
        assert done.stderr == "Python lacks its venv module: sudo apt-get install python3.11-venv\n"


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(read("docker-compose.yml"))
    return loaded


SERVICES: dict[str, dict[str, Any]] = compose()["services"]
LONG_LIVED = ("web", "worker", "beat", "postgres", "redis")
ONE_SHOT = ("database", "migrate", "roles")
PASSWORDS = ("ADMIN_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD")
LASTING = [name for name, service in SERVICES.items() if service["restart"] != "no"]


class TestCompose:
    def test_production_and_demo_have_the_promised_services(self) -> None:
        demo = {name for name, service in SERVICES.items() if service.get("profiles") == ["demo"]}
        assert demo == {"sandbox", "seed"}
        assert set(SERVICES) - demo == {*LONG_LIVED, *ONE_SHOT}

    @pytest.mark.parametrize("name", SERVICES)
    def test_no_container_can_write_its_root_or_gain_a_right(self, name: str) -> None:
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "privileged" not in service

    @pytest.mark.parametrize("name", [*LONG_LIVED])
    def test_what_ends_by_itself_is_started_again(self, name: str) -> None:
        assert SERVICES[name]["restart"] == "unless-stopped"

    @pytest.mark.parametrize("name", LASTING)
    def test_what_runs_on_has_a_healthcheck(self, name: str) -> None:
        assert SERVICES[name]["healthcheck"]["test"]

    @pytest.mark.parametrize("name", SERVICES)
    def test_nothing_runs_as_root(self, name: str) -> None:
        ours = SERVICES[name]["image"] == "workmail-console"  # whose Dockerfile says who it is
        assert ours or SERVICES[name]["user"] in {"postgres", "redis"}

    def test_no_secret_has_a_default(self) -> None:
        marks: dict[str, set[str]] = {}
        for name, mark in VARIABLE.findall(read("docker-compose.yml")):
            marks.setdefault(name, set()).add(mark)
        secret = {name for name in marks if re.search("KEY|PASSWORD|TOKEN", name)}
        required = {name for name in secret if marks[name] == {":?"}}
        assert required == {"SECRET_KEY", "LEDGER_KEYS", *PASSWORDS}
        assert "${AWS_SECRET_ACCESS_KEY:-}" in read("docker-compose.yml")  # may be missing, and is then empty
        optional = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "SECRET_KEY_FALLBACKS"}
        assert secret - required == optional

    def test_database_and_broker_cannot_be_reached_from_outside(self) -> None:
        assert compose()["networks"]["data"]["internal"] is True
        for name in ("postgres", "redis"):
            assert SERVICES[name]["networks"] == ["data"]
            assert "ports" not in SERVICES[name]

    def test_only_the_migration_knows_the_owner_of_the_tables(self) -> None:
        owners = {name for name, service in SERVICES.items() if "OWNER_PASSWORD" in json.dumps(service)}
        assert owners == {"migrate", "roles", "database"}

    def test_only_the_first_step_knows_the_administrator_of_the_database(self) -> None:
        knowing = {name for name, service in SERVICES.items() if "ADMIN_PASSWORD" in json.dumps(service)}
        assert knowing == {"database", "postgres"}

    def test_no_password_is_an_argument(self) -> None:
        keys = ("command", "entrypoint")
        assert "PASSWORD" not in json.dumps([[each.get(key) for key in keys] for each in SERVICES.values()])

    @pytest.mark.parametrize("name", SERVICES)
    def test_what_a_container_may_use_is_limited(self, name: str) -> None:
        assert SERVICES[name]["pids_limit"] <= 256
        assert re.fullmatch(r"\d+[mg]", SERVICES[name]["mem_limit"])

    def test_images_have_an_exact_version(self) -> None:
        named = {service["image"] for service in SERVICES.values()} - {"workmail-console"}
        named |= set(re.findall(r"^FROM (\S+)", read("Dockerfile"), re.MULTILINE))
        assert {each for each in named if not re.search(r":\d+\.\d+(\.\d+)?-", each)} == set()

    def test_the_script_gives_every_variable_that_is_required(self) -> None:
        required = {name for name, mark in VARIABLE.findall(read("docker-compose.yml")) if mark == ":?"}
        assert required <= set(printed("console.example.com"))
        assert required <= set(printed("--demo"))

    def test_two_installations_share_no_secret(self) -> None:
        one, other = printed("console.example.com"), printed("console.example.com")
        assert {name for name in one if one[name] == other[name]} == {"ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"}

    def test_only_the_demo_speaks_plain_http(self) -> None:
        assert printed("--demo")["INSECURE_HTTP"] == "1"
        assert "INSECURE_HTTP" not in printed("console.example.com")

    def test_the_file_is_its_owners_alone_and_never_overwritten(self, tmp_path: Path) -> None:
        file = tmp_path / "env"
        assert written("console.example.com", file).returncode == 0
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        before = file.read_text()
        again = written("console.example.com", file)
        assert (again.returncode, file.read_text()) == (1, before)
        assert "exists already" in again.stderr


def written(argument: str, file: Path) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "scripts" / "environment"), argument, str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def printed(argument: str) -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "env"
        assert written(argument, file).returncode == 0
        return dict(line.split("=", 1) for line in file.read_text().splitlines())


class TestImage:
    def test_the_last_stage_runs_as_nobody_special(self) -> None:
        last = read("Dockerfile").rpartition("\nFROM ")[2]
        assert re.search(r"^USER (\d+):\1$", last, re.MULTILINE)

    def test_packages_are_installed_with_their_hashes(self) -> None:
        assert re.findall(r"pip install .*", read("Dockerfile")) == [
            "pip install --require-hashes -r /build/requirements.lock"
        ]

    def test_no_secret_stays_in_a_layer(self) -> None:
        settings = re.findall(r"^(?:ENV|ARG) (?:.*\\\n)*.*$", read("Dockerfile"), re.MULTILINE)
        assert settings
        assert [line for line in settings if re.search("SECRET|PASSWORD|LEDGER_KEYS|AWS_", line)] == []

    def test_state_secrets_and_history_stay_outside(self) -> None:
        assert {".git", "var", ".env*", "*.env", ".venv"} <= set(read(".dockerignore").split())

    def test_gunicorn_opens_no_control_socket_which_a_read_only_root_refuses(self) -> None:
        assert '"--no-control-socket"' in read("Dockerfile")


def statements(name: str) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads(read(f"deploy/iam/{name}.json"))["Statement"]
    return loaded


def actions(name: str, effect: str) -> list[str]:
    chosen = [statement["Action"] for statement in statements(name) if statement["Effect"] == effect]
    return [action for entry in chosen for action in ([entry] if isinstance(entry, str) else entry)]


def covers(patterns: list[str], operation: str) -> bool:
    service = "workmailmessageflow" if CATALOGUE[operation].area == "messages" else "workmail"
    return any(fnmatchcase(f"{service}:{operation}", pattern) for pattern in patterns)


class TestPolicies:
    @pytest.mark.parametrize("operation", CATALOGUE)
    def test_each_operation_is_either_allowed_or_denied_on_purpose(self, operation: str) -> None:
        allowed, denied = (
            covers(actions("console-policy", effect), operation) for effect in ("Allow", "Deny")
        )
        assert allowed != denied

    def test_every_action_of_workmail_is_one_that_exists(self) -> None:
        named = [*actions("console-policy", "Allow"), *actions("console-policy", "Deny")]
        ours = [action for action in named if action.startswith("workmail:") and "*" not in action]
        assert [action for action in ours if action.removeprefix("workmail:") not in CATALOGUE] == []

    def test_breaking_the_glass_allows_exactly_what_is_denied_until_then(self) -> None:
        (until,) = (one for one in statements("console-policy") if one["Sid"] == "UnlessTheGlassIsBroken")
        opened = actions("break-glass-policy", "Allow")
        for operation in CATALOGUE:
            assert covers(until["Action"], operation) == covers(opened, operation), operation

    def test_no_write_is_allowed_by_a_wildcard(self) -> None:
        wild = [action for action in actions("console-policy", "Allow") if "*" in action]
        hit = [name for name, operation in CATALOGUE.items() if not operation.is_read and covers(wild, name)]
        assert hit == []

    @pytest.mark.parametrize("name", ["console-policy", "export-policy"])
    def test_only_the_list_of_organizations_is_allowed_on_everything(self, name: str) -> None:
        wide = [
            one["Action"] for one in statements(name) if one["Effect"] == "Allow" and one["Resource"] == "*"
        ]
        assert wide in ([], ["workmail:ListOrganizations"])

    def test_the_console_must_show_its_external_id(self) -> None:
        assert statements("console-trust")[0]["Condition"] == {
            "StringEquals": {"sts:ExternalId": "EXTERNAL_ID"}
        }

    def test_only_workmail_and_only_for_this_organization_takes_the_export_role(self) -> None:
        (trust,) = statements("export-trust")
        assert trust["Principal"] == {"Service": "export.workmail.amazonaws.com"}
        assert set(trust["Condition"]) == {"StringEquals", "ArnLike"}
        passing = next(one for one in statements("console-policy") if one["Action"] == "iam:PassRole")
        assert passing["Condition"]["StringEquals"]["iam:PassedToService"] == trust["Principal"]["Service"]


class TestScripts:
    @pytest.mark.parametrize("name", ["scripts/install", "scripts/environment", ".ci/run"])
    def test_it_can_be_run(self, name: str) -> None:
        assert (ROOT / name).stat().st_mode & stat.S_IXUSR
        assert subprocess.run(["bash", "-n", str(ROOT / name)], check=False).returncode == 0

    def test_continuous_integration_lets_no_test_be_skipped_for_want_of_a_service(self) -> None:
        assert "export REQUIRE_SERVICES=1\nexec make test\n" in read(".ci/run")

    def test_help_names_every_command(self) -> None:
        declared = re.search(r"^\.PHONY: (.*)$", read("Makefile"), re.MULTILINE)
        assert declared
        shown = subprocess.run(
            ["make", "-s", "help"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        assert {line.split()[0] for line in shown.splitlines()} == set(declared[1].split())


class TestDocumentation:
    def test_the_settings_page_lists_every_variable_that_the_settings_read(self) -> None:
        known = set(re.findall(r'env\.\w+\(\s*"(\w+)"', read("console/settings.py")))
        assert known
        assert {name for name in known if f"`{name}`" not in read("docs/settings.md")} == set()

    def test_every_file_that_a_page_links_to_is_there(self) -> None:
        pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")]
        assert pages
        for page in pages:
            linked = re.findall(r"\]\((?!https?:|#)([^)#]+)\)", page.read_text())
            assert [name for name in linked if not (page.parent / name).exists()] == [], page.name


class TestStopping:
    def test_a_task_and_a_request_may_end_before_the_container_is_killed(self) -> None:
        services = yaml.safe_load(read("docker-compose.yml"))["services"]
        longest = int(re.findall(r"CELERY_TASK_TIME_LIMIT = (\d+)", read("console/settings.py"))[0])
        grace = {name: services[name]["stop_grace_period"] for name in ("worker", "web")}
        assert {name: value[-1] for name, value in grace.items()} == {"worker": "s", "web": "s"}
        assert int(grace["worker"][:-1]) > longest
        assert int(grace["web"][:-1]) > 30


class TestStaticFiles:
    COMMAND = "Run: python manage.py collectstatic"

    def start(self, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
        environ = {
            **os.environ,
            "STATIC_ROOT": str(folder),
            "STATICFILES_BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage",
            "DJANGO_SETTINGS_MODULE": "console.settings",
        }
        return subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
        )

    def test_that_are_not_collected_stop_the_check_and_the_web_server(self, tmp_path: Path) -> None:
        for command in (
            ("manage.py", "check", "--deploy"),
            ("-m", "gunicorn", "console.wsgi", "--bind", "127.0.0.1:0", "--no-control-socket"),
        ):
            done = self.start(tmp_path, *command)
            assert done.returncode != 0
            assert self.COMMAND in done.stderr

    def test_that_are_collected_let_it_start(self, tmp_path: Path) -> None:
        (tmp_path / "staticfiles.json").write_text('{"version": "1.1", "paths": {}, "hash": ""}')
        assert self.start(tmp_path, "-c", "import console.wsgi").returncode == 0
        assert self.COMMAND not in self.start(tmp_path, "manage.py", "check", "--deploy").stderr
