"""Evaluate rules of any kind: they have no order, a denial wins, and without a match the answer is deny.

Rules are the dictionaries that WorkMail's lists return. A rule applies if all of its conditions hold,
so one without conditions always does. A condition holds if any of its values fits, `Not…` if none
does. Written down by AWS for mobile devices and impersonation, by example for access [inferred].
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ALLOW, DENY = "ALLOW", "DENY"
Rule = Mapping[str, Any]
RequestFacts = Mapping[str, str | None]  # by condition: what the request says about it, `None` for nothing
ConditionTest = Callable[[str, Sequence[str], RequestFacts], bool]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The effect and the rules that decided it, without those that were overruled."""

    effect: str
    rules: tuple[Rule, ...]

    @property
    def allowed(self) -> bool:
        return self.effect == ALLOW

    def named(self, member: str = "Name") -> list[str]:
        """Return the names of the deciding rules, sorted."""
        return sorted(str(rule[member]) for rule in self.rules)


def with_negations(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(member for name in names for member in (name, f"Not{name}"))


def rule_conditions(rule: Rule, names: Iterable[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """Yield the members of a rule that are conditions; an empty list is none [inferred]."""
    return ((member, rule[member]) for member in with_negations(names) if rule.get(member))


def unmet_condition(rule: Rule, facts: RequestFacts, holds: ConditionTest) -> str:
    """Return the first condition that a request does not meet, "" if it meets all."""
    unmet = (member for member, values in rule_conditions(rule, facts) if not holds(member, values, facts))
    return next(unmet, "")


def evaluate_rules(rules: Iterable[Rule], facts: RequestFacts, holds: ConditionTest) -> Verdict:
    applying = [rule for rule in rules if not unmet_condition(rule, facts, holds)]
    for effect in (DENY, ALLOW):
        deciding = tuple(rule for rule in applying if rule["Effect"] == effect)
        if deciding:
            return Verdict(effect, deciding)
    return Verdict(DENY, ())
