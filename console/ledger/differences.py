"""What a write changed, field by field, for people to read."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Difference(NamedTuple):
    field: str
    before: Any
    after: Any


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every field that differs; a mapping's members count as fields of their own, one level deep."""
    old, new = _flat(before), _flat(after)
    names = dict.fromkeys([*old, *new])
    return [
        Difference(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)
    ]


def _flat(shown: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in shown.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{member}": each for member, each in value.items()}
        else:
            flat[name] = value
    return flat
