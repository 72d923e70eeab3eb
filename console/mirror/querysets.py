"""Questions to the mirror, each answered by an index."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.db import connections, models
from django.db.models import Count, Q
from django.db.models.expressions import RawSQL

from console.mirror import search

if TYPE_CHECKING:
    from console.mirror.models import Entity, Organization  # noqa: F401 - `Entity` is named in quotes

DELETED = "DELETED"
MATCH = "SELECT rowid FROM mirror_entity_search WHERE mirror_entity_search MATCH %s"
PROBE = """
    WITH bound(most) AS (SELECT max(%s, coalesce(max(id), 0) / %s) FROM mirror_entity),
         hit AS (SELECT 1 FROM mirror_entity_search WHERE mirror_entity_search MATCH %s
                 LIMIT (SELECT most + 1 FROM bound))
    SELECT (SELECT count(*) FROM hit) <= (SELECT most FROM bound)
"""
FEW = 1000  # hits up to which sorting them is cheaper than walking the sorted index
FEW_SHARE = 50  # ... or one in fifty of the rows
PREFIXED = ("sort_name", "sort_display_name", "email")


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
        """Those in which every word of `text` is found: anywhere, or (short ones) where a name starts."""
        words = search.words(text)
        long = [word for word in words if len(word) >= search.SHORTEST]
        found = self._containing(long) if long else self
        for word in words:
            if word not in long:
                found = found.filter(_inside([word]) if long else _prefix(word, connections[self.db].vendor))
        return found

    def _containing(self, words: list[str]) -> Self:
        """On SQLite: few hits are looked up in the index of trigrams, many are met soon on any walk."""
        if connections[self.db].vendor != "sqlite":
            return self.filter(_inside(words))
        match = " ".join('"' + word.replace('"', '""') + '"' for word in words)
        if self._has_few(match):
            return self.filter(pk__in=RawSQL(MATCH, [match]))  # noqa: S611 - constant text, the words are bound
        return self.filter(_inside(words))

    def _has_few(self, match: str) -> bool:
        with connections[self.db].cursor() as cursor:
            cursor.execute(PROBE, [FEW, FEW_SHARE, match])
            (few,) = cursor.fetchone()
        return bool(few)

    def tally(self) -> dict[str, int]:
        """How many there are in each state."""
        return dict(self.order_by().values_list("state").annotate(Count("pk")))


def _inside(words: Iterable[str]) -> Q:
    return Q(*(Q(search_text__contains=word) for word in words))


def _prefix(word: str, vendor: str) -> Q:
    """A range on SQLite, whose LIKE takes no index; a LIKE on PostgreSQL, whose collations know no range."""
    condition = Q()
    for column in PREFIXED:
        if vendor == "sqlite":
            condition |= Q(**{f"{column}__gte": word, f"{column}__lt": search.after(word)})
        else:
            condition |= Q(**{f"{column}__startswith": word})
    return condition
