"""Which groups an operator may see and touch, and which members she may see in them."""

from collections.abc import Iterable

from console.actor import Actor
from console.areas.directory import kinds, scope
from console.areas.directory.kinds import Kind
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy


def find(actor: Actor, operation: str, organization: Organization, group_id: str) -> Entity:
    """The group on which `actor` wants to perform `operation`, as in `directory.scope`."""
    return scope.find(actor, operation, organization, group_id, Kind.GROUP)


def members(actor: Actor, group: Entity) -> EntityQuerySet:
    """Whom `actor` may see of those who are directly in the group."""
    seen = scope.entities(actor, "ListGroupMembers", group.organization)
    return seen.filter(memberships__group=group).exclude(state=Entity.State.DELETED)


def outside(actor: Actor, group: Entity) -> int:
    """How many of them she may not see."""
    if policy.covers_organization(actor, "ListGroupMembers", group.organization):
        return 0
    living = Entity.objects.filter(memberships__group=group).exclude(state=Entity.State.DELETED)
    return living.count() - members(actor, group).count()


def candidates(actor: Actor, group: Entity | None, organization: Organization) -> EntityQuerySet:
    """Whom she may put into it: people and groups, even if they are disabled."""
    found = scope.entities(actor, "AssociateMemberToGroup", organization)
    found = found.filter(kind__in=(Kind.USER, Kind.GROUP)).exclude(state=Entity.State.DELETED)
    return found.exclude(pk=group.pk) if group else found


def seen(actor: Actor, entities: Iterable[Entity]) -> set[int]:
    """The keys of those whom she may see, without asking the database."""
    return {
        each.pk for each in entities if policy.allows(actor, kinds.of(each).describe, each.organization, each)
    }
