"""How rules decide, whatever they are about: they have no order, a denial wins, and silence denies.

Rules are the dictionaries that WorkMail's lists return. A rule applies if all of its conditions hold,
so one without conditions always does. A condition holds if any of its values fits, `Not…` if none
does. Written down by AWS for mobile devices and impersonation, by example for access [inferred].
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ALLOW, DENY = "ALLOW", "DENY"
Rule = Mapping[str, Any]
Facts = Mapping[str, str | None]  # by condition: what the request says about it, `None` for nothing
Holds = Callable[[str, Sequence[str], Facts], bool]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The effect, and the rules that brought it about: not those that applied but were overruled."""

    effect: str
    rules: tuple[Rule, ...]

    @property
    def allowed(self) -> bool:
        return self.effect == ALLOW

    def named(self, member: str = "Name") -> list[str]:
        """How the deciding rules are called, in order."""
        return sorted(str(rule[member]) for rule in self.rules)


def with_negations(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(member for name in names for member in (name, f"Not{name}"))


def conditions(rule: Rule, names: Iterable[str]) -> Iterator[tuple[str, Sequence[str]]]:
    """The members of a rule that are conditions; an empty list is none [inferred]."""
    return ((member, rule[member]) for member in with_negations(names) if rule.get(member))


def missed(rule: Rule, facts: Facts, holds: Holds) -> str:
    """The first condition for which a rule does not apply, "" if it does."""
    unmet = (member for member, values in conditions(rule, facts) if not holds(member, values, facts))
    return next(unmet, "")


def decide(rules: Iterable[Rule], facts: Facts, holds: Holds) -> Verdict:
    applying = [rule for rule in rules if not missed(rule, facts, holds)]
    for effect in (DENY, ALLOW):
        deciding = tuple(rule for rule in applying if rule["Effect"] == effect)
        if deciding:
            return Verdict(effect, deciding)
    return Verdict(DENY, ())
