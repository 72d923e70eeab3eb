"""Groups by name, and the people in them, asked for so that both databases answer from an index."""

from django.db import connections
from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Subquery

from console.mirror import search_text
from console.mirror.models import EntityQuerySet, Membership
from console.mirror.search_query import FEW

LAST = "\U0010ffff"  # sorts behind everything that follows the beginning of a name on SQLite


def named(groups: EntityQuerySet, text: str) -> EntityQuerySet:
    """Those whose name or address begins like this, and the one with this id."""
    word, is_sqlite = search_text.normalise(text), connections[groups.db].vendor == "sqlite"
    by_name, by_address = (_begins(each, word, between=is_sqlite) for each in ("sort_name", "email"))
    return groups.filter(by_name | by_address | Q(entity_id=text))


def _begins(field: str, word: str, *, between: bool) -> Q:
    """SQLite takes a LIKE with an escape for a filter; bounds make it seek. Others sort by language."""
    bounds = Q(**{f"{field}__gte": word, f"{field}__lt": word + LAST}) if between else Q()
    return Q(**{f"{field}__startswith": word}) & bounds


def members(people: EntityQuerySet, groups: EntityQuerySet, *, searched: bool = False) -> EntityQuerySet:
    """Those of `people` who are directly in one of `groups`.

    The groups are looked up at once: members of small ones are taken from there, before anything else
    (the slice is what keeps PostgreSQL to it); members of large ones are met soon on any walk. People
    who were `searched` for have cost SQLite a query already, and are few or met soon in any case.
    """
    if searched and connections[people.db].vendor == "sqlite":
        return people.filter(_in(Membership.objects.filter(group__in=groups)))
    inside = Membership.objects.filter(group=OuterRef("pk")).values("pk")
    sizes = dict(groups.order_by().values_list("pk", _Count(inside[: FEW + 1])))
    told = Membership.objects.filter(group__in=list(sizes))
    if sum(sizes.values()) > FEW:
        return people.filter(_in(told))
    return people.filter(pk__in=told.values("member")[: FEW + 1])


class _Count(Subquery):
    """How many rows a query has, no further than it goes."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def _in(joined: QuerySet[Membership]) -> Exists:
    return Exists(joined.filter(member=OuterRef("pk")))
