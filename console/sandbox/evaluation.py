"""What rules say about a request: one way to decide for access control, mobile devices and impersonation.

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
ACCESS = ("IpRanges", "Actions", "UserIds", "ImpersonationRoleIds")
DEVICE = ("DeviceTypes", "DeviceModels", "DeviceOperatingSystems", "DeviceUserAgents")
TARGET = ("TargetUsers",)

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
    """The effect, and the rules that brought it about, without those that applied but were overruled."""

    effect: str
    rules: tuple[R, ...]


def with_negations(*names: str) -> list[str]:
    return [member for name in names for member in (name, f"Not{name}")]


def conditions(params: Mapping[str, Any], names: Iterable[str]) -> Conditions:
    """Those of a request; an empty list is no condition [inferred]."""
    return tuple((each, tuple(params[each])) for each in with_negations(*names) if params.get(each))


def members(given: Conditions) -> dict[str, list[str]]:
    """Conditions as the service shows them."""
    return {member: list(values) for member, values in given}


def access(
    rules: Iterable[R], *, action: str, address: str, user_id: str | None = None, role_id: str | None = None
) -> Verdict[R]:
    """May this user, or this impersonation role, come from this IPv4 address by this protocol?"""
    facts = {"IpRanges": address, "Actions": action, "UserIds": user_id, "ImpersonationRoleIds": role_id}
    return decided(rules, facts, listed)


def device(rules: Iterable[R], properties: Facts) -> Verdict[R]:
    """May a device that reports these properties synchronize? They are named as in `DEVICE`."""
    return decided(rules, properties, reported)


def impersonation(rules: Iterable[R], user_id: str) -> Verdict[R]:
    """May the role that has these rules act as this user?"""
    return decided(rules, {"TargetUsers": user_id}, listed)


def decided(rules: Iterable[R], facts: Facts, holds: Test) -> Verdict[R]:
    applying = [rule for rule in rules if all(holds(*each, facts) for each in rule.conditions)]
    for effect in ("DENY", "ALLOW"):
        deciding = tuple(rule for rule in applying if rule.effect == effect)
        if deciding:
            return Verdict(effect, deciding)
    return Verdict("DENY", ())  # that no rule is named then is [inferred]


def listed(member: str, values: tuple[str, ...], facts: Facts) -> bool:
    """A role is in no list of users, nor a user in one of roles; so `Not…` excludes neither [inferred]."""
    name = member.removeprefix("Not")
    fact = facts[name]
    found = fact is not None and (within(fact, values) if name == "IpRanges" else fact in values)
    return found != (name != member)


def reported(member: str, values: tuple[str, ...], facts: Facts) -> bool:
    """A prefix in any case; where the device reports nothing `$NONE` alone fits, no `Not…` [documented]."""
    name = member.removeprefix("Not")
    fact = (facts.get(name) or "").lower()
    if not fact:
        return name == member and ABSENT in values
    found = any(fact.startswith(value.lower()) for value in values if value != ABSENT)
    return found != (name != member)


def within(address: str, ranges: Iterable[str]) -> bool:
    return any(IPv4Address(address) in network(each) for each in ranges)


@lru_cache(maxsize=16_384)
def network(text: str) -> IPv4Network:
    """Bits behind the prefix do not count [inferred]: the model's pattern lets them through."""
    return IPv4Network(text, strict=False)
