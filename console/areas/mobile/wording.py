"""Mobile device rules, and kinds of devices, as sentences: "Deny devices whose type begins with Android"."""

from collections.abc import Iterable, Mapping, Sequence

from console.rules.deciding import ALLOW, Rule
from console.rules.mobile import ABSENT, PROPERTIES
from console.rules.mobile_draft import OTHER

WORDS = {
    "DeviceTypes": "type",
    "DeviceModels": "model",
    "DeviceOperatingSystems": "operating system",
    "DeviceUserAgents": "user agent",
}
SPELLED = 4


def sentence(rule: Rule) -> str:
    """What it does to which devices; all conditions have to hold."""
    verb = "Allow" if rule["Effect"] == ALLOW else "Deny"
    parts = [_condition(name, rule) for name in PROPERTIES]
    told = [part for part in parts if part]
    return f"{verb} devices {_listed(told)}" if told else f"{verb} every device"


def _condition(name: str, rule: Rule) -> str:
    only, but = rule.get(name) or (), rule.get(f"Not{name}") or ()
    word = WORDS[name]
    parts = []
    if only:
        parts.append(_only(word, only))
    if but:
        parts.append(f"that report their {word}, which does not begin with {alternatives(but)}")
    return " and ".join(parts)


def _only(word: str, values: Sequence[str]) -> str:
    named = [value for value in values if value != ABSENT]
    begins = f"whose {word} begins with {alternatives(named)}" if named else ""
    absent = f"that report no {word}" if ABSENT in values else ""
    return " or ".join(part for part in (begins, absent) if part)


def kind(reports: Mapping[str, Iterable[str]], prefixes: Mapping[str, Iterable[str]]) -> str:
    """A kind of device by what it reports, as a draft over these prefixes tells it."""
    told = [_reports(WORDS[name], set(values), set(prefixes[name])) for name, values in reports.items()]
    return f"Devices {_listed(told)}" if told else "Every device"


def _reports(word: str, values: set[str], prefixes: set[str]) -> str:
    """With any other value, what matters is which beginnings are left out, and which longer ones are not."""
    left_out = sorted(prefixes - values - {ABSENT, OTHER})
    named = sorted(
        value for value in values - {ABSENT, OTHER} if OTHER not in values or _within(value, left_out)
    )
    others = f"whose {word} does not begin with {alternatives(left_out)}" if left_out else f"of any {word}"
    parts = [
        f"whose {word} begins with {alternatives(named)}" if named else "",
        others if OTHER in values else "",
        f"that report no {word}" if ABSENT in values else "",
    ]
    return " or ".join(part for part in parts if part)


def _within(value: str, prefixes: Iterable[str]) -> bool:
    return any(value.lower().startswith(prefix.lower()) for prefix in prefixes)


def alternatives(values: Sequence[str]) -> str:
    """`a`, `a or b`, `a, b or 3 others`."""
    known = [value for value in values if value != ABSENT]
    more = len(known) - SPELLED
    words = [*known[:SPELLED], f"{more} others"] if more > 1 else known
    return " or ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def _listed(parts: Sequence[str]) -> str:
    return ", and ".join(parts)


def device(reported: Mapping[str, str]) -> str:
    """One device, as the proof of a change names it."""
    if not reported:
        return "a device that reports nothing"
    return ", ".join(f"{member.removeprefix('Device')}: {value}" for member, value in reported.items())
