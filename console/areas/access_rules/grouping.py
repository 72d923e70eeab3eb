"""Rules that belong together: WorkMail takes ten people a rule, so more of them are several rules.

The parts of `no-imap` are `no-imap-part1`, `no-imap-part2` …, alike but for the people they name. They
are shown, changed and deleted as one rule.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from console.rules.deciding import Rule

MOST = 10  # people of one rule [documented]
PART = re.compile(r"(?P<name>.+)-part(?P<number>\d+)")
LONGEST = 64 - len("-part999")  # of a name that has parts
APART = frozenset({"Name", "UserIds", "DateCreated", "DateModified"})  # what parts do not share


@dataclass(frozen=True, slots=True)
class Group:
    """One rule as people see it; `rules` are those of WorkMail, in the order of their names."""

    name: str
    rules: tuple[Rule, ...]

    @property
    def whole(self) -> dict[str, Any]:
        """As if WorkMail took any number of people."""
        people = [each for rule in self.rules for each in rule.get("UserIds") or ()]
        return {**self.rules[0], "Name": self.name, **({"UserIds": people} if people else {})}

    @property
    def names(self) -> list[str]:
        return [str(rule["Name"]) for rule in self.rules]


def groups(rules: Iterable[Rule]) -> list[Group]:
    """Rules in the order of their names, parts together; a part that was changed apart stands alone."""
    found: dict[tuple[str, str], list[Rule]] = {}
    for rule in rules:
        found.setdefault(_key(rule), []).append(rule)
    made = [_group(name, members) for (name, _), members in found.items()]
    return sorted((each for several in made for each in several), key=lambda group: group.name.lower())


def find(rules: Iterable[Rule], name: str) -> Group | None:
    return next((group for group in groups(rules) if group.name == name), None)


def split(rule: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rules that WorkMail gets for one, of which each names at most ten people."""
    people: Sequence[str] = rule.get("UserIds") or ()
    if len(people) <= MOST:
        return [dict(rule)]
    chunks = [list(people[start : start + MOST]) for start in range(0, len(people), MOST)]
    return [
        {**rule, "Name": f"{rule['Name']}-part{number}", "UserIds": chunk}
        for number, chunk in enumerate(chunks, 1)
    ]


def _key(rule: Rule) -> tuple[str, str]:
    """The common name of parts, and what they have to share to be parts."""
    match = PART.fullmatch(rule["Name"])
    if match is None or not rule.get("UserIds"):
        return rule["Name"], ""
    shared = sorted((member, value) for member, value in rule.items() if member not in APART)
    return match["name"], repr(shared)


def _group(name: str, members: list[Rule]) -> list[Group]:
    """One rule of a kind is no group of parts, whatever it is called."""
    if len(members) < 2:
        return [Group(str(rule["Name"]), (rule,)) for rule in members]
    return [Group(name, tuple(sorted(members, key=_number)))]


def _number(rule: Rule) -> int:
    match = PART.fullmatch(rule["Name"])
    return int(match["number"]) if match else 0
