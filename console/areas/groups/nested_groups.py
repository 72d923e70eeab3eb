"""Nested groups: the tree below a group, the users it reaches, and the groups above it.

A group can contain itself indirectly [unknown], so every walk visits each group once.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet

from console.actor import Actor
from console.areas.groups import scope
from console.mirror.models import Entity, Membership

MAX_REACHED = 2000  # people that a walk collects


@dataclass(frozen=True, slots=True)
class GroupNode:
    """A group in the tree, `None` if hidden; `again` marks a group that occurred earlier."""

    group: Entity | None
    people: int = 0
    again: bool = False
    inner: list["GroupNode"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MemberPath:
    """A user that the group reaches, and the groups between, outermost first; hidden ones are `None`."""

    person: Entity
    groups: tuple[Entity | None, ...] = ()

    @property
    def is_direct(self) -> bool:
        return not self.groups


@dataclass(frozen=True, slots=True)
class GroupReach:
    """The users that a group reaches, each by the shortest path; `outside` counts hidden ones."""

    ways: list[MemberPath]
    outside: int = 0
    more: bool = False


def build_group_tree(actor: Actor, group: Entity) -> list[GroupNode]:
    inner = _find_subgroups(group)
    every = {each.pk: each for groups in inner.values() for each in groups}
    counted = _active_memberships().filter(group__in=[group.pk, *every], member__kind=Entity.Kind.USER)
    people = dict(counted.values_list("group").annotate(Count("pk")).order_by())
    visible, met = scope.visible_ids(actor, every.values()), {group.pk}

    def nodes(outer: int) -> Iterator[GroupNode]:
        for each in sorted(inner.get(outer, []), key=lambda one: one.sort_name):
            if each.pk not in visible:
                yield GroupNode(None)
            elif each.pk in met:
                yield GroupNode(each, people.get(each.pk, 0), again=True)
            else:
                met.add(each.pk)
                yield GroupNode(each, people.get(each.pk, 0), inner=list(nodes(each.pk)))

    return list(nodes(group.pk))


def find_reached_users(actor: Actor, group: Entity, most: int = MAX_REACHED) -> GroupReach:
    """Return the users that mail to the group reaches, sorted by name."""
    ways: dict[int, MemberPath] = {}
    met, level = {group.pk}, {group.pk: ()}  # type: tuple[set[int], dict[int, tuple[Entity, ...]]]
    while level and len(ways) <= most:
        deeper: dict[int, tuple[Entity, ...]] = {}
        for row in _direct_memberships(level)[: most + 1]:
            member, path = row.member, level[row.group_id]
            if member.kind == Entity.Kind.USER:
                ways.setdefault(member.pk, MemberPath(member, path))
            elif member.pk not in met:
                met.add(member.pk)
                deeper[member.pk] = (*path, member)
        level = deeper
    return _hide_invisible(actor, list(ways.values()), most)


def find_ancestor_ids(group: Entity) -> set[int]:
    """Return the keys of the group and of all groups that contain it, also indirectly."""
    ancestors, level = {group.pk}, {group.pk}
    while level:
        outer = Membership.objects.filter(member__in=level).values_list("group", flat=True)
        level = set(outer) - ancestors
        ancestors |= level
    return ancestors


def _hide_invisible(actor: Actor, ways: list[MemberPath], most: int) -> GroupReach:
    visible = scope.visible_ids(actor, {each for way in ways for each in (way.person, *way.groups) if each})
    visible_ways = [
        MemberPath(way.person, tuple(each if each and each.pk in visible else None for each in way.groups))
        for way in ways
        if way.person.pk in visible
    ]
    visible_ways.sort(key=lambda way: (way.person.sort_display_name or way.person.sort_name, way.person.pk))
    return GroupReach(visible_ways[:most], len(ways) - len(visible_ways), len(ways) > most)


def _find_subgroups(group: Entity) -> dict[int, list[Entity]]:
    """Return the direct subgroups of this group and of each nested group."""
    inner: dict[int, list[Entity]] = defaultdict(list)
    met, level = {group.pk}, {group.pk}
    while level:
        rows = list(_direct_memberships(level).filter(member__kind=Entity.Kind.GROUP))
        for row in rows:
            inner[row.group_id].append(row.member)
        level = {row.member_id for row in rows} - met
        met |= level
    return inner


def _direct_memberships(groups: Iterable[int]) -> QuerySet[Membership]:
    return (
        _active_memberships()
        .filter(group__in=list(groups))
        .select_related("member__organization")
        .order_by("pk")
    )


def _active_memberships() -> QuerySet[Membership]:
    return Membership.objects.filter(~Q(member__state=Entity.State.DELETED))
