"""Mobile device rules and overrides as WorkMail has them."""

from typing import Any

from console.actor import Actor
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators import policy

# WorkMail lists everybody's overrides together: the console reads them and shows each operator their part.
SYSTEM_ACTOR = Actor.system("overrides for mobile devices")


def list_rules(actor: Actor, organization: Organization) -> list[dict[str, Any]]:
    rules = gateway.call(actor, "ListMobileDeviceAccessRules", organization).get("Rules", [])
    return sorted(rules, key=lambda rule: (str(rule["Name"]).lower(), str(rule["MobileDeviceAccessRuleId"])))


def list_overrides(actor: Actor, organization: Organization) -> list[tuple[dict[str, Any], Entity | None]]:
    """Return the overrides of the users that `actor` can see, each with its user."""
    pages = gateway.call_pages(SYSTEM_ACTOR, "ListMobileDeviceAccessOverrides", organization)
    overrides = [each for page in pages for each in page.get("Overrides", [])]
    users = _get_users(actor, organization, {each["UserId"] for each in overrides})
    sees_all = policy.covers_organization(actor, "ListMobileDeviceAccessOverrides", organization)
    visible = [(each, users.get(each["UserId"])) for each in overrides if sees_all or each["UserId"] in users]
    return sorted(visible, key=lambda pair: (str(pair[1] or pair[0]["UserId"]).lower(), pair[0]["DeviceId"]))


def list_user_overrides(actor: Actor, user: Entity) -> list[dict[str, Any]]:
    params = {"UserId": user.entity_id}
    pages = gateway.call_pages(actor, "ListMobileDeviceAccessOverrides", user.organization, **params)
    return [each for page in pages for each in page.get("Overrides", [])]


def _get_users(actor: Actor, organization: Organization, ids: set[str]) -> dict[str, Entity]:
    visible = policy.visible_entities(actor, "ListMobileDeviceAccessOverrides", organization)
    return {each.entity_id: each for each in visible.filter(entity_id__in=ids)}
