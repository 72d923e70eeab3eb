"""Which people an operator may see and touch."""

from console.actor import Actor
from console.areas.directory import scope
from console.areas.directory.kinds import Kind
from console.mirror.models import Entity, EntityQuerySet, Organization


def people(actor: Actor, organization: Organization) -> EntityQuerySet:
    """Everybody whom `actor` may see, the deleted too."""
    return scope.of_kind(actor, organization, Kind.USER)


def find(actor: Actor, operation: str, organization: Organization, user_id: str) -> Entity:
    """The person on whom `actor` wants to perform `operation`, as in `directory.scope`."""
    return scope.find(actor, operation, organization, user_id, Kind.USER)
