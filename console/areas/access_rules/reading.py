"""The rules as WorkMail has them now, and the words for what they name, within what somebody may see."""

from collections.abc import Iterable, Sequence
from typing import Any

from console.actor import Actor
from console.areas.access_rules import models
from console.areas.access_rules.wording import Wording
from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Organization
from console.operators import policy
from console.rules import access, deciding
from console.rules.deciding import Rule

MEMBERS = ("UserIds", "NotUserIds")
# The console itself reads how roles are called; who may not list them sees that in rules all the same.
CONSOLE = Actor.system("names of impersonation roles")


def rules(actor: Actor, organization: Organization) -> list[dict[str, Any]]:
    """In the order of their names: they have no other."""
    found = gateway.call(actor, "ListAccessControlRules", organization).get("Rules", [])
    return sorted(found, key=lambda rule: str(rule["Name"]).lower())


def roles_of(organization: Organization) -> dict[str, str]:
    """The names of impersonation roles; none where AWS does not tell them."""
    try:
        pages = list(gateway.call_pages(CONSOLE, "ListImpersonationRoles", organization))
    except errors.CallFailed:
        return {}
    return {role["ImpersonationRoleId"]: role["Name"] for page in pages for role in page.get("Roles", [])}


def wording(
    actor: Actor, organization: Organization, every: Sequence[Rule], *, roles: bool = False
) -> Wording:
    """Words for the people and networks that these rules name, and for impersonation roles: all if asked."""
    ids = {each for rule in every for member in MEMBERS for each in rule.get(member) or ()}
    named = roles or any(
        rule.get(f"{prefix}ImpersonationRoleIds") for rule in every for prefix in ("", "Not")
    )
    return Wording(
        people=people(actor, organization, ids),
        networks=models.networks(organization),
        roles=roles_of(organization) if named else {},
        hidden=not policy.covers_organization(actor, "ListAccessControlRules", organization),
    )


def people(actor: Actor, organization: Organization, ids: Iterable[str]) -> dict[str, str]:
    """The names of those among them whom `actor` may see."""
    seen = policy.visible_entities(actor, "ListAccessControlRules", organization).filter(
        entity_id__in=list(ids)
    )
    return {
        entity_id: display or name
        for entity_id, display, name in seen.values_list("entity_id", "display_name", "name")
    }


def concerns(rule: Rule, user_id: str) -> bool:
    """Whether a rule is about somebody at all: one for other people, or for roles, is not."""
    facts = {"UserIds": user_id, "ImpersonationRoleIds": None}
    return not deciding.missed(rule, facts, access.holds)
