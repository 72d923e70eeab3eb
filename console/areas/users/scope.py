"""The users that an operator can see and change."""

from collections.abc import Callable

from console.actor import Actor
from console.areas.entities import scope
from console.areas.entities.kinds import Kind
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy


def visible_users(actor: Actor, organization: Organization) -> EntityQuerySet:
    return scope.visible_of_kind(actor, organization, Kind.USER)


def get_user(actor: Actor, operation: str, organization: Organization, user_id: str) -> Entity:
    return scope.get_entity(actor, operation, organization, user_id, Kind.USER)


def build_permission_check(
    actor: Actor, operation: str, organization: Organization
) -> Callable[[Entity], bool]:
    """Return a check whether `actor` may perform the operation on an entity, without a query per entity."""
    if not policy.allows(actor, operation, organization):
        return lambda _: False
    domains = frozenset(policy.granted_domains(actor, operation, organization))
    return lambda entity: not domains or entity.domain in domains
