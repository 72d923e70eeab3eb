"""Questions to the mirror, each answered by an index."""

from collections.abc import Iterable
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


def holding(needles: list[str], using: str = DEFAULT_DB_ALIAS) -> Q:
    """The condition that a document holds all of them; several queries may share it, and so its cost."""
    if needles and connections[using].vendor == "sqlite":
        few, keys = _probe(needles, using)
        if few:
            return Q(pk__in=RawSQL(GIVEN, [keys]))  # noqa: S611 - constant, its value is bound
    return Q(*(Q(search_text__contains=needle) for needle in needles))


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
        """Those in which every word of `text` is found: short ones where a word begins, others anywhere.

        On SQLite few hits are taken from the index of trigrams, many are met soon on any walk; to find
        out costs a query, at once. PostgreSQL's planner knows by itself.
        """
        return self.filter(holding(search.needles(text), self.db))

    def tally(self) -> dict[str, int]:
        """How many there are in each state."""
        return dict(self.order_by().values_list("state").annotate(Count("pk")))

    def census(self) -> dict[tuple[str, str, str], int]:
        """How many there are of each kind, state and role, from an index alone."""
        counted = self.order_by().values_list("kind", "state", "role").annotate(Count("pk"))
        return {(kind, state, role): count for kind, state, role, count in counted}
