"""Questions to the mirror, each answered by an index."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models import Count, Q
from django.db.models.expressions import RawSQL

from console.mirror import search

if TYPE_CHECKING:
    from console.mirror.models import Entity, Organization  # noqa: F401 - `Entity` is named in quotes

DELETED = "DELETED"
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

    def some(self, entities: "EntityQuerySet", most: int) -> "EntityQuerySet":
        """Any of `entities` that do, in no order that could be relied on."""
        found = entities.filter(self.where)
        return (found.order_by("sort_name", "id") if self.walks else found)[:most]


def holding(text: str, using: str = DEFAULT_DB_ALIAS) -> Holding:
    """Every word of `text` is found: short ones where a word begins, others anywhere.

    On SQLite few hits are taken from the index of trigrams, many are met soon on any walk; to find
    out costs a query, at once. PostgreSQL's planner knows by itself.
    """
    needles = search.needles(text)
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


class EntityQuerySet(models.QuerySet["Entity"]):
    """Entities; compose with keyset paging on any of `models.SORTS`."""

    def of(self, organization: "Organization", kind: str = "") -> Self:
        """Those of an organization that are not deleted."""
        return self.including_deleted(organization, kind).exclude(state=DELETED)

    def including_deleted(self, organization: "Organization", kind: str = "") -> Self:
        found = self.filter(organization=organization)
        return found.filter(kind=kind) if kind else found

    def in_domains(self, domains: Iterable[str]) -> Self:
        return self.filter(domain__in=[domain.lower() for domain in domains])

    def in_group(self, group_id: str) -> Self:
        """Direct members of the group with this AWS id."""
        return self.filter(memberships__group__entity_id=group_id)

    def matching(self, text: str) -> Self:
        """Those in which every word of `text` is found, as `holding` says."""
        return self.filter(holding(text, self.db).where)

    def called_like(self, field: str, text: str) -> Self:
        """Those whose name in a sort's column begins like `text`, as its index has them.

        A range of a linguistic collation may hold others as well, and lack some.
        """
        key = search.sort_key(text)
        return self.filter(**{f"{field}__gte": key, f"{field}__lt": key[:-1] + chr(ord(key[-1]) + 1)})

    def tally(self) -> dict[str, int]:
        """How many there are in each state."""
        return dict(self.order_by().values_list("state").annotate(Count("pk")))

    def census(self) -> dict[tuple[str, str, str], int]:
        """How many there are of each kind, state and role, from an index alone."""
        counted = self.order_by().values_list("kind", "state", "role").annotate(Count("pk"))
        return {(kind, state, role): count for kind, state, role, count in counted}
