"""Evaluate mobile device access rules, and overrides for one device of one user."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from console.rules import evaluation
from console.rules.evaluation import RequestFacts, Rule, Verdict

ABSENT = "$NONE"  # as a value of a condition: the device reports nothing there [documented]
# What a device reports, by the condition that it is held against.
PROPERTIES = {
    "DeviceTypes": "DeviceType",
    "DeviceModels": "DeviceModel",
    "DeviceOperatingSystems": "DeviceOperatingSystem",
    "DeviceUserAgents": "DeviceUserAgent",
}


def evaluate_device(rules: Iterable[Rule], device: Mapping[str, str | None]) -> Verdict:
    """Return whether a device that reports these properties may synchronize."""
    return evaluation.evaluate_rules(rules, device_facts(device), device_condition_holds)


def unmet_device_condition(rule: Rule, device: Mapping[str, str | None]) -> str:
    """Return the member of the rule that the device does not meet, "" if the rule applies."""
    return evaluation.unmet_condition(rule, device_facts(device), device_condition_holds)


def find_override(
    overrides: Iterable[Mapping[str, Any]], user_id: str, device_id: str
) -> Mapping[str, Any] | None:
    """Return the override of a device, which beats all rules; ids are compared without case."""
    wanted = device_id.lower()
    settling = (o for o in overrides if o["UserId"] == user_id and o["DeviceId"].lower() == wanted)
    return next(settling, None)


def device_facts(device: Mapping[str, str | None]) -> RequestFacts:
    return {condition: device.get(member) for condition, member in PROPERTIES.items()}


def device_condition_holds(member: str, values: Sequence[str], device: RequestFacts) -> bool:
    """Match prefixes in any case; an absent property matches only `$NONE` and no `Not…` [documented]."""
    name = member.removeprefix("Not")
    fact = (device.get(name) or "").lower()
    if not fact:
        return name == member and ABSENT in values
    found = any(fact.startswith(value.lower()) for value in values if value != ABSENT)
    return found != (name != member)
