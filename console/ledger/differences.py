"""Field-by-field differences of a write."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Difference(NamedTuple):
    field: str
    before: Any
    after: Any


def find_differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Return the fields that differ; members of a mapping count as fields, one level deep."""
    old, new = _flatten(before), _flatten(after)
    names = dict.fromkeys([*old, *new])
    return [
        Difference(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)
    ]


def _flatten(shown: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in shown.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{member}": each for member, each in value.items()}
        else:
            flat[name] = value
    return flat
