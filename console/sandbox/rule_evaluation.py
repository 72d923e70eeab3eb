"""Evaluate rules of access control, mobile devices and impersonation.

A rule applies if all of its conditions hold, so one without conditions always does. A condition holds if
any of its values fits; `Not…` holds if none does. A rule that denies beats all that allow, and where no
rule applies access is denied [documented for mobile devices and impersonation, by example for access].
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Generic, Protocol, TypeVar

ABSENT = "$NONE"  # as a value of a condition: the device reports nothing there

# Members of the rules that are conditions, each also with `Not` before it.
ACCESS_CONDITIONS = ("IpRanges", "Actions", "UserIds", "ImpersonationRoleIds")
DEVICE_CONDITIONS = ("DeviceTypes", "DeviceModels", "DeviceOperatingSystems", "DeviceUserAgents")
TARGET_CONDITIONS = ("TargetUsers",)

Conditions = tuple[tuple[str, tuple[str, ...]], ...]  # (member, its values)


class Rule(Protocol):
    @property
    def effect(self) -> str: ...

    @property
    def conditions(self) -> Conditions: ...


R = TypeVar("R", bound=Rule)
Facts = Mapping[str, str | None]  # by condition: what the request says about it
Test = Callable[[str, tuple[str, ...], Facts], bool]


@dataclass(frozen=True, slots=True)
class Verdict(Generic[R]):
    """The effect and the rules that decided it, without those that were overruled."""

    effect: str
    rules: tuple[R, ...]


def with_negations(*names: str) -> list[str]:
    return [member for name in names for member in (name, f"Not{name}")]


def request_conditions(params: Mapping[str, Any], names: Iterable[str]) -> Conditions:
    """Return the conditions of a request; an empty list is no condition [inferred]."""
    return tuple((each, tuple(params[each])) for each in with_negations(*names) if params.get(each))


def shown_conditions(given: Conditions) -> dict[str, list[str]]:
    """Return the conditions as the service shows them."""
    return {member: list(values) for member, values in given}


def evaluate_access(
    rules: Iterable[R], *, action: str, address: str, user_id: str | None = None, role_id: str | None = None
) -> Verdict[R]:
    """Return whether a user or impersonation role may use this protocol from this IPv4 address."""
    facts = {"IpRanges": address, "Actions": action, "UserIds": user_id, "ImpersonationRoleIds": role_id}
    return evaluate_rules(rules, facts, listed_condition_holds)


def evaluate_device(rules: Iterable[R], properties: Facts) -> Verdict[R]:
    """Return whether a device with these properties may synchronize."""
    return evaluate_rules(rules, properties, device_condition_holds)


def evaluate_impersonation(rules: Iterable[R], user_id: str) -> Verdict[R]:
    """Return whether a role with these rules may act as this user."""
    return evaluate_rules(rules, {"TargetUsers": user_id}, listed_condition_holds)


def evaluate_rules(rules: Iterable[R], facts: Facts, holds: Test) -> Verdict[R]:
    applying = [rule for rule in rules if all(holds(*each, facts) for each in rule.conditions)]
    for effect in ("DENY", "ALLOW"):
        deciding = tuple(rule for rule in applying if rule.effect == effect)
        if deciding:
            return Verdict(effect, deciding)
    return Verdict("DENY", ())  # that no rule is named then is [inferred]


def listed_condition_holds(member: str, values: tuple[str, ...], facts: Facts) -> bool:
    """Return whether a condition holds; `Not…` does not exclude a subject of the other kind [inferred]."""
    name = member.removeprefix("Not")
    fact = facts[name]
    found = fact is not None and (is_within(fact, values) if name == "IpRanges" else fact in values)
    return found != (name != member)


def device_condition_holds(member: str, values: tuple[str, ...], facts: Facts) -> bool:
    """Match prefixes in any case; an absent property matches only `$NONE` and no `Not…` [documented]."""
    name = member.removeprefix("Not")
    fact = (facts.get(name) or "").lower()
    if not fact:
        return name == member and ABSENT in values
    found = any(fact.startswith(value.lower()) for value in values if value != ABSENT)
    return found != (name != member)


def is_within(address: str, ranges: Iterable[str]) -> bool:
    return any(IPv4Address(address) in parse_network(each) for each in ranges)


@lru_cache(maxsize=16_384)
def parse_network(text: str) -> IPv4Network:
    """Return the network; host bits are ignored, since the model's pattern accepts them [inferred]."""
    return IPv4Network(text, strict=False)
