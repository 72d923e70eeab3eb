"""WorkMail's answer for one device, with every rule and why it applies or not, and the override."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.actor import Actor
from console.areas.mobile import live_rules, wording
from console.areas.mobile.wording import PROPERTY_LABELS
from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.rules import mobile
from console.rules.evaluation import ALLOW


@dataclass(frozen=True, slots=True)
class RuleResult:
    sentence: str
    said: str
    decides: bool


@dataclass(frozen=True, slots=True)
class DeviceTestResult:
    """WorkMail's answer, the override that precedes it or "", and whether the console's evaluator agrees."""

    rules: str
    override: str
    lines: Sequence[RuleResult]
    agrees: bool | None

    @property
    def allowed(self) -> bool:
        return (self.override or self.rules) == ALLOW


def run_test(
    actor: Actor, organization: Organization, device: Mapping[str, str], person: Entity | None, device_id: str
) -> DeviceTestResult:
    asked: dict[str, Any] = dict(device)
    told = gateway.call(actor, "GetMobileDeviceAccessEffect", organization, **asked)
    override = get_override_effect(actor, person, device_id) if person else ""
    if not policy.allows(actor, "ListMobileDeviceAccessRules", organization):
        return DeviceTestResult(told["Effect"], override, [], None)
    rules = live_rules.list_rules(actor, organization)
    deciding = {each["MobileDeviceAccessRuleId"] for each in told.get("MatchedRules") or ()}
    lines = [
        _rule_result(
            rule, mobile.unmet_device_condition(rule, device), rule["MobileDeviceAccessRuleId"] in deciding
        )
        for rule in rules
    ]
    agrees = mobile.evaluate_device(rules, device).effect == told["Effect"]
    return DeviceTestResult(
        told["Effect"], override, sorted(lines, key=lambda line: not line.decides), agrees
    )


def get_override_effect(actor: Actor, person: Entity, device_id: str) -> str:
    """Return the effect of the device's override, or "" if there is none."""
    asked: dict[str, Any] = {"UserId": person.entity_id, "DeviceId": device_id}
    try:
        found = gateway.call(actor, "GetMobileDeviceAccessOverride", person.organization, **asked)
    except errors.Refused as refusal:
        if refusal.code != "ResourceNotFoundException":
            raise
        return ""
    return str(found["Effect"])


def _rule_result(rule: Mapping[str, Any], missed: str, decides: bool) -> RuleResult:
    said = f"does not apply: the {PROPERTY_LABELS[missed.removeprefix('Not')]} does not fit" if missed else ""
    said = said or ("decides" if decides else "applies, and is overruled by a rule that denies")
    return RuleResult(f"{wording.describe_rule(rule)} ({rule['Name']})", said, decides)
