"""Mobile rules and overrides as WorkMail has them now, within what somebody may see."""

from typing import Any

from console.actor import Actor
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators import policy

# WorkMail lists everybody's overrides together: the console reads them and shows each operator her part.
CONSOLE = Actor.system("overrides for mobile devices")


def rules(actor: Actor, organization: Organization) -> list[dict[str, Any]]:
    """In the order of their names: they have no other."""
    found = gateway.call(actor, "ListMobileDeviceAccessRules", organization).get("Rules", [])
    return sorted(found, key=lambda rule: (str(rule["Name"]).lower(), str(rule["MobileDeviceAccessRuleId"])))


def overrides(actor: Actor, organization: Organization) -> list[tuple[dict[str, Any], Entity | None]]:
    """Those of the people whom `actor` may see, with each person; botocore has no paginator for them."""
    pages = gateway.call_pages(CONSOLE, "ListMobileDeviceAccessOverrides", organization)
    found = [each for page in pages for each in page.get("Overrides", [])]
    known = _people(actor, organization, {each["UserId"] for each in found})
    whole = policy.covers_organization(actor, "ListMobileDeviceAccessOverrides", organization)
    shown = [(each, known.get(each["UserId"])) for each in found if whole or each["UserId"] in known]
    return sorted(shown, key=lambda pair: (str(pair[1] or pair[0]["UserId"]).lower(), pair[0]["DeviceId"]))


def overrides_of(actor: Actor, person: Entity) -> list[dict[str, Any]]:
    asked = {"UserId": person.entity_id}
    pages = gateway.call_pages(actor, "ListMobileDeviceAccessOverrides", person.organization, **asked)
    return [each for page in pages for each in page.get("Overrides", [])]


def _people(actor: Actor, organization: Organization, ids: set[str]) -> dict[str, Entity]:
    seen = policy.visible_entities(actor, "ListMobileDeviceAccessOverrides", organization)
    return {each.entity_id: each for each in seen.filter(entity_id__in=ids)}
