"""WorkMail allows ten users in a rule, so a rule for more is stored in parts: `no-imap-part1`, ….

The parts of `no-imap` are `no-imap-part1`, `no-imap-part2` …, alike but for the people they name. They
are shown, changed and deleted as one rule.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.rules.evaluation import Rule

MAX_USERS = 10  # people of one rule [documented]
PART_NAME = re.compile(r"(?P<name>.+)-part(?P<number>\d+)")
MAX_NAME_LENGTH = 64 - len("-part999")  # of a name that has parts
UNSHARED_MEMBERS = frozenset({"Name", "UserIds", "DateCreated", "DateModified"})  # what parts do not share


@dataclass(frozen=True, slots=True)
class RuleGroup:
    """One rule as operators see it; `rules` are its parts at WorkMail, ordered by name."""

    name: str
    rules: tuple[Rule, ...]

    @property
    def whole(self) -> dict[str, Any]:
        """Return one rule with the users of all parts."""
        people = [each for rule in self.rules for each in rule.get("UserIds") or ()]
        return {**self.rules[0], "Name": self.name, **({"UserIds": people} if people else {})}

    @property
    def names(self) -> list[str]:
        return [str(rule["Name"]) for rule in self.rules]


def group_rules(rules: Iterable[Rule]) -> list[RuleGroup]:
    """Return the rules as groups, ordered by name; a part that differs from the others stands alone."""
    members_by_name: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        members_by_name.setdefault(_part_key(rule), []).append(rule)
    groups_by_name = [_build_groups(name, members) for (name, _), members in members_by_name.items()]
    return sorted(
        (each for several in groups_by_name for each in several), key=lambda group: group.name.lower()
    )


def find_group(rules: Iterable[Rule], name: str) -> RuleGroup | None:
    return next((group for group in group_rules(rules) if group.name == name), None)


def split_rule(rule: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rule as WorkMail's rules of at most ten users each."""
    people: Sequence[str] = rule.get("UserIds") or ()
    if len(people) <= MAX_USERS:
        return [dict(rule)]
    chunks = [list(people[start : start + MAX_USERS]) for start in range(0, len(people), MAX_USERS)]
    return [
        {**rule, "Name": f"{rule['Name']}-part{number}", "UserIds": chunk}
        for number, chunk in enumerate(chunks, 1)
    ]


def _part_key(rule: Rule) -> tuple[str, str]:
    """Return the common name of parts, and the members that they must share."""
    match = PART_NAME.fullmatch(rule["Name"])
    if match is None or not rule.get("UserIds"):
        return rule["Name"], ""
    shared = sorted((member, value) for member, value in rule.items() if member not in UNSHARED_MEMBERS)
    return match["name"], repr(shared)


def _build_groups(name: str, members: list[Rule]) -> list[RuleGroup]:
    """Return one group of the parts; a single rule is no part, whatever its name."""
    if len(members) < 2:
        return [RuleGroup(str(rule["Name"]), (rule,)) for rule in members]
    return [RuleGroup(name, tuple(sorted(members, key=_part_number)))]


def _part_number(rule: Rule) -> int:
    match = PART_NAME.fullmatch(rule["Name"])
    return int(match["number"]) if match else 0
