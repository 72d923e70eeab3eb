"""Search entities by text, through the trigram index of each database."""

from dataclasses import dataclass
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from console.mirror import search_text

Row = TypeVar("Row", bound=Model)

FEW_HITS = 1000  # hits up to which sorting them is cheaper than walking the sorted index
FEW_SHARE = 20  # ... or one in twenty of the rows
PROBE = """
    WITH bound(most) AS (SELECT max(%s, coalesce(max(id), 0) / %s) FROM mirror_entity),
         hit AS (SELECT rowid AS id FROM mirror_entity_search WHERE mirror_entity_search MATCH %s
                 LIMIT (SELECT most + 1 FROM bound))
    SELECT count(*) <= (SELECT most FROM bound), json_group_array(id) FROM hit
"""
KEYS_FROM_JSON = "SELECT value FROM json_each(%s)"


@dataclass(frozen=True, slots=True)
class TextCondition:
    """A text condition that several queries may share."""

    where: Q
    walks: bool = False  # through a sort's index, until enough are met

    def some(self, entities: QuerySet[Row], most: int) -> QuerySet[Row]:
        """Return up to `most` matching entities, in no particular order."""
        found = entities.filter(self.where)
        return (found.order_by("sort_name", "id") if self.walks else found)[:most]


def match_text(text: str, using: str = DEFAULT_DB_ALIAS) -> TextCondition:
    """Return the condition that every word of `text` is found.

    On SQLite few hits are taken from the index of trigrams, many are met soon on any walk; to find
    out costs a query, at once. PostgreSQL's planner knows by itself.
    """
    needles = search_text.make_needles(text)
    is_sqlite = connections[using].vendor == "sqlite"
    if needles and is_sqlite:
        few, keys = _probe_index(needles, using)
        if few:
            return TextCondition(Q(pk__in=RawSQL(KEYS_FROM_JSON, [keys])))  # noqa: S611 - constant, its value is bound
    return TextCondition(Q(*(Q(search_text__contains=needle) for needle in needles)), walks=is_sqlite)


def _probe_index(needles: list[str], using: str) -> tuple[bool, str]:
    """Return whether the trigram index has few hits, and their keys as JSON."""
    match = " ".join('"' + needle.replace('"', '""') + '"' for needle in needles)
    with connections[using].cursor() as cursor:
        cursor.execute(PROBE, [FEW_HITS, FEW_SHARE, match])
        few, keys = cursor.fetchone()
    return bool(few), keys
