"""One room as WorkMail has it now, with those who answer for it: read before anything is asked or refused."""

from dataclasses import dataclass
from typing import Any

from console.actor import Actor
from console.areas.resources import booking
from console.gateway import gateway
from console.mirror.models import Entity


@dataclass(frozen=True, slots=True)
class Now:
    """`delegates` are their ids, also of those whom the operator may not see."""

    described: dict[str, Any]
    delegates: frozenset[str]

    def is_last(self, delegate_id: str) -> bool:
        """Whether nobody would answer any more without this delegate."""
        known = booking.options(self.described)
        left = self.delegates - {delegate_id}
        return known is not None and not booking.is_answered(known, len(left))


def now(actor: Actor, resource: Entity) -> Now:
    """Raises what `gateway.call` raises."""
    organization, named = resource.organization, resource.entity_id
    described = gateway.call(actor, "DescribeResource", organization, ResourceId=named)
    pages = gateway.call_pages(actor, "ListResourceDelegates", organization, ResourceId=named)
    delegates = frozenset(str(each["Id"]) for page in pages for each in page.get("Delegates", []))
    return Now(described, delegates)
