"""What WorkMail says to one person, beside every rule and why it does or does not apply."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from console.actor import Actor
from console.areas.access_rules import reading
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.rules import access
from console.rules.deciding import ALLOW

WHY = {
    "IpRanges": "the address is outside its networks",
    "NotIpRanges": "the address is in a network that it leaves out",
    "Actions": "it is about other protocols",
    "NotActions": "it leaves this protocol out",
    "UserIds": "it is about other people",
    "NotUserIds": "it leaves this person out",
    "ImpersonationRoleIds": "it is about impersonation roles",
    "NotImpersonationRoleIds": "it leaves this role out",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One rule: its sentence, and what it has to do with the answer."""

    name: str
    sentence: str
    said: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """WorkMail's own word; `agrees` says whether our evaluator has the same, `None` if it was not asked."""

    person: Entity
    action: str
    address: str
    effect: str
    lines: Sequence[Line]
    agrees: bool | None

    @property
    def allowed(self) -> bool:
        return self.effect == ALLOW


def ask(actor: Actor, organization: Organization, *, person: Entity, action: str, address: str) -> Answer:
    asked: dict[str, Any] = {"UserId": person.entity_id, "Action": action, "IpAddress": address}
    told = gateway.call(actor, "GetAccessControlEffect", organization, **asked)
    if not policy.allows(actor, "ListAccessControlRules", organization):
        return Answer(person, action, address, told["Effect"], [], None)
    rules = reading.rules(actor, organization)
    wording = reading.wording(actor, organization, rules)
    question = {"action": action, "address": address, "user_id": person.entity_id}
    ours = access.effect(rules, **question)
    deciding = set(told.get("MatchedRules") or ())
    lines = [
        Line(
            rule["Name"],
            wording.sentence(rule),
            _said(access.missed(rule, **question), rule["Name"] in deciding),
            rule["Name"] in deciding,
        )
        for rule in rules
    ]
    ordered = sorted(lines, key=lambda line: not line.decides)
    return Answer(person, action, address, told["Effect"], ordered, ours.effect == told["Effect"])


def _said(missed: str, decides: bool) -> str:
    if decides:
        return "decides"
    return f"does not apply: {WHY[missed]}" if missed else "applies, and is overruled by a rule that denies"
