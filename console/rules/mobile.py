"""What mobile device access rules say, and overrides, which beat them for one device of one person."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from console.rules import deciding
from console.rules.deciding import Facts, Rule, Verdict

ABSENT = "$NONE"  # as a value of a condition: the device reports nothing there [documented]
# What a device reports, by the condition that it is held against.
PROPERTIES = {
    "DeviceTypes": "DeviceType",
    "DeviceModels": "DeviceModel",
    "DeviceOperatingSystems": "DeviceOperatingSystem",
    "DeviceUserAgents": "DeviceUserAgent",
}


def effect(rules: Iterable[Rule], device: Mapping[str, str | None]) -> Verdict:
    """May a device that reports this synchronize? `device` is by members of GetMobileDeviceAccessEffect."""
    return deciding.decide(rules, facts(device), holds)


def missed(rule: Rule, device: Mapping[str, str | None]) -> str:
    """The member of the rule for which it does not apply to the device, "" if it does."""
    return deciding.missed(rule, facts(device), holds)


def override(
    overrides: Iterable[Mapping[str, Any]], user_id: str, device_id: str
) -> Mapping[str, Any] | None:
    """The one that settles the matter for this device, whatever the rules say; case is no matter."""
    wanted = device_id.lower()
    settling = (o for o in overrides if o["UserId"] == user_id and o["DeviceId"].lower() == wanted)
    return next(settling, None)


def facts(device: Mapping[str, str | None]) -> Facts:
    return {condition: device.get(member) for condition, member in PROPERTIES.items()}


def holds(member: str, values: Sequence[str], device: Facts) -> bool:
    """A prefix in any case; where the device reports nothing `$NONE` alone fits, no `Not…` [documented]."""
    name = member.removeprefix("Not")
    fact = (device.get(name) or "").lower()
    if not fact:
        return name == member and ABSENT in values
    found = any(fact.startswith(value.lower()) for value in values if value != ABSENT)
    return found != (name != member)
