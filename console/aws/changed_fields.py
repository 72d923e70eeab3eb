"""The values of the fields that a write changes, before and after it, as its row computes them."""

from collections.abc import Mapping
from typing import Any

from console.aws import model
from console.aws.catalogue import CATALOGUE, DESCRIBE, DESCRIBE_BY_KIND, Operation
from console.aws.catalogue.fields import (
    ChangedFields,
    Params,
    ReadResults,
    Values,
    first_result,
    normalise_empty,
)


def read_values(operation: str, shown: ReadResults, params: Params) -> Values:
    """Return the values that the write's reads show."""
    return get_changed_fields(operation).now(shown, params)


def expected_values(operation: str, values: Values, params: Params) -> Values:
    """Return the values after the write."""
    return get_changed_fields(operation).then(values, params)


def get_changed_fields(operation: str) -> ChangedFields:
    rule = CATALOGUE[operation]
    return rule.fields or _same_members(rule)


def is_readable(operation: str, name: str) -> bool:
    """Return whether any read shows what the write calls `name`; no read shows a password."""
    rule = CATALOGUE[operation]
    return rule.fields is not None or _is_shown(rule, name)


def written_members(rule: Operation, params: Params) -> Values:
    """Return the members that say what the write changes, without target and token."""
    apart = {"OrganizationId", rule.target, model.token_member(rule.name)}
    return {name: value for name, value in params.items() if name not in apart}


def _same_members(rule: Operation) -> ChangedFields:
    """Compute the members that the first read shows by the same name, or by that of `read_as`."""

    def find(shown: ReadResults, params: Params) -> Values:
        found = first_result(shown)
        names = (name for name in written_members(rule, params) if rule.creates or _is_shown(rule, name))
        return {name: normalise_empty(found.get(rule.read_as.get(name, name))) for name in names}

    def become(values: Values, params: Params) -> Values:
        return {name: _merge_values(value, params[name]) for name, value in values.items()}

    return ChangedFields(find, become)


def _is_shown(rule: Operation, name: str) -> bool:
    """Return whether the first read shows the member."""
    reads = [each.operation for each in rule.reads[:1]]
    shown = DESCRIBE_BY_KIND.values() if reads == [DESCRIBE] else reads
    return any(rule.read_as.get(name, name) in model.output_members(read) for read in shown)


def _merge_values(before: Any, asked: Any) -> Any:
    if isinstance(before, Mapping) and isinstance(asked, Mapping):
        return {**before, **asked}
    return normalise_empty(asked)
