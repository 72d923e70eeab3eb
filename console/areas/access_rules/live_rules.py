"""Access rules as WorkMail has them, and names for the users, networks and roles in them."""

from collections.abc import Iterable, Sequence
from typing import Any

from console.actor import Actor
from console.areas.access_rules import models
from console.areas.access_rules.wording import RuleWording
from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Organization
from console.operators import policy
from console.rules import access, evaluation
from console.rules.evaluation import Rule

USER_MEMBERS = ("UserIds", "NotUserIds")
# The console itself reads how roles are called; who may not list them sees that in rules all the same.
SYSTEM_ACTOR = Actor.system("names of impersonation roles")


def list_rules(actor: Actor, organization: Organization) -> list[dict[str, Any]]:
    rules = gateway.call(actor, "ListAccessControlRules", organization).get("Rules", [])
    return sorted(rules, key=lambda rule: str(rule["Name"]).lower())


def get_role_names(organization: Organization) -> dict[str, str]:
    """Return the names of impersonation roles by id; empty if AWS does not list them."""
    try:
        pages = list(gateway.call_pages(SYSTEM_ACTOR, "ListImpersonationRoles", organization))
    except errors.CallFailed:
        return {}
    return {role["ImpersonationRoleId"]: role["Name"] for page in pages for role in page.get("Roles", [])}


def build_wording(
    actor: Actor, organization: Organization, every: Sequence[Rule], *, roles: bool = False
) -> RuleWording:
    """Return the names of the users, networks and roles in these rules; with `roles`, of all roles."""
    ids = {each for rule in every for member in USER_MEMBERS for each in rule.get(member) or ()}
    named = roles or any(
        rule.get(f"{prefix}ImpersonationRoleIds") for rule in every for prefix in ("", "Not")
    )
    return RuleWording(
        people=get_user_names(actor, organization, ids),
        networks=models.get_network_ranges(organization),
        roles=get_role_names(organization) if named else {},
        hidden=not policy.covers_organization(actor, "ListAccessControlRules", organization),
    )


def get_user_names(actor: Actor, organization: Organization, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of those users that `actor` can see, by id."""
    visible = policy.visible_entities(actor, "ListAccessControlRules", organization).filter(
        entity_id__in=list(ids)
    )
    return {
        entity_id: display or name
        for entity_id, display, name in visible.values_list("entity_id", "display_name", "name")
    }


def concerns_user(rule: Rule, user_id: str) -> bool:
    """Return whether the rule can apply to the user; one for other users or for roles cannot."""
    facts = {"UserIds": user_id, "ImpersonationRoleIds": None}
    return not evaluation.unmet_condition(rule, facts, access.access_condition_holds)
