"""`deploy/roles.sql`: what serves requests on PostgreSQL owns nothing and cannot touch the ledger's past."""

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from tests import services

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "only-for-tests"


@dataclass(frozen=True)
class Database:
    """A migrated database and the role that `roles.sql` made for it."""

    owner: str
    app: str
    role: str


def url(server: str, path: str, role: str = "") -> str:
    parts = urlsplit(server)
    place = f"{parts.hostname}:{parts.port or 5432}"
    return urlunsplit(
        parts._replace(path=path, netloc=f"{role}:{PASSWORD}@{place}" if role else parts.netloc)
    )


def server_with_psql() -> str:
    """Return the address of the server; skip, or fail where services are required, without it or psql."""
    if not shutil.which("psql"):
        services.missing("psql is not on PATH")
    return services.postgresql()


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    server = server_with_psql()
    name = f"console_roles_{uuid.uuid4().hex[:12]}"
    made = Database(url(server, f"/{name}"), url(server, f"/{name}", name), name)
    with psycopg.connect(url(server, "/postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            migrate(made)
            yield made
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
            connection.execute(f"DROP ROLE IF EXISTS {name}")


def migrate(database: Database) -> None:
    environ = {**os.environ, "DATABASE_URL": database.owner}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=environ, check=True)
    apply(database)


def apply(database: Database) -> None:
    given, environ = ["-v", f"app_role={database.role}", "-q"], {**os.environ, "APP_PASSWORD": PASSWORD}
    command = ["psql", database.owner, *given, "-f", "deploy/roles.sql"]
    subprocess.run(command, cwd=ROOT, env=environ, check=True)


@pytest.fixture
def app(database: Database) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database.app, autocommit=True) as connection:
        yield connection


class TestRole:
    @pytest.mark.parametrize(
        "attempt",
        [
            "UPDATE ledger_entry SET operator = 'nobody'",
            "DELETE FROM ledger_entry",
            "TRUNCATE ledger_entry",
            "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
            "DROP TABLE ledger_entry",
            "DELETE FROM ledger_head",
            "INSERT INTO django_migrations (app, name, applied) VALUES ('ledger', '9999_none', now())",
            "SET session_replication_role = replica",
        ],
    )
    def test_it_cannot_change_the_past_or_switch_off_what_guards_it(
        self, app: psycopg.Connection, attempt: str
    ) -> None:
        with pytest.raises(InsufficientPrivilege):
            app.execute(attempt)

    def test_it_owns_no_table(self, app: psycopg.Connection) -> None:
        assert app.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user").fetchone() == (
            0,
        )

    @pytest.mark.parametrize("privilege", ["SELECT", "INSERT", "UPDATE", "DELETE"])
    def test_it_reads_and_writes_everything_else(self, app: psycopg.Connection, privilege: str) -> None:
        tables = "relnamespace = 'public'::regnamespace AND relkind = 'r'"
        lacking = app.execute(
            f"SELECT relname FROM pg_class WHERE {tables} AND NOT has_table_privilege(oid, %s)", [privilege]
        )
        guarded = {"ledger_entry", "ledger_head", "django_migrations"} if privilege != "SELECT" else set()
        assert {row[0] for row in lacking} <= guarded

    def test_the_console_appends_to_the_ledger_with_it(self, database: Database) -> None:
        code = (
            "import django; django.setup()\n"
            "from console.ledger import journal\n"
            "from console.actor import Actor\n"
            "print(journal.record_entry(Actor.system('tests'), 'changed', what='nothing').seq)"
        )
        environ = {**os.environ, "DATABASE_URL": database.app, "DJANGO_SETTINGS_MODULE": "console.settings"}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environ, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        assert int(done.stdout) >= 1

    def test_granting_may_be_repeated(self, database: Database) -> None:
        apply(database)


class TestAnOwnerWhoMayNotCreateRoles:
    def test_grants_what_an_administrator_has_created(self) -> None:
        server = server_with_psql()
        name = f"console_roles_{uuid.uuid4().hex[:12]}"
        owner, app = f"{name}_owner", f"{name}_app"
        script = ["-v", f"app_role={app}", "-q", "-f", "deploy/roles.sql"]
        with psycopg.connect(url(server, "/postgres"), autocommit=True) as admin:
            admin.execute(f"CREATE ROLE {owner} LOGIN PASSWORD '{PASSWORD}' NOCREATEROLE NOSUPERUSER")
            admin.execute(f"CREATE DATABASE {name} OWNER {owner}")
            try:
                place = url(server, f"/{name}", owner)
                environ = {**os.environ, "DATABASE_URL": place}
                migrating = [sys.executable, "manage.py", "migrate", "-v", "0"]
                subprocess.run(migrating, cwd=ROOT, env=environ, check=True)
                run = ["psql", place, *script]
                given = {**os.environ, "APP_PASSWORD": PASSWORD}
                refused = subprocess.run(run, cwd=ROOT, env=given, capture_output=True, text=True)
                assert refused.returncode != 0
                assert "permission denied to create role" in refused.stderr
                admin.execute(f"CREATE ROLE {app} LOGIN PASSWORD '{PASSWORD}'")
                subprocess.run(run, cwd=ROOT, check=True)
                with psycopg.connect(url(server, f"/{name}", app), autocommit=True) as connection:
                    connection.execute("SELECT count(*) FROM changes_change")
                    with pytest.raises(InsufficientPrivilege):
                        connection.execute("DELETE FROM ledger_entry")
            finally:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
                for role in (app, owner):
                    admin.execute(f"DROP ROLE IF EXISTS {role}")


class TestANewServer:
    def test_its_administrator_creates_an_owner_who_can_migrate_and_grant(self) -> None:
        """The names are fixed, so the roles may be there already: what is asked is what they may do."""
        server = server_with_psql()
        name = f"console_new_{uuid.uuid4().hex[:12]}"
        environ = {**os.environ, "OWNER_PASSWORD": PASSWORD, "APP_PASSWORD": PASSWORD}
        with psycopg.connect(url(server, "/postgres"), autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
            try:
                for _ in range(2):  # it may be repeated
                    creating = ["psql", url(server, f"/{name}"), "-q", "-f", "deploy/database.sql"]
                    subprocess.run(creating, cwd=ROOT, env=environ, check=True)
                owner = url(server, f"/{name}", "console_owner")
                migrating = [sys.executable, "manage.py", "migrate", "-v", "0"]
                subprocess.run(migrating, cwd=ROOT, env={**environ, "DATABASE_URL": owner}, check=True)
                granting = ["psql", owner, "-q", "-f", "deploy/roles.sql"]
                subprocess.run(granting, cwd=ROOT, env=os.environ, check=True)
                with psycopg.connect(url(server, f"/{name}", "console_app")) as app:
                    assert app.execute("SELECT count(*) FROM ledger_entry").fetchone() == (0,)
                rights = "rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls"
                roles = "rolname IN ('console_owner', 'console_app')"
                found = admin.execute(f"SELECT bool_or({rights}) FROM pg_roles WHERE {roles}")
                assert found.fetchone() == (False,)
            finally:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
                admin.execute("DROP ROLE IF EXISTS console_app")
                admin.execute("DROP ROLE IF EXISTS console_owner")
