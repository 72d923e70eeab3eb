"""WorkMail's answer for one user, with every rule and why it applies or not."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from console.actor import Actor
from console.areas.access_rules import live_rules
from console.gateway import gateway
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.rules import access
from console.rules.evaluation import ALLOW

MISS_REASONS = {
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
class RuleResult:
    name: str
    sentence: str
    said: str
    decides: bool


@dataclass(frozen=True, slots=True)
class AccessTestResult:
    """WorkMail's answer; `agrees` tells whether the console's evaluator agrees, `None` if it did not run."""

    person: Entity
    action: str
    address: str
    effect: str
    lines: Sequence[RuleResult]
    agrees: bool | None

    @property
    def allowed(self) -> bool:
        return self.effect == ALLOW


def run_test(
    actor: Actor, organization: Organization, *, person: Entity, action: str, address: str
) -> AccessTestResult:
    params: dict[str, Any] = {"UserId": person.entity_id, "Action": action, "IpAddress": address}
    answer = gateway.call(actor, "GetAccessControlEffect", organization, **params)
    if not policy.allows(actor, "ListAccessControlRules", organization):
        return AccessTestResult(person, action, address, answer["Effect"], [], None)
    rules = live_rules.list_rules(actor, organization)
    wording = live_rules.build_wording(actor, organization, rules)
    question = {"action": action, "address": address, "user_id": person.entity_id}
    ours = access.evaluate_access(rules, **question)
    deciding = set(answer.get("MatchedRules") or ())
    lines = [
        RuleResult(
            rule["Name"],
            wording.sentence(rule),
            _explain_result(access.unmet_access_condition(rule, **question), rule["Name"] in deciding),
            rule["Name"] in deciding,
        )
        for rule in rules
    ]
    ordered = sorted(lines, key=lambda line: not line.decides)
    return AccessTestResult(
        person, action, address, answer["Effect"], ordered, ours.effect == answer["Effect"]
    )


def _explain_result(missed: str, decides: bool) -> str:
    if decides:
        return "decides"
    return (
        f"does not apply: {MISS_REASONS[missed]}"
        if missed
        else "applies, and is overruled by a rule that denies"
    )
