"""Mobile device rules and devices as text, such as "Deny devices whose type begins with Android"."""

from collections.abc import Iterable, Mapping, Sequence

from console.rules.evaluation import ALLOW, Rule
from console.rules.mobile import ABSENT, PROPERTIES
from console.rules.mobile_simulation import OTHER_VALUE

PROPERTY_LABELS = {
    "DeviceTypes": "type",
    "DeviceModels": "model",
    "DeviceOperatingSystems": "operating system",
    "DeviceUserAgents": "user agent",
}
MAX_SPELLED_OUT = 4


def describe_rule(rule: Rule) -> str:
    """Return the rule as a sentence; all its conditions must hold."""
    verb = "Allow" if rule["Effect"] == ALLOW else "Deny"
    parts = [_describe_condition(name, rule) for name in PROPERTIES]
    conditions = [part for part in parts if part]
    return f"{verb} devices {_join_conditions(conditions)}" if conditions else f"{verb} every device"


def _describe_condition(name: str, rule: Rule) -> str:
    only, but = rule.get(name) or (), rule.get(f"Not{name}") or ()
    word = PROPERTY_LABELS[name]
    parts = []
    if only:
        parts.append(_describe_included(word, only))
    if but:
        parts.append(f"that report their {word}, which does not begin with {join_alternatives(but)}")
    return " and ".join(parts)


def _describe_included(word: str, values: Sequence[str]) -> str:
    named = [value for value in values if value != ABSENT]
    begins = f"whose {word} begins with {join_alternatives(named)}" if named else ""
    absent = f"that report no {word}" if ABSENT in values else ""
    return " or ".join(part for part in (begins, absent) if part)


def describe_device_kind(reports: Mapping[str, Iterable[str]], prefixes: Mapping[str, Iterable[str]]) -> str:
    conditions = [
        _describe_values(PROPERTY_LABELS[name], set(values), set(prefixes[name]))
        for name, values in reports.items()
    ]
    return f"Devices {_join_conditions(conditions)}" if conditions else "Every device"


def _describe_values(word: str, values: set[str], prefixes: set[str]) -> str:
    """Describe values; if others are included, name the excluded prefixes and the longer exceptions."""
    left_out = sorted(prefixes - values - {ABSENT, OTHER_VALUE})
    named = sorted(
        value
        for value in values - {ABSENT, OTHER_VALUE}
        if OTHER_VALUE not in values or _has_prefix(value, left_out)
    )
    others = (
        f"whose {word} does not begin with {join_alternatives(left_out)}" if left_out else f"of any {word}"
    )
    parts = [
        f"whose {word} begins with {join_alternatives(named)}" if named else "",
        others if OTHER_VALUE in values else "",
        f"that report no {word}" if ABSENT in values else "",
    ]
    return " or ".join(part for part in parts if part)


def _has_prefix(value: str, prefixes: Iterable[str]) -> bool:
    return any(value.lower().startswith(prefix.lower()) for prefix in prefixes)


def join_alternatives(values: Sequence[str]) -> str:
    """Return the values as `a`, `a or b` or `a, b or 3 others`."""
    reported = [value for value in values if value != ABSENT]
    more = len(reported) - MAX_SPELLED_OUT
    words = [*reported[:MAX_SPELLED_OUT], f"{more} others"] if more > 1 else reported
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _join_conditions(parts: Sequence[str]) -> str:
    return ", and ".join(parts)


def describe_device(reported: Mapping[str, str]) -> str:
    if not reported:
        return "a device that reports nothing"
    return ", ".join(f"{member.removeprefix('Device')}: {value}" for member, value in reported.items())
