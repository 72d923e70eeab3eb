"""One availability configuration: WorkMail lists them, and has no read for a single one."""

from collections.abc import Mapping
from typing import Any

from console.actor import Actor
from console.gateway import gateway
from console.mirror.models import Organization

READ, MEMBER = "ListAvailabilityConfigurations", "AvailabilityConfigurations"


def find(actor: Actor, organization: Organization, domain: str) -> Mapping[str, Any] | None:
    """The configuration of a domain, in whatever case; `None` where there is none."""
    for page in gateway.call_pages(actor, READ, organization):
        for each in page.get(MEMBER, []):
            if str(each.get("DomainName", "")).lower() == domain.lower():
                found: Mapping[str, Any] = each
                return found
    return None
