"""What a draft of mobile device access rules changes, exactly and without asking AWS.

What counts of a property is which of the rules' prefixes it begins with. So the devices of the world
fall into a few kinds: for each property those that report nothing, those that begin with a prefix, and
all others. Every kind is looked at, so the answers are exact.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from console.rules import evaluation, mobile
from console.rules.evaluation import ALLOW, DENY, Rule
from console.rules.mobile import ABSENT, PROPERTIES

OTHER_VALUE = ""  # anything that begins with none of the prefixes
MAX_KINDS = (
    20_000  # kinds that are kept apart; beyond that, those for which the same rules apply are taken together
)
LETTERS = [
    chr(code) for code in (*range(ord("z"), ord(" "), -1), *range(0xA1, 0x100))
]  # AWS's pattern has them
Values = frozenset[str]
DeviceKind = tuple[Values, ...]  # for each property the values that a kind of device may report there


@dataclass(frozen=True, slots=True)
class DeviceChange:
    """Devices whose answer changes, by what they report for each property; `device` is one of them."""

    reports: Mapping[str, Values]
    before: str
    after: str
    device: Mapping[str, str]


@dataclass(frozen=True)
class MobileDraft:
    before: Sequence[Rule]
    after: Sequence[Rule]

    @cached_property
    def rules(self) -> list[Rule]:
        return [*self.before, *self.after]

    @cached_property
    def prefixes(self) -> dict[str, list[str]]:
        """Return the values to distinguish for each property: the rules' prefixes, `$NONE` and any other."""
        return {name: [OTHER_VALUE, ABSENT, *_iterate_prefixes(self.rules, name)] for name in PROPERTIES}

    @cached_property
    def kinds(self) -> dict[DeviceKind, int]:
        """Return each kind of device with the rules, before and after, that apply to it, one bit per rule."""
        groups = [self._groups(name) for name in PROPERTIES]
        count = 1
        for group in groups:
            count *= len(group)
        if count > MAX_KINDS:
            return self._merged(groups)
        return {
            tuple(values for values, _ in chosen): _intersect_bits(bits for _, bits in chosen)
            for chosen in product(*(group.items() for group in groups))
        }

    def _groups(self, name: str) -> dict[Values, int]:
        """Return the values of a property, grouped by the rules that they match."""
        found: dict[int, set[str]] = {}
        for value in self.prefixes[name]:
            found.setdefault(self._agreeing(name, value), set()).add(value)
        return {frozenset(values): bits for bits, values in found.items()}

    def _agreeing(self, name: str, value: str) -> int:
        """Return the rules whose conditions on this property a device with this value meets."""
        reported = reported_value(value, self.prefixes[name])
        met = (
            not evaluation.unmet_condition(rule, {name: reported}, mobile.device_condition_holds)
            for rule in self.rules
        )
        return sum(1 << place for place, holds in enumerate(met) if holds)

    def _merged(self, groups: list[dict[Values, int]]) -> dict[DeviceKind, int]:
        """Return one kind for each set of rules that can apply together."""
        kinds: dict[int, DeviceKind] = {-1: ()}
        for group in groups:
            kinds = {
                bits & each: (*cube, values) for bits, cube in kinds.items() for values, each in group.items()
            }
        return {cube: bits for bits, cube in kinds.items()}

    def effect(self, applying: int, *, after: bool) -> str:
        """Return the effect, before or after, where the rules of these bits apply."""
        begin = len(self.before) if after else 0
        rules = self.after if after else self.before
        effects = {rule["Effect"] for place, rule in enumerate(rules) if applying >> (begin + place) & 1}
        return DENY if DENY in effects or ALLOW not in effects else ALLOW

    @cached_property
    def flips(self) -> list[DeviceChange]:
        """Return every kind of device whose answer changes, merged as far as possible."""
        found: dict[tuple[str, str], list[DeviceKind]] = {}
        for cube, bits in self.kinds.items():
            before, after = self.effect(bits, after=False), self.effect(bits, after=True)
            if before != after:
                found.setdefault((before, after), []).append(cube)
        return [self._flip(cube, *told) for told, cubes in found.items() for cube in merge_kinds(cubes)]

    def _flip(self, cube: DeviceKind, before: str, after: str) -> DeviceChange:
        named = dict(zip(PROPERTIES, cube, strict=True))
        whole = {name: frozenset(values) for name, values in self.prefixes.items()}
        return DeviceChange(
            {name: values for name, values in named.items() if values != whole[name]},
            before,
            after,
            self.device(cube),
        )

    def device(self, cube: DeviceKind) -> dict[str, str]:
        """Return a device of this kind that reports as little as possible."""
        found = {}
        for name, values in zip(PROPERTIES, cube, strict=True):
            value = ABSENT if ABSENT in values else min(values)
            if reported := reported_value(value, self.prefixes[name]):
                found[PROPERTIES[name]] = reported
        return found

    @property
    def leaves_none(self) -> bool:
        """Return whether no device could synchronize any more."""
        return all(self.effect(bits, after=True) == DENY for bits in self.kinds.values())

    def allowed_device(self) -> dict[str, str] | None:
        """Return a device that may synchronize afterwards, `None` if there is none."""
        allowed = (cube for cube, bits in self.kinds.items() if self.effect(bits, after=True) == ALLOW)
        return next((self.device(cube) for cube in allowed), None)


def _iterate_prefixes(rules: Iterable[Rule], name: str) -> Iterator[str]:
    """Yield each prefix once, regardless of case, without `$NONE`."""
    seen = set()
    for rule in rules:
        for value in (*(rule.get(name) or ()), *(rule.get(f"Not{name}") or ())):
            if value != ABSENT and value.lower() not in seen:
                seen.add(value.lower())
                yield value


def reported_value(value: str, prefixes: Iterable[str]) -> str | None:
    """Return what a device reports for the value; for "other" a text that no prefix matches."""
    if value == ABSENT:
        return None
    if value != OTHER_VALUE:
        return value
    begun = {each[:1].lower() for each in prefixes if each not in (OTHER_VALUE, ABSENT)}
    return next((letter for letter in LETTERS if letter not in begun), None)


def _intersect_bits(bits: Iterable[int]) -> int:
    found = -1
    for each in bits:
        found &= each
    return found


def merge_kinds(cubes: list[DeviceKind]) -> list[DeviceKind]:
    """Merge kinds that differ in one property only."""
    for place in range(len(PROPERTIES)):
        beside: dict[tuple[Values, ...], Values] = {}
        for cube in cubes:
            rest = (*cube[:place], *cube[place + 1 :])
            beside[rest] = beside.get(rest, frozenset()) | cube[place]
        cubes = [(*rest[:place], values, *rest[place:]) for rest, values in beside.items()]
    return cubes
