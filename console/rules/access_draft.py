"""What a draft of access control rules changes: for whom, by which protocol, from where. It asks AWS nothing.

Whoever is named in no rule is treated like all others who are not, so an organization of 100,000 costs
what the handful of people cost whom rules name. Answers are exact for every address there is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from console.rules import access, deciding
from console.rules.access import ACTIONS, READING
from console.rules.deciding import ALLOW, DENY, Rule
from console.rules.places import Space, mentioned

PARTLY = "PARTLY"  # allowed from some addresses of a network, denied from others
ELSEWHERE = ""  # the addresses that are in no named network
Networks = Mapping[str, Sequence[str]]  # named by people, each a list of ranges


@dataclass(frozen=True, slots=True, order=True)
class Who:
    """A person or an impersonation role that a rule names; neither is everybody else, roles too."""

    user_id: str = ""
    role_id: str = ""

    @property
    def actions(self) -> Sequence[str]:
        return (access.ROLE_ACTION,) if self.role_id else ACTIONS


EVERYBODY = Who()


@dataclass(frozen=True, slots=True)
class Flip:
    """An answer that changes. `address` is one where it does, `effect` what is said there afterwards."""

    who: Who
    action: str
    place: str
    before: str
    after: str
    address: str
    effect: str


@dataclass(frozen=True, slots=True)
class Lockout:
    """Somebody whom the draft leaves without access: "" for `action` is any way to read mail."""

    who: Who
    action: str = ""


class Rules:
    """Rules over a space: from where each of them, and each person, comes by each protocol."""

    def __init__(self, rules: Iterable[Rule], space: Space) -> None:
        self.space = space
        self.where = [(rule, space.of(rule)) for rule in rules]

    def allowed(self, who: Who, action: str) -> int:
        """The pieces of the space from which `who` may come by `action`."""
        facts = access.facts(action, "", who.user_id, who.role_id)
        facts = {name: fact for name, fact in facts.items() if name != "IpRanges"}
        found = {ALLOW: 0, DENY: 0}
        for rule, pieces in self.where:
            if not deciding.missed(rule, facts, access.holds):
                found[rule["Effect"]] |= pieces
        return found[ALLOW] & ~found[DENY]

    def reads(self, who: Who) -> bool:
        """Whether there is any way to read mail; finding the mailbox, or sending alone, is none."""
        return any(self.allowed(who, action) for action in READING)

    def lacks(self, who: Who) -> bool:
        """Whether Outlook for Windows is let in from where AutoDiscover or EWS is not [AWS's advice]."""
        needed = self.space.everywhere
        for action in access.OUTLOOK_NEEDS:
            needed &= self.allowed(who, action)
        return bool(self.allowed(who, access.OUTLOOK) & ~needed)


@dataclass(frozen=True)
class Draft:
    """The rules before and after, over the networks that people know by name."""

    before: Sequence[Rule]
    after: Sequence[Rule]
    networks: Networks

    @cached_property
    def space(self) -> Space:
        named = [each for ranges in self.networks.values() for each in ranges]
        return Space([*mentioned(self.before), *mentioned(self.after), *named])

    @cached_property
    def places(self) -> dict[str, int]:
        """The pieces of each named network, and of the rest of the world, if there is one."""
        found = {name: self.space.within(ranges) for name, ranges in self.networks.items()}
        rest = self.space.everywhere
        for pieces in found.values():
            rest &= ~pieces
        return {**found, **({ELSEWHERE: rest} if rest else {})}

    @cached_property
    def then(self) -> Rules:
        return Rules(self.after, self.space)

    @cached_property
    def now(self) -> Rules:
        return Rules(self.before, self.space)

    @cached_property
    def named(self) -> list[Who]:
        """Whom any rule names, before or after: all others are alike."""
        return sorted(named([*self.before, *self.after]))

    @cached_property
    def flips(self) -> list[Flip]:
        """Every answer that changes."""
        return [flip for who in (EVERYBODY, *self.named) for flip in self._flips(who)]

    def _flips(self, who: Who) -> Iterator[Flip]:
        for action in who.actions:
            before, after = self.now.allowed(who, action), self.then.allowed(who, action)
            if before != after:
                yield from self._flips_of(who, action, before, after)

    def _flips_of(self, who: Who, action: str, before: int, after: int) -> Iterator[Flip]:
        for place, pieces in self.places.items():
            changed = (before ^ after) & pieces
            if not changed:
                continue
            address = self.space.address(changed)
            effect = ALLOW if after & (changed & -changed) else DENY
            yield Flip(who, action, place, said(before, pieces), said(after, pieces), address, effect)

    def lockouts(self, protected: Iterable[str]) -> list[Lockout]:
        """Whom the draft leaves without access: everybody whom no rule names, or somebody protected.

        Everybody is also counted as locked out of each protocol that nobody can use any more.
        """
        people = [EVERYBODY, *(Who(user_id) for user_id in dict.fromkeys(protected))]
        found = [Lockout(who) for who in people if not self.then.reads(who)]
        if Lockout(EVERYBODY) in found:
            return found
        return [*found, *(Lockout(EVERYBODY, action) for action in self._lost())]

    def _lost(self) -> list[str]:
        """Protocols that everybody had and nobody named by no rule has any more."""
        return [
            action
            for action in ACTIONS
            if self.now.allowed(EVERYBODY, action) and not self.then.allowed(EVERYBODY, action)
        ]

    @property
    def leaves_nobody(self) -> bool:
        """Whether not one person, named or not, could read her mail."""
        return not any(self.then.reads(who) for who in (EVERYBODY, *self.named) if not who.role_id)

    @cached_property
    def half_outlooks(self) -> list[Who]:
        """Who could afterwards use Outlook for Windows somewhere without what AWS says it needs."""
        return [who for who in (EVERYBODY, *self.named) if not who.role_id and self.then.lacks(who)]

    def way_in(self, who: Who) -> tuple[str, str] | None:
        """A protocol and an address by which `who` can read mail afterwards, the named networks first."""
        for pieces in self.places.values():
            for action in READING:
                if found := self.then.allowed(who, action) & pieces:
                    return action, self.space.address(found)
        return None


def named(rules: Iterable[Rule]) -> set[Who]:
    found = set()
    for rule in rules:
        for prefix in ("", "Not"):
            found |= {Who(user_id=each) for each in rule.get(f"{prefix}UserIds") or ()}
            found |= {Who(role_id=each) for each in rule.get(f"{prefix}ImpersonationRoleIds") or ()}
    return found


def said(allowed: int, pieces: int) -> str:
    """What a network's people are told."""
    if not allowed & pieces:
        return DENY
    return ALLOW if allowed & pieces == pieces else PARTLY


def put(rules: Sequence[Rule], *changed: Rule) -> list[Rule]:
    """The rules once these are saved: one of the same name is replaced, as WorkMail does it."""
    names = {rule["Name"] for rule in changed}
    return [*(rule for rule in rules if rule["Name"] not in names), *changed]


def without(rules: Sequence[Rule], *names: str) -> list[Rule]:
    return [rule for rule in rules if rule["Name"] not in names]
