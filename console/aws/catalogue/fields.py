"""The fields that a write changes, and functions that compute them before and after it.

The fields are a mapping from what a reader would call them to their values; `None` is an absent value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Values = dict[str, Any]
ReadResults = Mapping[str, Any]  # results of reads by operation, as the audit log stores them
Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChangedFields:
    """`now` computes the values from the reads, `then` those after the write."""

    now: Callable[[ReadResults, Params], Values]
    then: Callable[[Values, Params], Values]


def first_result(shown: ReadResults) -> Mapping[str, Any]:
    """Return the result of the write's first read."""
    found: Mapping[str, Any] = next(iter(shown.values()), {})
    return found


def normalise_empty(value: Any) -> Any:
    """Return `None` for an empty value, which AWS leaves out."""
    return None if value in ("", False, [], {}) else value


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row of a list in the first read: present with a value, or absent."""

    listing: str
    label: Callable[[Params], str]
    matches: Callable[[Params, Any], bool]
    shows: Callable[[Any], Any] = lambda _: True

    def becoming(self, value: Callable[[Params], Any]) -> ChangedFields:
        return ChangedFields(
            self.find, lambda _, params: {self.label(params): normalise_empty(value(params))}
        )

    def going(self) -> ChangedFields:
        return self.becoming(lambda _: None)

    def find(self, shown: ReadResults, params: Params) -> Values:
        rows = (row for row in first_result(shown).get(self.listing, []) if self.matches(params, row))
        return {self.label(params): next((normalise_empty(self.shows(row)) for row in rows), None)}


def match_members(*pairs: str) -> Callable[[Params, Any], bool]:
    """Match rows by members equal to the write's: `GroupId`, or `Id=EntityId` if names differ."""
    named = [(row, param or row) for row, _, param in (pair.partition("=") for pair in pairs)]

    def matches(params: Params, row: Any) -> bool:
        return all(
            str(row.get(of_row, "")).casefold() == str(params.get(of_params, "")).casefold()
            for of_row, of_params in named
        )

    return matches


def pick_members(*names: str) -> Callable[[Any], Values]:
    """Return a function that picks the members of a row that have a value."""
    return lambda row: {name: row[name] for name in names if row.get(name)}


def rule_values(row: Any) -> Values:
    """Return a rule without the members that AWS sets."""
    apart = (
        "DateCreated",
        "DateModified",
        "OrganizationId",
        "ClientToken",
        "Name",
        "MobileDeviceAccessRuleId",
    )
    return {name: value for name, value in row.items() if name not in apart and value not in (None, [], "")}


def whole_result(name: str) -> ChangedFields:
    """Compute the whole result of the first read, which the write removes."""
    return ChangedFields(
        lambda shown, _: {name: dict(first_result(shown)) or None}, lambda _, __: {name: None}
    )


def single_member(member: str, value: str) -> ChangedFields:
    """Compute one member of the first read, which the write sets to `value`."""
    return ChangedFields(
        lambda shown, _: {member: first_result(shown).get(member)}, lambda _, __: {member: value}
    )
