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
    actor: Actor, organization: Organization, device: Mapping[str, str], user: Entity | None, device_id: str
) -> DeviceTestResult:
    params: dict[str, Any] = dict(device)
    answer = gateway.call(actor, "GetMobileDeviceAccessEffect", organization, **params)
    override = get_override_effect(actor, user, device_id) if user else ""
    if not policy.allows(actor, "ListMobileDeviceAccessRules", organization):
        return DeviceTestResult(answer["Effect"], override, [], None)
    rules = live_rules.list_rules(actor, organization)
    deciding = {each["MobileDeviceAccessRuleId"] for each in answer.get("MatchedRules") or ()}
    lines = [
        _rule_result(
            rule, mobile.unmet_device_condition(rule, device), rule["MobileDeviceAccessRuleId"] in deciding
        )
        for rule in rules
    ]
    agrees = mobile.evaluate_device(rules, device).effect == answer["Effect"]
    return DeviceTestResult(
        answer["Effect"], override, sorted(lines, key=lambda line: not line.decides), agrees
    )


def get_override_effect(actor: Actor, user: Entity, device_id: str) -> str:
    """Return the effect of the device's override, or "" if there is none."""
    params: dict[str, Any] = {"UserId": user.entity_id, "DeviceId": device_id}
    try:
        override = gateway.call(actor, "GetMobileDeviceAccessOverride", user.organization, **params)
    except errors.Refused as refusal:
        if refusal.code != "ResourceNotFoundException":
            raise
        return ""
    return str(override["Effect"])


def _rule_result(rule: Mapping[str, Any], missed: str, decides: bool) -> RuleResult:
    note = f"does not apply: the {PROPERTY_LABELS[missed.removeprefix('Not')]} does not fit" if missed else ""
    note = note or ("decides" if decides else "applies, and is overruled by a rule that denies")
    return RuleResult(f"{wording.describe_rule(rule)} ({rule['Name']})", note, decides)
