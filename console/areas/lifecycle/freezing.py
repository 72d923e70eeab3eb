"""Freezing: a deny rule that names people and nothing else, so it holds for every protocol from anywhere.

Mail to enabled users still arrives. WorkMail takes ten people a rule [documented], and a few rules an
organization, so people share the managed rules `freeze-1`, `freeze-2` and so on.
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

NAME = re.compile(r"freeze-(\d+)")
ROOM = 10
DESCRIPTION = "Frozen through the console: these people reach no mailbox."
LISTING, PUT, DELETE = "ListAccessControlRules", "PutAccessControlRule", "DeleteAccessControlRule"
SHAPE = frozenset({"Effect", "Description", "UserIds"})
ANYWHERE = "203.0.113.1"  # the rule does not ask where from, so any address proves it
MATCHED = "MatchedRules"


def rules_of(actor: Actor, organization: Organization) -> list[Rule]:
    """All rules as WorkMail has them now."""
    return list(gateway.call(actor, LISTING, organization).get("Rules", []))


def is_managed(rule: Mapping[str, Any]) -> bool:
    """Whether it is one of ours: nobody has given it another effect or a condition."""
    if not NAME.fullmatch(str(rule["Name"])) or rule.get("Effect") != DENY:
        return False
    return set(held([rule], str(rule["Name"])) or {}) <= SHAPE


def ids(rule: Mapping[str, Any] | None) -> list[str]:
    return list((rule or {}).get("UserIds") or ())


def holding(rules: Iterable[Rule], entity_id: str) -> Rule | None:
    """The managed rule that freezes somebody."""
    return next((rule for rule in rules if is_managed(rule) and entity_id in ids(rule)), None)


def with_room(rules: Iterable[Rule]) -> Rule | None:
    return next((rule for rule in rules if is_managed(rule) and len(ids(rule)) < ROOM), None)


def free_name(rules: Iterable[Rule]) -> str:
    taken = {str(rule["Name"]).lower() for rule in rules}
    return next(name for number in range(1, len(taken) + 2) if (name := f"freeze-{number}") not in taken)


def held(rules: Sequence[Rule], name: str) -> Any:
    """What the ledger and the preview call the rule's value; `None` if there is none."""
    (value,) = changed_fields.read_values(PUT, {LISTING: {"Rules": list(rules)}}, {"Name": name}).values()
    return value


def naming(rules: Sequence[Rule], name: str, people: Sequence[str], label: str) -> PlannedStep:
    """The managed rule with exactly these people, none of it without any, based on how it is now."""
    expects = {f"Rule {name}": held(rules, name)}
    if not people:
        return PlannedStep(DELETE, {"Name": name}, label, expects=expects)
    params = {"Name": name, "Effect": DENY, "Description": DESCRIPTION, "UserIds": list(people)}
    return PlannedStep(PUT, params, label, expects=expects)


def adding(
    rules: Sequence[Rule], entity_id: str, label: str, gone: Collection[str] = frozenset()
) -> PlannedStep:
    """Whoever is `gone` leaves the rule on the way: it may not name people who were deleted [inferred]."""
    rule = with_room(rules)
    name = str(rule["Name"]) if rule else free_name(rules)
    return naming(rules, name, [*(each for each in ids(rule) if each not in gone), entity_id], label)


def deleted(organization: Organization, rules: Iterable[Rule]) -> set[str]:
    """Whom managed rules name although they are gone."""
    named = {each for rule in rules if is_managed(rule) for each in ids(rule)}
    found = Entity.objects.filter(organization=organization, entity_id__in=named, state=Entity.State.DELETED)
    return set(found.values_list("entity_id", flat=True))


def removing(rules: Sequence[Rule], entity_id: str, label: str) -> PlannedStep | None:
    rule = holding(rules, entity_id)
    if rule is None:
        return None
    return naming(rules, str(rule["Name"]), [each for each in ids(rule) if each != entity_id], label)


def proofs(entity_id: str, needs: int) -> Iterator[PlannedStep]:
    """That she is denied by every protocol."""
    for action in ACTIONS:
        yield _asked(entity_id, action, needs, {"Effect": DENY}, f"{action} is denied")


def counter_proofs(entity_id: str, rule: str, needs: int) -> Iterator[PlannedStep]:
    """That this rule is none that she meets: whether others deny her is their business."""
    for action in ACTIONS:
        yield _asked(entity_id, action, needs, {MATCHED: ExpectAbsent(rule)}, f"{action} is not denied by it")


def _asked(entity_id: str, action: str, needs: int, expects: Mapping[str, Any], label: str) -> PlannedStep:
    params = {"UserId": entity_id, "Action": action, "IpAddress": ANYWHERE}
    return PlannedStep("GetAccessControlEffect", params, label, needs, expects)


def freezing(rules: Sequence[Rule], person: Entity, position: int = 0) -> list[PlannedStep]:
    """The rule and its proofs, as steps that begin at `position` of a plan."""
    gone = deleted(person.organization, rules)
    return [
        adding(rules, person.entity_id, f"Freeze {person}", gone),
        *proofs(person.entity_id, position),
    ]


def thawing(rules: Sequence[Rule], person: Entity, position: int = 0) -> list[PlannedStep]:
    """The way back; nothing for whom no managed rule names."""
    planned = removing(rules, person.entity_id, f"Thaw {person}")
    if planned is None:
        return []
    return [planned, *counter_proofs(person.entity_id, str(planned.params["Name"]), position)]


def after(rules: Sequence[Rule], planned: PlannedStep) -> list[Rule]:
    """The rules once this step is done."""
    name = planned.params["Name"]
    others = [rule for rule in rules if rule["Name"] != name]
    return [*others, dict(planned.params)] if planned.operation == PUT else others
