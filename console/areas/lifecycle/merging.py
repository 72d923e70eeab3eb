"""A managed rule is put whole but meant as a difference: who came since the plan was made stays in it."""

from collections.abc import Mapping
from typing import Any

from console.actor import Actor
from console.areas.lifecycle import freezing
from console.areas.lifecycle.freezing import DELETE, LISTING, NAME, PUT, ROOM, SHAPE, ids
from console.aws import errors
from console.changes import execution
from console.changes.inverses import CannotUndo, WrittenCall
from console.changes.models import Step
from console.changes.steps import PlannedStep
from console.rules.evaluation import Rule

CONSOLE = Actor.system("who is frozen")


def write(actor: Actor, step: Step, params: dict[str, Any]) -> dict[str, Any]:
    """A write of an access control rule: as it stands, unless it is a managed one that has moved on."""
    organization = step.change.organization
    if not is_meant(step.operation, params):
        return execution.send_write(actor, step, params)
    rules = freezing.rules_of(actor, organization)
    name = str(params["Name"])
    live, seen = freezing.held(rules, name), _seen(step, name)
    if live == seen or (live is not None and not set(live) <= SHAPE):
        return execution.send_write(actor, step, params)
    added = [each for each in ids(params) if each not in ids(seen)]
    removed = [each for each in ids(seen) if each not in ids(params)]
    planned = _merged(rules, name, live, added, removed)
    if planned is None:
        return {}
    return execution.send_write(
        actor, step, dict(planned.params), operation=planned.operation, expecting=planned.expects
    )


def is_meant(operation: str, params: Mapping[str, Any]) -> bool:
    """Whether the write makes or unmakes a managed rule."""
    if not NAME.fullmatch(str(params["Name"])):
        return False
    return operation == DELETE or freezing.is_managed(params)


def taken_back(step: Step, written: WrittenCall) -> list[PlannedStep] | None:
    """The undo of a managed rule: who was added leaves, who was removed returns, nobody else moves."""
    if step.operation not in (PUT, DELETE) or not is_meant(step.operation, written.params):
        return None
    name = str(written.params["Name"])
    before = freezing.held(written.before.get(LISTING, {}).get("Rules", []), name)
    try:
        rules = freezing.rules_of(CONSOLE, step.change.organization)
    except errors.CallFailed as failure:
        raise CannotUndo("WorkMail does not show its rules just now; try again in a while.") from failure
    return list(_reversed(rules, set(ids(before)), set(ids(written.params))))


def _reversed(rules: list[Rule], before: set[str], then: set[str]) -> list[PlannedStep]:
    found: list[PlannedStep] = []
    for entity_id in sorted(then - before):
        if planned := freezing.removing(rules, entity_id, "Out of the freeze rule"):
            found.append(planned)
            rules = freezing.after(rules, planned)
    for entity_id in sorted(before - then):
        if freezing.holding(rules, entity_id) is None:
            planned = freezing.adding(rules, entity_id, "Back into a freeze rule")
            found.append(planned)
            rules = freezing.after(rules, planned)
    return found


def _merged(
    rules: list[Rule], name: str, live: Any, added: list[str], removed: list[str]
) -> PlannedStep | None:
    """One write that makes the same difference to the rules of now; none if it is made already."""
    kept = [each for each in ids(live) if each not in removed]
    fresh = [each for each in added if freezing.holding(rules, each) is None]
    if fresh and len(kept) + len(fresh) > ROOM:
        return freezing.adding(rules, fresh[0], "")
    people = [*kept, *fresh]
    if people == ids(live):
        return None
    return freezing.naming(rules, name, people, "")


def _seen(step: Step, name: str) -> Any:
    """The rule as it was when the step was planned."""
    return {**(step.before or {}), **(step.expects or {})}.get(f"Rule {name}")
