"""A resource and its delegates as WorkMail has them now."""

from dataclasses import dataclass
from typing import Any

from console.actor import Actor
from console.areas.resources import booking_options
from console.gateway import gateway
from console.mirror.models import Entity


@dataclass(frozen=True, slots=True)
class CurrentResource:
    """The answer of DescribeResource and the ids of all delegates, also hidden ones."""

    described: dict[str, Any]
    delegates: frozenset[str]

    def is_last(self, delegate_id: str) -> bool:
        """Return whether requests would be unanswered without this delegate."""
        known = booking_options.get_options(self.described)
        left = self.delegates - {delegate_id}
        return known is not None and not booking_options.is_answered(known, len(left))


def read_current_resource(actor: Actor, resource: Entity) -> CurrentResource:
    """Read the resource and its delegates from WorkMail."""
    organization, named = resource.organization, resource.entity_id
    described = gateway.call(actor, "DescribeResource", organization, ResourceId=named)
    pages = gateway.call_pages(actor, "ListResourceDelegates", organization, ResourceId=named)
    delegates = frozenset(str(each["Id"]) for page in pages for each in page.get("Delegates", []))
    return CurrentResource(described, delegates)
