"""From a rule that is wanted to a change: what is written, what it flips, and how it is proven afterwards."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from console.areas.access_rules import grouping, models
from console.areas.access_rules.grouping import Group
from console.areas.access_rules.wording import Wording, listed
from console.changes.steps import PlannedStep
from console.mirror.models import Entity, Organization
from console.rules import access_draft
from console.rules.access_draft import EVERYBODY, Draft, Flip, Lockout, Who
from console.rules.deciding import ALLOW, DENY, Rule

KIND = "access-rules"
SAMPLE = 4  # people and roles whose answers are checked besides those of the protected
EACH = 2  # answers that flip and are checked for each protected person
DATES = frozenset({"DateCreated", "DateModified"})


@dataclass(frozen=True)
class Plan:
    """A change of rules before anybody agreed to it. `before` are all rules as WorkMail has them now.

    Of `writes`, those that add come before those that remove.
    """

    organization: Organization
    title: str
    before: Sequence[Rule]
    after: Sequence[Rule]
    writes: Sequence[PlannedStep]
    wording: Wording

    @cached_property
    def draft(self) -> Draft:
        return Draft(self.before, self.after, self.wording.networks)

    @cached_property
    def protected(self) -> list[Entity]:
        return models.protected(self.organization)

    @cached_property
    def lockouts(self) -> list[Lockout]:
        return self.draft.lockouts(each.entity_id for each in self.protected)

    @property
    def seal(self) -> str:
        """Of the rules that this was made for: another one means that somebody has changed them since."""
        plain = [{name: rule[name] for name in rule if name not in DATES} for rule in self.before]
        return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()

    @property
    def phrase(self) -> str:
        """What has to be typed out, "" if nobody is locked out of anything."""
        out = [each.who for each in self.lockouts if not each.action]
        if EVERYBODY in out or self.draft.leaves_nobody:
            return "lock out everybody"
        if out:
            return f"lock out {len(out)} protected {'person' if len(out) == 1 else 'people'}"
        lost = [each.action for each in self.lockouts]
        return f"take {listed(lost)} from everybody" if lost else ""

    def proofs(self) -> list[PlannedStep]:
        """Questions to WorkMail whose answers have to be those of our evaluator."""
        found = [*self._sampled(), *self._guarded()]
        return list({json.dumps(dict(each.params), sort_keys=True): each for each in found}.values())

    def _sampled(self) -> Iterator[PlannedStep]:
        """One answer that flips for each of a few people; one of everybody's if none does."""
        first: dict[Who, Flip] = {}
        for flip in self.draft.flips:
            first.setdefault(flip.who, flip)
        living = self._living(first)
        known = [(living[who], flip) for who, flip in first.items() if who in living]
        yield from (proof(who, flip.action, flip.address, flip.effect) for who, flip in known[:SAMPLE])
        if not known and (somebody := self._stranger()):
            yield self._standing(somebody)

    def _guarded(self) -> Iterator[PlannedStep]:
        """For each protected person a way in, and some of what flips for her."""
        for person in self.protected:
            who = Who(person.entity_id)
            row = who if who in self.draft.named else EVERYBODY
            yield self._standing(who)
            flips = [flip for flip in self.draft.flips if flip.who == row]
            once = list({flip.action: flip for flip in flips}.values())
            yield from (proof(who, flip.action, flip.address, flip.effect) for flip in once[:EACH])

    def _standing(self, who: Who) -> PlannedStep:
        """What is said to somebody, best of all that she is let in."""
        way = self.draft.way_in(who)
        if way is not None:
            return proof(who, *way, ALLOW)
        pieces = next(iter(self.draft.places.values()))
        return proof(who, "WebMail", self.draft.space.address(pieces), DENY)

    def _living(self, named: Iterable[Who]) -> dict[Who, Who]:
        """Of whom WorkMail can be asked, and who stands for everybody: it knows nobody without an id."""
        people = Entity.objects.of(self.organization, Entity.Kind.USER)
        ids = set(
            people.filter(entity_id__in=[each.user_id for each in named]).values_list("entity_id", flat=True)
        )
        found = {each: each for each in named if each.user_id in ids or each.role_id in self.wording.roles}
        somebody = self._stranger()
        return {**({EVERYBODY: somebody} if somebody else {}), **found}

    def _stranger(self) -> Who | None:
        """Somebody whom no rule names."""
        people = Entity.objects.of(self.organization, Entity.Kind.USER).filter(state=Entity.State.ENABLED)
        others = people.exclude(entity_id__in=[each.user_id for each in self.draft.named])
        first = others.order_by("sort_name").values_list("entity_id", flat=True).first()
        return Who(first) if first else None


def proof(who: Who, action: str, address: str, effect: str) -> PlannedStep:
    asked = {"ImpersonationRoleId": who.role_id} if who.role_id else {"UserId": who.user_id}
    params = {**asked, "Action": action, "IpAddress": address}
    return PlannedStep("GetAccessControlEffect", params, expects={"Effect": effect})


def saving(
    organization: Organization,
    rules: Sequence[Rule],
    wanted: Mapping[str, Any],
    group: Group | None,
    wording: Wording,
) -> Plan:
    """A rule that is new, or that takes the place of a group's; more than ten people make several."""
    parts = grouping.split(wanted)
    names = {part["Name"] for part in parts}
    surplus = [name for name in group.names if name not in names] if group else []
    after = access_draft.put(access_draft.without(rules, *surplus), *parts)
    return Plan(
        organization,
        wording.sentence(wanted),
        rules,
        after,
        [*map(_put, parts), *map(_delete, surplus)],
        wording,
    )


def deleting(organization: Organization, rules: Sequence[Rule], group: Group, wording: Wording) -> Plan:
    after = access_draft.without(rules, *group.names)
    title = f"Delete: {wording.sentence(group.whole)}"
    return Plan(organization, title, rules, after, [*map(_delete, group.names)], wording)


def _put(rule: Mapping[str, Any]) -> PlannedStep:
    return PlannedStep("PutAccessControlRule", rule)


def _delete(name: str) -> PlannedStep:
    return PlannedStep("DeleteAccessControlRule", {"Name": name})
