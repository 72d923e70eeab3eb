"""Groups within groups: the tree below one, everybody whom it reaches and how, and what lies above it.

Nobody keeps a group from being within itself, over some steps [unknown]: every walk meets each group once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from console.actor import Actor
from console.areas.groups import scope
from console.mirror.models import Entity, Membership

MOST = 2000  # people that a walk collects


@dataclass(frozen=True, slots=True)
class Node:
    """A group in the tree; `again` says that it stands elsewhere in it already, perhaps above itself.

    `group` is `None` for one that the operator may not see; nothing below it is shown, then.
    """

    group: Entity | None
    people: int = 0
    again: bool = False
    inner: list["Node"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Way:
    """Somebody whom the group reaches, and by which groups, from the outside in; an unseen one is `None`."""

    person: Entity
    groups: tuple[Entity | None, ...] = ()

    @property
    def is_direct(self) -> bool:
        return not self.groups


@dataclass(frozen=True, slots=True)
class Reach:
    """Everybody whom a group reaches, each by the shortest way; `outside` may not be seen."""

    ways: list[Way]
    outside: int = 0
    more: bool = False


def tree(actor: Actor, group: Entity) -> list[Node]:
    """The groups within the group, over any number of steps."""
    inner = _inner_groups(group)
    every = {each.pk: each for groups in inner.values() for each in groups}
    counted = _living().filter(group__in=[group.pk, *every], member__kind=Entity.Kind.USER)
    people = dict(counted.values_list("group").annotate(Count("pk")).order_by())
    visible, met = scope.seen(actor, every.values()), {group.pk}

    def nodes(outer: int) -> Iterator[Node]:
        for each in sorted(inner.get(outer, []), key=lambda one: one.sort_name):
            if each.pk not in visible:
                yield Node(None)
            elif each.pk in met:
                yield Node(each, people.get(each.pk, 0), again=True)
            else:
                met.add(each.pk)
                yield Node(each, people.get(each.pk, 0), inner=list(nodes(each.pk)))

    return list(nodes(group.pk))


def everybody(actor: Actor, group: Entity, most: int = MOST) -> Reach:
    """All people to whom mail to the group goes, in the order of their names."""
    ways: dict[int, Way] = {}
    met, level = {group.pk}, {group.pk: ()}  # type: tuple[set[int], dict[int, tuple[Entity, ...]]]
    while level and len(ways) <= most:
        deeper: dict[int, tuple[Entity, ...]] = {}
        for row in _within(level)[: most + 1]:
            member, path = row.member, level[row.group_id]
            if member.kind == Entity.Kind.USER:
                ways.setdefault(member.pk, Way(member, path))
            elif member.pk not in met:
                met.add(member.pk)
                deeper[member.pk] = (*path, member)
        level = deeper
    return _seen(actor, list(ways.values()), most)


def above(group: Entity) -> set[int]:
    """The keys of the group and of all groups that it is in, over any number of steps."""
    found, level = {group.pk}, {group.pk}
    while level:
        outer = Membership.objects.filter(member__in=level).values_list("group", flat=True)
        level = set(outer) - found
        found |= level
    return found


def _seen(actor: Actor, ways: list[Way], most: int) -> Reach:
    visible = scope.seen(actor, {each for way in ways for each in (way.person, *way.groups) if each})
    shown = [
        Way(way.person, tuple(each if each and each.pk in visible else None for each in way.groups))
        for way in ways
        if way.person.pk in visible
    ]
    shown.sort(key=lambda way: (way.person.sort_display_name or way.person.sort_name, way.person.pk))
    return Reach(shown[:most], len(ways) - len(shown), len(ways) > most)


def _inner_groups(group: Entity) -> dict[int, list[Entity]]:
    """The groups that stand directly in each group below this one, its own included."""
    inner: dict[int, list[Entity]] = defaultdict(list)
    met, level = {group.pk}, {group.pk}
    while level:
        rows = list(_within(level).filter(member__kind=Entity.Kind.GROUP))
        for row in rows:
            inner[row.group_id].append(row.member)
        level = {row.member_id for row in rows} - met
        met |= level
    return inner


def _within(groups: Iterable[int]) -> QuerySet[Membership]:
    return _living().filter(group__in=list(groups)).select_related("member__organization").order_by("pk")


def _living() -> QuerySet[Membership]:
    return Membership.objects.filter(~Q(member__state=Entity.State.DELETED))
