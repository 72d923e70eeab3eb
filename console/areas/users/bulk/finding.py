"""Whether an operator may perform an operation on each of thousands of entities."""

from collections.abc import Callable

from console.actor import Actor
from console.mirror.models import Entity, Organization
from console.operators import policy


def able(actor: Actor, operation: str, organization: Organization) -> Callable[[Entity], bool]:
    """Whether `actor` may perform the operation on somebody, asked for thousands."""
    if not policy.allows(actor, operation, organization):
        return lambda _: False
    domains = frozenset(policy.granted_domains(actor, operation, organization))
    return lambda entity: not domains or entity.domain in domains
