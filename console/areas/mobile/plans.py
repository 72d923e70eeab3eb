"""A change of mobile device rules: its writes, its impact, and the checks that follow."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from console.areas.mobile import wording
from console.changes.steps import PlannedStep
from console.mirror.models import Organization
from console.rules.evaluation import ALLOW, DENY, Rule
from console.rules.mobile_simulation import MobileDraft

CHANGE_KIND = "mobile-rules"
RULE_ID = "MobileDeviceAccessRuleId"
MAX_SAMPLED = 5  # kinds of devices of which WorkMail is asked afterwards
DATE_MEMBERS = frozenset({"DateCreated", "DateModified"})
NEW_RULE_ID = ""  # the id of a rule that is not there yet


@dataclass(frozen=True)
class MobileRulePlan:
    """A planned change of mobile device rules; `before` are all rules as WorkMail has them."""

    organization: Organization
    title: str
    before: Sequence[Rule]
    after: Sequence[Rule]
    writes: Sequence[PlannedStep]

    @cached_property
    def draft(self) -> MobileDraft:
        return MobileDraft(self.before, self.after)

    @property
    def seal(self) -> str:
        """Return a hash of the rules before the change; another hash means that they were changed since."""
        plain = [{name: rule[name] for name in rule if name not in DATE_MEMBERS} for rule in self.before]
        return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()

    @property
    def phrase(self) -> str:
        return "lock out every device" if self.draft.leaves_none else ""

    def proofs(self) -> list[PlannedStep]:
        """Return the checks that compare WorkMail's answers after the change with those of the evaluator."""
        sample = [(flip.device, flip.after) for flip in self.draft.flips[:MAX_SAMPLED]]
        if not sample:
            allowed = self.draft.allowed_device()
            sample = [({}, DENY) if allowed is None else (allowed, ALLOW)]
        return [
            PlannedStep(
                "GetMobileDeviceAccessEffect",
                device,
                wording.describe_device(device),
                expects={"Effect": effect},
            )
            for device, effect in sample
        ]


def plan_saving(
    organization: Organization, rules: Sequence[Rule], wanted: Mapping[str, Any], rule_id: str
) -> MobileRulePlan:
    """Plan a new rule, or one that replaces the rule with this id."""
    others = [rule for rule in rules if rule[RULE_ID] != rule_id]
    write = (
        PlannedStep("UpdateMobileDeviceAccessRule", {RULE_ID: rule_id, **wanted})
        if rule_id
        else PlannedStep("CreateMobileDeviceAccessRule", wanted)
    )
    after = [*others, {RULE_ID: rule_id, **wanted}]
    return MobileRulePlan(organization, wording.describe_rule(wanted), rules, after, [write])


def plan_deletion(organization: Organization, rules: Sequence[Rule], rule: Rule) -> MobileRulePlan:
    after = [each for each in rules if each[RULE_ID] != rule[RULE_ID]]
    write = PlannedStep("DeleteMobileDeviceAccessRule", {RULE_ID: rule[RULE_ID]})
    return MobileRulePlan(organization, f"Delete: {wording.describe_rule(rule)}", rules, after, [write])
