"""Impersonation rules as text and badges."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from console.rules import impersonation
from console.rules.evaluation import ALLOW, Rule
from console.ui.markup import badge

EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class RuleDisplay:
    """A rule on a page; `why` is its part in the answer for a user."""

    name: str
    description: str
    effect: SafeString
    whom: str
    why: str = ""
    decides: bool = False

    @property
    def is_for_all(self) -> bool:
        return self.whom == EVERYBODY


def effect_badge(value: str) -> SafeString:
    return badge("Allow" if value == ALLOW else "Deny", "success" if value == ALLOW else "danger")


def verdict_badge(allowed: bool) -> SafeString:
    """Return the badge of the answer; that a user can be impersonated is a warning, not a success."""
    return badge("Can be impersonated", "warning") if allowed else badge("Cannot", "neutral")


def display_rule(rule: Rule, names: Mapping[str, str], **more: Any) -> RuleDisplay:
    return RuleDisplay(
        name=rule.get("Name") or rule["ImpersonationRuleId"],
        description=rule.get("Description") or "",
        effect=effect_badge(rule["Effect"]),
        whom=describe_targets(rule, names),
        **more,
    )


def describe_targets(rule: Rule, names: Mapping[str, str]) -> str:
    """Return the targets, such as `Ada and Bo`, `everybody except Cy` or `Ada, but not Ada`."""
    some, none = (rule.get(member) or [] for member in ("TargetUsers", "NotTargetUsers"))
    if some and none:
        return f"{_join_names(some, names)}, but not {_join_names(none, names)}"
    if some:
        return _join_names(some, names)
    return f"{EVERYBODY} except {_join_names(none, names)}" if none else EVERYBODY


def explain_rules(rules: list[dict[str, Any]], names: Mapping[str, str], target: str) -> list[RuleDisplay]:
    deciding = impersonation.evaluate_impersonation(rules, target).rules
    return [
        display_rule(
            rule, names, why=_explain_rule(rule, target, decides=rule in deciding), decides=rule in deciding
        )
        for rule in rules
    ]


def _explain_rule(rule: Rule, target: str, *, decides: bool) -> str:
    missed = impersonation.unmet_target_condition(rule, target)
    if missed == "TargetUsers":
        return "does not name this person"
    if missed:
        return "leaves this person out"
    return "decides" if decides else "applies, but a rule that denies beats it"


def _join_names(ids: list[str], names: Mapping[str, str]) -> str:
    *most, last = [names.get(each, each) for each in ids]
    return f"{', '.join(most)} and {last}" if most else last
