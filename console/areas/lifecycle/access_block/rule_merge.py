"""Writes of block rules as differences, so that concurrent changes of other users are kept."""

from collections.abc import Mapping
from typing import Any

from console.actor import Actor
from console.areas.lifecycle.access_block import block_rules
from console.areas.lifecycle.access_block.block_rules import (
    DELETE_OPERATION,
    LIST_OPERATION,
    MAX_USERS_PER_RULE,
    PUT_OPERATION,
    RULE_MEMBERS,
    RULE_NAME,
    get_user_ids,
)
from console.aws import errors
from console.aws.catalogue.inverses import CannotUndo, WrittenCall
from console.changes import execution
from console.changes.models import Step
from console.changes.steps import PlannedStep
from console.rules.evaluation import Rule

UNDO_ACTOR = Actor.system("who is frozen")


def write_rule(actor: Actor, step: Step, params: dict[str, Any]) -> dict[str, Any]:
    """Write an access rule; if a block rule changed since it was planned, apply the difference."""
    organization = step.change.organization
    if not is_block_rule_write(step.operation, params):
        return execution.send_write(actor, step, params)
    rules = block_rules.read_rules(actor, organization)
    name = str(params["Name"])
    live, seen = block_rules.get_rule_value(rules, name), _planned_value(step, name)
    if live == seen or (live is not None and not set(live) <= RULE_MEMBERS):
        return execution.send_write(actor, step, params)
    added = [each for each in get_user_ids(params) if each not in get_user_ids(seen)]
    removed = [each for each in get_user_ids(seen) if each not in get_user_ids(params)]
    planned = _plan_merge(rules, name, live, added, removed)
    if planned is None:
        return {}
    return execution.send_write(
        actor, step, dict(planned.params), operation=planned.operation, expecting=planned.expects
    )


def is_block_rule_write(operation: str, params: Mapping[str, Any]) -> bool:
    """Return whether the write creates, updates or deletes a block rule."""
    if not RULE_NAME.fullmatch(str(params["Name"])):
        return False
    return operation == DELETE_OPERATION or block_rules.is_block_rule(params)


def plan_undo(step: Step, written: WrittenCall) -> list[PlannedStep] | None:
    """Plan the undo of a block rule for the users that the write added or removed."""
    if step.operation not in (PUT_OPERATION, DELETE_OPERATION) or not is_block_rule_write(
        step.operation, written.params
    ):
        return None
    name = str(written.params["Name"])
    before = block_rules.get_rule_value(written.before.get(LIST_OPERATION, {}).get("Rules", []), name)
    try:
        rules = block_rules.read_rules(UNDO_ACTOR, step.change.organization)
    except errors.CallFailed as failure:
        raise CannotUndo("WorkMail does not show its rules just now; try again in a while.") from failure
    return list(_plan_reversal(rules, set(get_user_ids(before)), set(get_user_ids(written.params))))


def _plan_reversal(rules: list[Rule], before: set[str], then: set[str]) -> list[PlannedStep]:
    steps: list[PlannedStep] = []
    for entity_id in sorted(then - before):
        if planned := block_rules.plan_removal(rules, entity_id, "Out of the freeze rule"):
            steps.append(planned)
            rules = block_rules.simulate_step(rules, planned)
    for entity_id in sorted(before - then):
        if block_rules.find_block_rule(rules, entity_id) is None:
            planned = block_rules.plan_addition(rules, entity_id, "Back into a freeze rule")
            steps.append(planned)
            rules = block_rules.simulate_step(rules, planned)
    return steps


def _plan_merge(
    rules: list[Rule], name: str, live: Any, added: list[str], removed: list[str]
) -> PlannedStep | None:
    """Plan one write of the same difference to the current rules; return `None` if it is already applied."""
    remaining = [each for each in get_user_ids(live) if each not in removed]
    fresh = [each for each in added if block_rules.find_block_rule(rules, each) is None]
    if fresh and len(remaining) + len(fresh) > MAX_USERS_PER_RULE:
        return block_rules.plan_addition(rules, fresh[0], "")
    people = [*remaining, *fresh]
    if people == get_user_ids(live):
        return None
    return block_rules.plan_rule(rules, name, people, "")


def _planned_value(step: Step, name: str) -> Any:
    """Return the rule as it was when the step was planned."""
    return {**(step.before or {}), **(step.expects or {})}.get(f"Rule {name}")
