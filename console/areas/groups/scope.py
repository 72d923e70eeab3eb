"""The groups and members that an operator can see and change."""

from collections.abc import Iterable

from console.actor import Actor
from console.areas.entities import kinds, scope
from console.areas.entities.kinds import Kind
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy


def get_group(actor: Actor, operation: str, organization: Organization, group_id: str) -> Entity:
    return scope.get_entity(actor, operation, organization, group_id, Kind.GROUP)


def visible_members(actor: Actor, group: Entity) -> EntityQuerySet:
    """Return the direct members that `actor` can see."""
    seen = scope.visible_entities(actor, "ListGroupMembers", group.organization)
    return seen.filter(memberships__group=group).exclude(state=Entity.State.DELETED)


def count_hidden_members(actor: Actor, group: Entity) -> int:
    """Count the direct members that `actor` cannot see."""
    if policy.covers_organization(actor, "ListGroupMembers", group.organization):
        return 0
    living = Entity.objects.filter(memberships__group=group).exclude(state=Entity.State.DELETED)
    return living.count() - visible_members(actor, group).count()


def addable_entities(actor: Actor, group: Entity | None, organization: Organization) -> EntityQuerySet:
    """Return the users and groups, also disabled ones, that `actor` may add to the group."""
    candidates = scope.visible_entities(actor, "AssociateMemberToGroup", organization)
    candidates = candidates.filter(kind__in=(Kind.USER, Kind.GROUP)).exclude(state=Entity.State.DELETED)
    return candidates.exclude(pk=group.pk) if group else candidates


def visible_ids(actor: Actor, entities: Iterable[Entity]) -> set[int]:
    """Return the keys of the entities that `actor` can see, without a query."""
    return {
        each.pk
        for each in entities
        if policy.allows(actor, kinds.get_kind_info(each).describe, each.organization, each)
    }
