"""Rules of an impersonation role in words, and why one does or does not concern somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from console.rules import impersonation
from console.rules.deciding import ALLOW, Rule
from console.ui.markup import badge

EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Told:
    """A rule as a page shows it; `why` says what it has to do with the person asked about."""

    name: str
    description: str
    effect: SafeString
    whom: str
    why: str = ""
    decides: bool = False

    @property
    def is_for_all(self) -> bool:
        return self.whom == EVERYBODY


def effect(value: str) -> SafeString:
    return badge("Allow" if value == ALLOW else "Deny", "success" if value == ALLOW else "danger")


def verdict(allowed: bool) -> SafeString:
    """That somebody can be impersonated is no success: it is what to look out for."""
    return badge("Can be impersonated", "warning") if allowed else badge("Cannot", "neutral")


def told(rule: Rule, names: Mapping[str, str], **more: Any) -> Told:
    return Told(
        name=rule.get("Name") or rule["ImpersonationRuleId"],
        description=rule.get("Description") or "",
        effect=effect(rule["Effect"]),
        whom=whom(rule, names),
        **more,
    )


def whom(rule: Rule, names: Mapping[str, str]) -> str:
    """`Ada and Bo`, `everybody except Cy`, `Ada, but not Ada` for what contradicts itself."""
    some, none = (rule.get(member) or [] for member in ("TargetUsers", "NotTargetUsers"))
    if some and none:
        return f"{_listed(some, names)}, but not {_listed(none, names)}"
    if some:
        return _listed(some, names)
    return f"{EVERYBODY} except {_listed(none, names)}" if none else EVERYBODY


def explained(rules: list[dict[str, Any]], names: Mapping[str, str], target: str) -> list[Told]:
    """Each rule with why it matters to the target or does not."""
    deciding = impersonation.effect(rules, target).rules
    return [
        told(rule, names, why=_why(rule, target, decides=rule in deciding), decides=rule in deciding)
        for rule in rules
    ]


def _why(rule: Rule, target: str, *, decides: bool) -> str:
    missed = impersonation.missed(rule, target)
    if missed == "TargetUsers":
        return "does not name this person"
    if missed:
        return "leaves this person out"
    return "decides" if decides else "applies, but a rule that denies beats it"


def _listed(ids: list[str], names: Mapping[str, str]) -> str:
    *most, last = [names.get(each, each) for each in ids]
    return f"{', '.join(most)} and {last}" if most else last
