"""Database triggers that make the audit log append-only.

They stop mistakes and whoever has the application's access. Who owns the tables (or the SQLite file)
can drop them; that is what the chain is for. On PostgreSQL the tables should belong to a role that
only migrations use, and the application's role gets no more than it needs:

    GRANT SELECT, INSERT ON ledger_entry TO console;
    GRANT SELECT, UPDATE ON ledger_head TO console;

A later migration that makes Django rebuild one of the tables on SQLite loses its triggers: it has to
call `remove` before and `install` after. `manage.py ledger verify` says which are missing.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.base.base import BaseDatabaseWrapper

REFUSAL = "the ledger is append-only"
STRAY_ENTRY = "the entry does not follow the head of the ledger"
STRAY_HEAD = "the head of the ledger moves by one entry at a time"
FOLLOWS = "EXISTS (SELECT 1 FROM ledger_head WHERE seq = NEW.seq - 1 AND hash = NEW.prev)"
FORWARD = (
    "NEW.id = OLD.id AND NEW.seq = OLD.seq + 1 "
    "AND EXISTS (SELECT 1 FROM ledger_entry WHERE seq = NEW.seq AND hash = NEW.hash)"
)
# name: (event and table, what must hold, what is said otherwise)
ROWS = {
    "ledger_entry_stays": ("UPDATE ON ledger_entry", "", REFUSAL),
    "ledger_entry_remains": ("DELETE ON ledger_entry", "", REFUSAL),
    "ledger_entry_follows": ("INSERT ON ledger_entry", FOLLOWS, STRAY_ENTRY),
    "ledger_head_forward": ("UPDATE ON ledger_head", FORWARD, STRAY_HEAD),
    "ledger_head_remains": ("DELETE ON ledger_head", "", REFUSAL),
    "ledger_head_single": ("INSERT ON ledger_head", "NOT EXISTS (SELECT 1 FROM ledger_head)", STRAY_HEAD),
}
STATEMENTS = {
    "ledger_entry_whole": ("TRUNCATE ON ledger_entry", "", REFUSAL),
    "ledger_head_whole": ("TRUNCATE ON ledger_head", "", REFUSAL),
}


def install(connection: BaseDatabaseWrapper) -> None:
    _execute(
        connection,
        {"sqlite": _sqlite_statements, "postgresql": _postgresql_statements}[connection.vendor](connection),
    )


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers, for migrations and tests."""
    if connection.vendor == "sqlite":
        _execute(connection, [f"DROP TRIGGER IF EXISTS {name}" for name in ROWS])
    else:
        _execute(connection, [f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name in ROWS | STATEMENTS])


@contextmanager
def lift_triggers(connection: BaseDatabaseWrapper) -> Iterator[None]:
    remove(connection)
    try:
        yield
    finally:
        install(connection)


def find_missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the triggers that are missing or disabled."""
    if connection.vendor == "sqlite":
        wanted, query = ROWS, "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        wanted = ROWS | STATEMENTS
        query = (
            "SELECT tgname FROM pg_trigger WHERE tgenabled = 'A'"
            " AND tgrelid IN ('ledger_entry'::regclass, 'ledger_head'::regclass)"
        )
    with connection.cursor() as cursor:
        cursor.execute(query)
        present = {name for (name,) in cursor.fetchall()}
    return [name for name in wanted if name not in present]


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _sqlite_statements(_: BaseDatabaseWrapper) -> list[str]:
    return [
        f"CREATE TRIGGER {name} BEFORE {event} {f'WHEN NOT ({holds})' if holds else ''}"
        f" BEGIN SELECT RAISE(ABORT, '{otherwise}'); END"
        for name, (event, holds, otherwise) in ROWS.items()
    ]


def _postgresql_statements(connection: BaseDatabaseWrapper) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        (schema,) = cursor.fetchone()
    statements: list[str] = []
    for level, triggers in (("ROW", ROWS), ("STATEMENT", STATEMENTS)):
        for name, (event, holds, otherwise) in triggers.items():
            statements += _postgresql_trigger(schema, name, f"{event} FOR EACH {level}", holds, otherwise)
    return statements


def _postgresql_trigger(schema: str, name: str, event: str, holds: str, otherwise: str) -> list[str]:
    """Return the statements of one trigger, with an explicit schema against temporary tables."""
    body = f"BEGIN IF NOT ({holds or 'false'}) THEN RAISE EXCEPTION '{otherwise}'; END IF; RETURN NEW; END"
    table = event.split()[2]
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
        f" SET search_path = pg_catalog, {schema}, pg_temp AS $${body}$$",
        f"CREATE TRIGGER {name} BEFORE {event} EXECUTE FUNCTION {name}()",
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    ]
