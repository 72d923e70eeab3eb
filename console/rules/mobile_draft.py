"""What a draft of mobile device access rules changes: for which devices. AWS is asked nothing.

What counts of a property is which of the rules' prefixes it begins with. So the devices of the world
fall into a few kinds: for each property those that report nothing, those that begin with a prefix, and
all others. Every kind is looked at, so the answers are exact.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from console.rules import deciding, mobile
from console.rules.deciding import ALLOW, DENY, Rule
from console.rules.mobile import ABSENT, PROPERTIES

OTHER = ""  # anything that begins with none of the prefixes
MOST = (
    20_000  # kinds that are kept apart; beyond that, those for which the same rules apply are taken together
)
LETTERS = [
    chr(code) for code in (*range(ord("z"), ord(" "), -1), *range(0xA1, 0x100))
]  # AWS's pattern has them
Values = frozenset[str]
Cube = tuple[Values, ...]  # for each property the values that a kind of device may report there


@dataclass(frozen=True, slots=True)
class Flip:
    """Devices whose answer changes: for each property what they report, nothing named if it does not matter.

    `device` is one of them, by members of GetMobileDeviceAccessEffect.
    """

    reports: Mapping[str, Values]
    before: str
    after: str
    device: Mapping[str, str]


@dataclass(frozen=True)
class Draft:
    before: Sequence[Rule]
    after: Sequence[Rule]

    @cached_property
    def rules(self) -> list[Rule]:
        return [*self.before, *self.after]

    @cached_property
    def prefixes(self) -> dict[str, list[str]]:
        """What stands for each property: a prefix as the rules spell it, `$NONE`, or `OTHER`."""
        return {name: [OTHER, ABSENT, *_prefixes(self.rules, name)] for name in PROPERTIES}

    @cached_property
    def kinds(self) -> dict[Cube, int]:
        """Kinds of devices, and of all rules, before and after, those that apply to them, one bit a rule."""
        groups = [self._groups(name) for name in PROPERTIES]
        count = 1
        for group in groups:
            count *= len(group)
        if count > MOST:
            return self._merged(groups)
        return {
            tuple(values for values, _ in chosen): _all(bits for _, bits in chosen)
            for chosen in product(*(group.items() for group in groups))
        }

    def _groups(self, name: str) -> dict[Values, int]:
        """The values of one property, those together on which the same rules agree."""
        found: dict[int, set[str]] = {}
        for value in self.prefixes[name]:
            found.setdefault(self._agreeing(name, value), set()).add(value)
        return {frozenset(values): bits for bits, values in found.items()}

    def _agreeing(self, name: str, value: str) -> int:
        """The rules whose conditions on this property a device with this value meets."""
        reported = reported_as(value, self.prefixes[name])
        met = (not deciding.missed(rule, {name: reported}, mobile.holds) for rule in self.rules)
        return sum(1 << place for place, holds in enumerate(met) if holds)

    def _merged(self, groups: list[dict[Values, int]]) -> dict[Cube, int]:
        """One kind for each set of rules that can apply together."""
        kinds: dict[int, Cube] = {-1: ()}
        for group in groups:
            kinds = {
                bits & each: (*cube, values) for bits, cube in kinds.items() for values, each in group.items()
            }
        return {cube: bits for bits, cube in kinds.items()}

    def effect(self, applying: int, *, after: bool) -> str:
        """What the rules say, before or after, if those of these bits apply."""
        begin = len(self.before) if after else 0
        rules = self.after if after else self.before
        effects = {rule["Effect"] for place, rule in enumerate(rules) if applying >> (begin + place) & 1}
        return DENY if DENY in effects or ALLOW not in effects else ALLOW

    @cached_property
    def flips(self) -> list[Flip]:
        """Every kind of device whose answer changes, told as briefly as can be."""
        found: dict[tuple[str, str], list[Cube]] = {}
        for cube, bits in self.kinds.items():
            before, after = self.effect(bits, after=False), self.effect(bits, after=True)
            if before != after:
                found.setdefault((before, after), []).append(cube)
        return [self._flip(cube, *told) for told, cubes in found.items() for cube in joined(cubes)]

    def _flip(self, cube: Cube, before: str, after: str) -> Flip:
        named = dict(zip(PROPERTIES, cube, strict=True))
        whole = {name: frozenset(values) for name, values in self.prefixes.items()}
        return Flip(
            {name: values for name, values in named.items() if values != whole[name]},
            before,
            after,
            self.device(cube),
        )

    def device(self, cube: Cube) -> dict[str, str]:
        """A device of this kind, which reports as little as it can."""
        found = {}
        for name, values in zip(PROPERTIES, cube, strict=True):
            value = ABSENT if ABSENT in values else min(values)
            if reported := reported_as(value, self.prefixes[name]):
                found[PROPERTIES[name]] = reported
        return found

    @property
    def leaves_none(self) -> bool:
        """Whether no device whatever could synchronize."""
        return all(self.effect(bits, after=True) == DENY for bits in self.kinds.values())

    def allowed_device(self) -> dict[str, str] | None:
        """A device that may synchronize afterwards."""
        allowed = (cube for cube, bits in self.kinds.items() if self.effect(bits, after=True) == ALLOW)
        return next((self.device(cube) for cube in allowed), None)


def _prefixes(rules: Iterable[Rule], name: str) -> Iterator[str]:
    """Each prefix once, whatever its case, and never what stands for nothing."""
    seen = set()
    for rule in rules:
        for value in (*(rule.get(name) or ()), *(rule.get(f"Not{name}") or ())):
            if value != ABSENT and value.lower() not in seen:
                seen.add(value.lower())
                yield value


def reported_as(value: str, prefixes: Iterable[str]) -> str | None:
    """What a device says that stands for the value: for anything else a text that none of them begins."""
    if value == ABSENT:
        return None
    if value != OTHER:
        return value
    begun = {each[:1].lower() for each in prefixes if each not in (OTHER, ABSENT)}
    return next((letter for letter in LETTERS if letter not in begun), None)


def _all(bits: Iterable[int]) -> int:
    found = -1
    for each in bits:
        found &= each
    return found


def joined(cubes: list[Cube]) -> list[Cube]:
    """The same devices in fewer kinds: those that differ in one property alone become one."""
    for place in range(len(PROPERTIES)):
        beside: dict[tuple[Values, ...], Values] = {}
        for cube in cubes:
            rest = (*cube[:place], *cube[place + 1 :])
            beside[rest] = beside.get(rest, frozenset()) | cube[place]
        cubes = [(*rest[:place], values, *rest[place:]) for rest, values in beside.items()]
    return cubes
