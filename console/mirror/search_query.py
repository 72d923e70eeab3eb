"""Questions to the mirror, each answered by an index."""

from dataclasses import dataclass
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from console.mirror import search_text

Row = TypeVar("Row", bound=Model)

FEW = 1000  # hits up to which sorting them is cheaper than walking the sorted index
FEW_SHARE = 20  # ... or one in twenty of the rows
PROBE = """
    WITH bound(most) AS (SELECT max(%s, coalesce(max(id), 0) / %s) FROM mirror_entity),
         hit AS (SELECT rowid AS id FROM mirror_entity_search WHERE mirror_entity_search MATCH %s
                 LIMIT (SELECT most + 1 FROM bound))
    SELECT count(*) <= (SELECT most FROM bound), json_group_array(id) FROM hit
"""
GIVEN = "SELECT value FROM json_each(%s)"


@dataclass(frozen=True, slots=True)
class Holding:
    """The condition that a document holds what is searched for, which several queries may share."""

    where: Q
    walks: bool = False  # through a sort's index, until enough are met

    def some(self, entities: QuerySet[Row], most: int) -> QuerySet[Row]:
        """Any of `entities` that do, in no order that could be relied on."""
        found = entities.filter(self.where)
        return (found.order_by("sort_name", "id") if self.walks else found)[:most]


def holding(text: str, using: str = DEFAULT_DB_ALIAS) -> Holding:
    """Every word of `text` is found: short ones where a word begins, others anywhere.

    On SQLite few hits are taken from the index of trigrams, many are met soon on any walk; to find
    out costs a query, at once. PostgreSQL's planner knows by itself.
    """
    needles = search_text.needles(text)
    is_sqlite = connections[using].vendor == "sqlite"
    if needles and is_sqlite:
        few, keys = _probe(needles, using)
        if few:
            return Holding(Q(pk__in=RawSQL(GIVEN, [keys])))  # noqa: S611 - constant, its value is bound
    return Holding(Q(*(Q(search_text__contains=needle) for needle in needles)), walks=is_sqlite)


def _probe(needles: list[str], using: str) -> tuple[bool, str]:
    """Whether there are few hits in the index of trigrams, and their keys as a list in JSON."""
    match = " ".join('"' + needle.replace('"', '""') + '"' for needle in needles)
    with connections[using].cursor() as cursor:
        cursor.execute(PROBE, [FEW, FEW_SHARE, match])
        few, keys = cursor.fetchone()
    return bool(few), keys
