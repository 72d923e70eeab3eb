"""Create the trigram index of each database: FTS5 on SQLite, pg_trgm on PostgreSQL.

On SQLite an FTS5 table that keeps no copy of the text; triggers feed it. On PostgreSQL `pg_trgm`.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

SORTS = (
    "sort_name",
    "sort_display_name",
    "email",
    "sort_department",
    "sort_size",
    "sort_quota",
    "sort_enabled",
)

# `search_text` comes in one case already, so the tokenizer need not fold it again.
SQLITE = {
    "mirror_entity_search": (
        "CREATE VIRTUAL TABLE mirror_entity_search USING fts5(search_text,"
        " content='mirror_entity', content_rowid='id', tokenize='trigram case_sensitive 1')"
    ),
    "mirror_entity_added": (
        "CREATE TRIGGER mirror_entity_added AFTER INSERT ON mirror_entity BEGIN"
        " INSERT INTO mirror_entity_search(rowid, search_text) VALUES (new.id, new.search_text); END"
    ),
    "mirror_entity_removed": (
        "CREATE TRIGGER mirror_entity_removed AFTER DELETE ON mirror_entity BEGIN"
        " INSERT INTO mirror_entity_search(mirror_entity_search, rowid, search_text)"
        " VALUES ('delete', old.id, old.search_text); END"
    ),
    "mirror_entity_changed": (
        "CREATE TRIGGER mirror_entity_changed AFTER UPDATE OF search_text ON mirror_entity"
        " WHEN old.search_text <> new.search_text BEGIN"
        " INSERT INTO mirror_entity_search(mirror_entity_search, rowid, search_text)"
        " VALUES ('delete', old.id, old.search_text);"
        " INSERT INTO mirror_entity_search(rowid, search_text) VALUES (new.id, new.search_text); END"
    ),
}
# SQLite plans by statistics that nobody gathers for it; without any it takes every index for a good one.
# These say: an organization is nearly everything, so walk the index of the sort, or take given keys.
STATISTICS = {
    **{f"entity_{sort}": "100000 100000 90000 2 1 1 1 1 1" for sort in SORTS},
    "entity_state": "100000 100000 90000 80000 1 1 1 1",
    "entity_role": "100000 100000 90000 80000 1 1 1 1",
    "entity_census": "100000 100000 90000 80000 70000 70000 70000 10 10",
    "entity_ending": "10000 10000 10",
    "entity_within": "100000 100000 80000 1",
    "entity_address": "100000 100000 2",
    "entity_detailed": "100000 100000 90000 10",
    "sqlite_autoindex_mirror_entity_1": "100000 100000 1",
}
REBUILD = "INSERT INTO mirror_entity_search(mirror_entity_search) VALUES ('rebuild')"
# Without a pending list searches stay as fast during a big sync as after it.
POSTGRESQL = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX mirror_entity_search ON mirror_entity"
    " USING gin (search_text gin_trgm_ops) WITH (fastupdate = off)",
]


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the index, and index what is stored."""
    if connection.vendor == "sqlite":
        _execute(connection, [*SQLITE.values(), REBUILD])
        install_statistics(connection)
    else:
        _execute(connection, POSTGRESQL)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drop the index; the extension stays, since others may use it."""
    if connection.vendor == "sqlite":
        _execute(
            connection, [f"DROP TRIGGER IF EXISTS {name}" for name in SQLITE if not name.endswith("search")]
        )
        _execute(connection, ["DROP TABLE IF EXISTS mirror_entity_search"])
    else:
        _execute(connection, ["DROP INDEX IF EXISTS mirror_entity_search"])


def install_statistics(connection: BaseDatabaseWrapper) -> None:
    """Store planner statistics; `ANALYZE sqlite_master` creates and reloads the table."""
    rows = [("mirror_entity", name, figures) for name, figures in STATISTICS.items()]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sqlite_master")
        cursor.execute("DELETE FROM sqlite_stat1 WHERE tbl = 'mirror_entity'")
        cursor.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (%s, %s, %s)", rows)
        cursor.execute("ANALYZE sqlite_master")


def _execute(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
