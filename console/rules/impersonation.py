"""Evaluate the rules of an impersonation role: the users it may act as."""

from collections.abc import Iterable, Sequence

from console.rules import evaluation
from console.rules.evaluation import RequestFacts, Rule, Verdict

CONDITIONS = ("TargetUsers",)


def evaluate_impersonation(rules: Iterable[Rule], target: str) -> Verdict:
    """Return whether a role with these rules may act as this user; "" is a user whom no rule names."""
    return evaluation.evaluate_rules(rules, {"TargetUsers": target}, target_condition_holds)


def unmet_target_condition(rule: Rule, target: str) -> str:
    """Return the member of the rule that the user does not meet, "" if the rule applies."""
    return evaluation.unmet_condition(rule, {"TargetUsers": target}, target_condition_holds)


def target_condition_holds(member: str, values: Sequence[str], facts: RequestFacts) -> bool:
    return (facts["TargetUsers"] in values) != member.startswith("Not")
