"""What WorkMail says of a device, beside every rule and why it does or does not apply, and the override."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.actor import Actor
from console.areas.mobile import reading, wording
from console.areas.mobile.wording import WORDS
from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.rules import mobile
from console.rules.deciding import ALLOW


@dataclass(frozen=True, slots=True)
class Line:
    sentence: str
    said: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """`rules` is what the rules say, `override` what beats them, "" if nothing does.

    `agrees` is whether the console's evaluator says of the rules what WorkMail says.
    """

    rules: str
    override: str
    lines: Sequence[Line]
    agrees: bool | None

    @property
    def allowed(self) -> bool:
        return (self.override or self.rules) == ALLOW


def ask(
    actor: Actor, organization: Organization, device: Mapping[str, str], person: Entity | None, device_id: str
) -> Answer:
    asked: dict[str, Any] = dict(device)
    told = gateway.call(actor, "GetMobileDeviceAccessEffect", organization, **asked)
    override = override_of(actor, person, device_id) if person else ""
    if not policy.allows(actor, "ListMobileDeviceAccessRules", organization):
        return Answer(told["Effect"], override, [], None)
    rules = reading.rules(actor, organization)
    deciding = {each["MobileDeviceAccessRuleId"] for each in told.get("MatchedRules") or ()}
    lines = [
        _line(rule, mobile.missed(rule, device), rule["MobileDeviceAccessRuleId"] in deciding)
        for rule in rules
    ]
    agrees = mobile.effect(rules, device).effect == told["Effect"]
    return Answer(told["Effect"], override, sorted(lines, key=lambda line: not line.decides), agrees)


def override_of(actor: Actor, person: Entity, device_id: str) -> str:
    """What WorkMail has for this device of hers, "" if nothing."""
    asked: dict[str, Any] = {"UserId": person.entity_id, "DeviceId": device_id}
    try:
        found = gateway.call(actor, "GetMobileDeviceAccessOverride", person.organization, **asked)
    except errors.Refused as refusal:
        if refusal.code != "ResourceNotFoundException":
            raise
        return ""
    return str(found["Effect"])


def _line(rule: Mapping[str, Any], missed: str, decides: bool) -> Line:
    said = f"does not apply: the {WORDS[missed.removeprefix('Not')]} does not fit" if missed else ""
    said = said or ("decides" if decides else "applies, and is overruled by a rule that denies")
    return Line(f"{wording.sentence(rule)} ({rule['Name']})", said, decides)
