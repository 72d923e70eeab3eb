"""What the databases need to find text inside `search_text`: trigrams, by each database's own means.

On SQLite an FTS5 table that keeps no copy of the text; triggers feed it. On PostgreSQL `pg_trgm`,
and operator classes that let LIKE 'x%' use an index whatever the collation.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

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
REBUILD = "INSERT INTO mirror_entity_search(mirror_entity_search) VALUES ('rebuild')"
PREFIXED = ("sort_name", "sort_display_name", "email")
# Without a pending list searches stay as fast during a big sync as after it.
POSTGRESQL = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX mirror_entity_search ON mirror_entity"
    " USING gin (search_text gin_trgm_ops) WITH (fastupdate = off)",
    *(
        f"CREATE INDEX mirror_entity_{column}_prefix ON mirror_entity"
        f" (organization_id, kind, {column} varchar_pattern_ops)"
        for column in PREFIXED
    ),
]


def install(connection: BaseDatabaseWrapper) -> None:
    """Create them, and take in what is stored already."""
    statements = [*SQLITE.values(), REBUILD] if connection.vendor == "sqlite" else POSTGRESQL
    _run(connection, statements)


def remove(connection: BaseDatabaseWrapper) -> None:
    """The extension stays: others may use it."""
    if connection.vendor == "sqlite":
        _run(connection, [f"DROP TRIGGER IF EXISTS {name}" for name in SQLITE if not name.endswith("search")])
        _run(connection, ["DROP TABLE IF EXISTS mirror_entity_search"])
    else:
        names = ["mirror_entity_search", *(f"mirror_entity_{column}_prefix" for column in PREFIXED)]
        _run(connection, [f"DROP INDEX IF EXISTS {name}" for name in names])


def _run(connection: BaseDatabaseWrapper, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
