"""From a mobile rule that is wanted to a change: what is written, what it flips, and how it is proven."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from console.areas.mobile import wording
from console.changes.steps import PlannedStep
from console.mirror.models import Organization
from console.rules.deciding import ALLOW, DENY, Rule
from console.rules.mobile_draft import Draft

KIND = "mobile-rules"
ID = "MobileDeviceAccessRuleId"
SAMPLE = 5  # kinds of devices of which WorkMail is asked afterwards
DATES = frozenset({"DateCreated", "DateModified"})
NEW = ""  # the id of a rule that is not there yet


@dataclass(frozen=True)
class Plan:
    """A change of rules before anybody agreed to it. `before` are all rules as WorkMail has them now."""

    organization: Organization
    title: str
    before: Sequence[Rule]
    after: Sequence[Rule]
    writes: Sequence[PlannedStep]

    @cached_property
    def draft(self) -> Draft:
        return Draft(self.before, self.after)

    @property
    def seal(self) -> str:
        """Of the rules that this was made for: another one means that somebody has changed them since."""
        plain = [{name: rule[name] for name in rule if name not in DATES} for rule in self.before]
        return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()

    @property
    def phrase(self) -> str:
        return "lock out every device" if self.draft.leaves_none else ""

    def proofs(self) -> list[PlannedStep]:
        """Questions to WorkMail whose answers have to be those of our evaluator."""
        sample = [(flip.device, flip.after) for flip in self.draft.flips[:SAMPLE]]
        if not sample:
            allowed = self.draft.allowed_device()
            sample = [({}, DENY) if allowed is None else (allowed, ALLOW)]
        return [
            PlannedStep(
                "GetMobileDeviceAccessEffect", device, wording.device(device), expects={"Effect": effect}
            )
            for device, effect in sample
        ]


def saving(
    organization: Organization, rules: Sequence[Rule], wanted: Mapping[str, Any], rule_id: str
) -> Plan:
    """A new rule, or one that takes the place of the one with this id, all of it."""
    others = [rule for rule in rules if rule[ID] != rule_id]
    write = (
        PlannedStep("UpdateMobileDeviceAccessRule", {ID: rule_id, **wanted})
        if rule_id
        else PlannedStep("CreateMobileDeviceAccessRule", wanted)
    )
    after = [*others, {ID: rule_id, **wanted}]
    return Plan(organization, wording.sentence(wanted), rules, after, [write])


def deleting(organization: Organization, rules: Sequence[Rule], rule: Rule) -> Plan:
    after = [each for each in rules if each[ID] != rule[ID]]
    write = PlannedStep("DeleteMobileDeviceAccessRule", {ID: rule[ID]})
    return Plan(organization, f"Delete: {wording.sentence(rule)}", rules, after, [write])
