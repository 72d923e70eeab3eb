"""Access rules that deny the listed users every protocol from any address.

Mail still arrives. WorkMail takes ten users a rule [documented] and few rules an organization, so users share
the rules `freeze-1`, `freeze-2` and so on.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from console.actor import Actor
from console.aws import changed_fields
from console.changes.steps import ExpectAbsent, PlannedStep
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.rules.access import ACTIONS
from console.rules.evaluation import DENY, Rule

RULE_NAME = re.compile(r"freeze-(\d+)")
MAX_USERS_PER_RULE = 10
RULE_DESCRIPTION = "Frozen through the console: these people reach no mailbox."
LIST_OPERATION, PUT_OPERATION, DELETE_OPERATION = (
    "ListAccessControlRules",
    "PutAccessControlRule",
    "DeleteAccessControlRule",
)
RULE_MEMBERS = frozenset({"Effect", "Description", "UserIds"})
TEST_ADDRESS = "203.0.113.1"  # the rule does not ask where from, so any address proves it
MATCHED_RULES = "MatchedRules"


def read_rules(actor: Actor, organization: Organization) -> list[Rule]:
    return list(gateway.call(actor, LIST_OPERATION, organization).get("Rules", []))


def is_block_rule(rule: Mapping[str, Any]) -> bool:
    """Return whether the rule is a block rule that was not edited outside the console."""
    if not RULE_NAME.fullmatch(str(rule["Name"])) or rule.get("Effect") != DENY:
        return False
    return set(get_rule_value([rule], str(rule["Name"])) or {}) <= RULE_MEMBERS


def get_user_ids(rule: Mapping[str, Any] | None) -> list[str]:
    return list((rule or {}).get("UserIds") or ())


def find_block_rule(rules: Iterable[Rule], entity_id: str) -> Rule | None:
    return next((rule for rule in rules if is_block_rule(rule) and entity_id in get_user_ids(rule)), None)


def find_rule_with_space(rules: Iterable[Rule]) -> Rule | None:
    return next(
        (rule for rule in rules if is_block_rule(rule) and len(get_user_ids(rule)) < MAX_USERS_PER_RULE), None
    )


def find_free_name(rules: Iterable[Rule]) -> str:
    taken = {str(rule["Name"]).lower() for rule in rules}
    return next(name for number in range(1, len(taken) + 2) if (name := f"freeze-{number}") not in taken)


def get_rule_value(rules: Sequence[Rule], name: str) -> Any:
    """Return the rule's value as the audit log and the preview have it; `None` if there is no such rule."""
    (value,) = changed_fields.read_values(
        PUT_OPERATION, {LIST_OPERATION: {"Rules": list(rules)}}, {"Name": name}
    ).values()
    return value


def plan_rule(rules: Sequence[Rule], name: str, people: Sequence[str], label: str) -> PlannedStep:
    """Plan the rule with exactly these users, or its deletion without any; expect its current value."""
    expects = {f"Rule {name}": get_rule_value(rules, name)}
    if not people:
        return PlannedStep(DELETE_OPERATION, {"Name": name}, label, expects=expects)
    params = {"Name": name, "Effect": DENY, "Description": RULE_DESCRIPTION, "UserIds": list(people)}
    return PlannedStep(PUT_OPERATION, params, label, expects=expects)


def plan_addition(
    rules: Sequence[Rule], entity_id: str, label: str, gone: Collection[str] = frozenset()
) -> PlannedStep:
    """Plan adding the user; remove `gone` ids, because a rule may not list deleted users [inferred]."""
    rule = find_rule_with_space(rules)
    name = str(rule["Name"]) if rule else find_free_name(rules)
    return plan_rule(
        rules, name, [*(each for each in get_user_ids(rule) if each not in gone), entity_id], label
    )


def find_deleted_users(organization: Organization, rules: Iterable[Rule]) -> set[str]:
    """Return the ids of deleted users that block rules list."""
    named = {each for rule in rules if is_block_rule(rule) for each in get_user_ids(rule)}
    deleted = Entity.objects.filter(
        organization=organization, entity_id__in=named, state=Entity.State.DELETED
    )
    return set(deleted.values_list("entity_id", flat=True))


def plan_removal(rules: Sequence[Rule], entity_id: str, label: str) -> PlannedStep | None:
    rule = find_block_rule(rules, entity_id)
    if rule is None:
        return None
    return plan_rule(
        rules, str(rule["Name"]), [each for each in get_user_ids(rule) if each != entity_id], label
    )


def plan_block_checks(entity_id: str, needs: int) -> Iterator[PlannedStep]:
    """Plan checks that every protocol denies the user."""
    for action in ACTIONS:
        yield _effect_check(entity_id, action, needs, {"Effect": DENY}, f"{action} is denied")


def plan_restore_checks(entity_id: str, rule: str, needs: int) -> Iterator[PlannedStep]:
    """Plan checks that the user does not match this rule; other rules may still deny access."""
    for action in ACTIONS:
        yield _effect_check(
            entity_id, action, needs, {MATCHED_RULES: ExpectAbsent(rule)}, f"{action} is not denied by it"
        )


def _effect_check(
    entity_id: str, action: str, needs: int, expects: Mapping[str, Any], label: str
) -> PlannedStep:
    params = {"UserId": entity_id, "Action": action, "IpAddress": TEST_ADDRESS}
    return PlannedStep("GetAccessControlEffect", params, label, needs, expects)


def plan_block(rules: Sequence[Rule], user: Entity, position: int = 0) -> list[PlannedStep]:
    """Plan the rule and its checks, beginning at `position` of a plan."""
    gone = find_deleted_users(user.organization, rules)
    return [
        plan_addition(rules, user.entity_id, f"Freeze {user}", gone),
        *plan_block_checks(user.entity_id, position),
    ]


def plan_restore(rules: Sequence[Rule], user: Entity, position: int = 0) -> list[PlannedStep]:
    """Plan removing the user from the block rule; return no steps for a user who is not blocked."""
    planned = plan_removal(rules, user.entity_id, f"Thaw {user}")
    if planned is None:
        return []
    return [planned, *plan_restore_checks(user.entity_id, str(planned.params["Name"]), position)]


def simulate_step(rules: Sequence[Rule], planned: PlannedStep) -> list[Rule]:
    name = planned.params["Name"]
    others = [rule for rule in rules if rule["Name"] != name]
    return [*others, dict(planned.params)] if planned.operation == PUT_OPERATION else others
