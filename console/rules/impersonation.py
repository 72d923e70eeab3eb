"""What the rules of an impersonation role say: as whom it may act."""

from collections.abc import Iterable, Sequence

from console.rules import deciding
from console.rules.deciding import Facts, Rule, Verdict

CONDITIONS = ("TargetUsers",)


def effect(rules: Iterable[Rule], target: str) -> Verdict:
    """May the role that has these rules act as this user? "" is somebody whom no rule names."""
    return deciding.decide(rules, {"TargetUsers": target}, holds)


def missed(rule: Rule, target: str) -> str:
    """The member of the rule for which it does not apply to the user, "" if it does."""
    return deciding.missed(rule, {"TargetUsers": target}, holds)


def holds(member: str, values: Sequence[str], facts: Facts) -> bool:
    return (facts["TargetUsers"] in values) != member.startswith("Not")
