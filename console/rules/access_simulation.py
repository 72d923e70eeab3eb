"""What a draft of access control rules changes, exactly and without asking AWS.

Whoever is named in no rule is treated like all others who are not, so an organization of 100,000 costs
what the handful of people cost whom rules name. Answers are exact for every address there is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from console.rules import access, evaluation
from console.rules.access import ACTIONS, READ_PROTOCOLS
from console.rules.address_space import AddressSpace, mentioned_ranges
from console.rules.evaluation import ALLOW, DENY, Rule

PARTLY = "PARTLY"  # allowed from some addresses of a network, denied from others
ELSEWHERE = ""  # the addresses that are in no named network
Networks = Mapping[str, Sequence[str]]  # named by people, each a list of ranges


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A user or impersonation role that a rule names; without either, everyone else."""

    user_id: str = ""
    role_id: str = ""

    @property
    def actions(self) -> Sequence[str]:
        return (access.ROLE_ACTION,) if self.role_id else ACTIONS


EVERYONE = Subject()


@dataclass(frozen=True, slots=True)
class AccessChange:
    """An answer that changes; `address` is one where it does, `effect` the new answer there."""

    who: Subject
    action: str
    place: str
    before: str
    after: str
    address: str
    effect: str


@dataclass(frozen=True, slots=True)
class Lockout:
    """A subject whom the draft leaves without access; without `action`, without any way to read mail."""

    who: Subject
    action: str = ""


class AllowedSpace:
    """Rules over an address space: from where each subject may use each protocol."""

    def __init__(self, rules: Iterable[Rule], space: AddressSpace) -> None:
        self.space = space
        self.where = [(rule, space.of(rule)) for rule in rules]

    def allowed(self, who: Subject, action: str) -> int:
        """Return the pieces of the space from which `who` may use `action`."""
        facts = access.access_facts(action, "", who.user_id, who.role_id)
        facts = {name: fact for name, fact in facts.items() if name != "IpRanges"}
        found = {ALLOW: 0, DENY: 0}
        for rule, pieces in self.where:
            if not evaluation.unmet_condition(rule, facts, access.access_condition_holds):
                found[rule["Effect"]] |= pieces
        return found[ALLOW] & ~found[DENY]

    def reads(self, who: Subject) -> bool:
        """Return whether mail can be read by any protocol; AutoDiscover or SMTP alone do not count."""
        return any(self.allowed(who, action) for action in READ_PROTOCOLS)

    def lacks(self, who: Subject) -> bool:
        """Return whether Outlook for Windows is allowed where AutoDiscover or EWS is not [AWS's advice]."""
        needed = self.space.everywhere
        for action in access.OUTLOOK_NEEDS:
            needed &= self.allowed(who, action)
        return bool(self.allowed(who, access.OUTLOOK) & ~needed)


@dataclass(frozen=True)
class AccessDraft:
    """The rules before and after, over named networks."""

    before: Sequence[Rule]
    after: Sequence[Rule]
    networks: Networks

    @cached_property
    def space(self) -> AddressSpace:
        named = [each for ranges in self.networks.values() for each in ranges]
        return AddressSpace([*mentioned_ranges(self.before), *mentioned_ranges(self.after), *named])

    @cached_property
    def places(self) -> dict[str, int]:
        """Return the pieces of each named network, and of all other addresses if there are any."""
        found = {name: self.space.within(ranges) for name, ranges in self.networks.items()}
        rest = self.space.everywhere
        for pieces in found.values():
            rest &= ~pieces
        return {**found, **({ELSEWHERE: rest} if rest else {})}

    @cached_property
    def then(self) -> AllowedSpace:
        return AllowedSpace(self.after, self.space)

    @cached_property
    def now(self) -> AllowedSpace:
        return AllowedSpace(self.before, self.space)

    @cached_property
    def named(self) -> list[Subject]:
        """Return the subjects that any rule names; all others are treated alike."""
        return sorted(named_subjects([*self.before, *self.after]))

    @cached_property
    def flips(self) -> list[AccessChange]:
        """Return every answer that changes."""
        return [flip for who in (EVERYONE, *self.named) for flip in self._flips(who)]

    def _flips(self, who: Subject) -> Iterator[AccessChange]:
        for action in who.actions:
            before, after = self.now.allowed(who, action), self.then.allowed(who, action)
            if before != after:
                yield from self._flips_of(who, action, before, after)

    def _flips_of(self, who: Subject, action: str, before: int, after: int) -> Iterator[AccessChange]:
        for place, pieces in self.places.items():
            changed = (before ^ after) & pieces
            if not changed:
                continue
            address = self.space.address(changed)
            effect = ALLOW if after & (changed & -changed) else DENY
            yield AccessChange(
                who,
                action,
                place,
                network_effect(before, pieces),
                network_effect(after, pieces),
                address,
                effect,
            )

    def lockouts(self, protected: Iterable[str]) -> list[Lockout]:
        """Return who is left without access: everyone whom no rule names, or protected users.

        Everybody is also counted as locked out of each protocol that nobody can use any more.
        """
        people = [EVERYONE, *(Subject(user_id) for user_id in dict.fromkeys(protected))]
        found = [Lockout(who) for who in people if not self.then.reads(who)]
        if Lockout(EVERYONE) in found:
            return found
        return [*found, *(Lockout(EVERYONE, action) for action in self._lost())]

    def _lost(self) -> list[str]:
        """Return the protocols that everyone loses."""
        return [
            action
            for action in ACTIONS
            if self.now.allowed(EVERYONE, action) and not self.then.allowed(EVERYONE, action)
        ]

    @property
    def leaves_nobody(self) -> bool:
        """Return whether no user could read mail any more."""
        return not any(self.then.reads(who) for who in (EVERYONE, *self.named) if not who.role_id)

    @cached_property
    def half_outlooks(self) -> list[Subject]:
        """Return who could use Outlook for Windows somewhere without the protocols that it needs."""
        return [who for who in (EVERYONE, *self.named) if not who.role_id and self.then.lacks(who)]

    def way_in(self, who: Subject) -> tuple[str, str] | None:
        """Return a protocol and address by which `who` can read mail afterwards, named networks first."""
        for pieces in self.places.values():
            for action in READ_PROTOCOLS:
                if found := self.then.allowed(who, action) & pieces:
                    return action, self.space.address(found)
        return None


def named_subjects(rules: Iterable[Rule]) -> set[Subject]:
    found = set()
    for rule in rules:
        for prefix in ("", "Not"):
            found |= {Subject(user_id=each) for each in rule.get(f"{prefix}UserIds") or ()}
            found |= {Subject(role_id=each) for each in rule.get(f"{prefix}ImpersonationRoleIds") or ()}
    return found


def network_effect(allowed: int, pieces: int) -> str:
    """Return the effect in a network: allow, deny, or partly."""
    if not allowed & pieces:
        return DENY
    return ALLOW if allowed & pieces == pieces else PARTLY


def replace_rules(rules: Sequence[Rule], *changed: Rule) -> list[Rule]:
    """Return the rules with these saved; one of the same name is replaced, as WorkMail does."""
    names = {rule["Name"] for rule in changed}
    return [*(rule for rule in rules if rule["Name"] not in names), *changed]


def remove_rules(rules: Sequence[Rule], *names: str) -> list[Rule]:
    return [rule for rule in rules if rule["Name"] not in names]
