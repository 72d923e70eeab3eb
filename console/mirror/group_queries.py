"""Find groups by name, and filter users by group, with indexed queries."""

from django.db import connections
from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery

from console.mirror import search_text
from console.mirror.models import EntityQuerySet, Membership
from console.mirror.search_query import FEW_HITS

HIGHEST_CHARACTER = "\U0010ffff"  # sorts behind everything that follows the beginning of a name on SQLite


def find_groups(groups: EntityQuerySet, text: str) -> EntityQuerySet:
    """Return groups whose name or address starts with the text, or that have this id."""
    word, is_sqlite = search_text.normalise_text(text), connections[groups.db].vendor == "sqlite"
    by_name, by_address = (_starts_with(each, word, between=is_sqlite) for each in ("sort_name", "email"))
    return groups.filter(by_name | by_address | Q(entity_id=text))


def _starts_with(field: str, word: str, *, between: bool) -> Q:
    """Match a prefix; on SQLite with bounds, so that it uses the index."""
    bounds = Q(**{f"{field}__gte": word, f"{field}__lt": word + HIGHEST_CHARACTER}) if between else Q()
    return Q(**{f"{field}__startswith": word}) & bounds


def filter_members(
    people: EntityQuerySet, groups: EntityQuerySet, *, searched: bool = False
) -> EntityQuerySet:
    """Return the `people` who are direct members of one of `groups`.

    The groups are looked up at once: members of small ones are taken from there, before anything else
    (the slice is what keeps PostgreSQL to it); members of large ones are met soon on any walk. People
    who were `searched` for have cost SQLite a query already, and are few or met soon in any case.
    """
    if searched and connections[people.db].vendor == "sqlite":
        return people.filter(_is_member(Membership.objects.filter(group__in=groups)))
    inside = Membership.objects.filter(group=OuterRef("pk")).values("pk")
    sizes = dict(groups.order_by().values_list("pk", _CountSubquery(inside[: FEW_HITS + 1])))
    told = Membership.objects.filter(group__in=list(sizes))
    if sum(sizes.values()) > FEW_HITS:
        return people.filter(_is_member(told))
    return people.filter(pk__in=told.values("member")[: FEW_HITS + 1])


class _CountSubquery(Subquery):
    """Count the rows of a limited query."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def _is_member(joined: QuerySet[Membership]) -> Exists:
    return Exists(joined.filter(member=OuterRef("pk")))
