"""A change of access rules: its writes, its impact, and the checks that follow."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from console.areas.access_rules import models, rule_groups
from console.areas.access_rules.rule_groups import RuleGroup
from console.areas.access_rules.wording import RuleWording, join_words
from console.changes.steps import PlannedStep
from console.mirror.models import Entity, Organization
from console.rules import access_simulation
from console.rules.access_simulation import EVERYONE, AccessChange, AccessDraft, Lockout, Subject
from console.rules.evaluation import ALLOW, DENY, Rule

CHANGE_KIND = "access-rules"
MAX_SAMPLED = 4  # people and roles whose answers are checked besides those of the protected
CHECKS_PER_PROTECTED_USER = 2  # answers that flip and are checked for each protected person
DATE_MEMBERS = frozenset({"DateCreated", "DateModified"})


@dataclass(frozen=True)
class AccessRulePlan:
    """A planned change of access rules: `before` are all rules now, and `writes` add before they remove."""

    organization: Organization
    title: str
    before: Sequence[Rule]
    after: Sequence[Rule]
    writes: Sequence[PlannedStep]
    wording: RuleWording

    @cached_property
    def draft(self) -> AccessDraft:
        return AccessDraft(self.before, self.after, self.wording.networks)

    @cached_property
    def protected(self) -> list[Entity]:
        return models.get_protected_users(self.organization)

    @cached_property
    def lockouts(self) -> list[Lockout]:
        return self.draft.lockouts(each.entity_id for each in self.protected)

    @property
    def seal(self) -> str:
        """Return a hash of the rules before the change; another hash means that they were changed since."""
        plain = [{name: rule[name] for name in rule if name not in DATE_MEMBERS} for rule in self.before]
        return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()

    @property
    def phrase(self) -> str:
        """Return the phrase that confirms a lockout, or "" if there is no lockout."""
        out = [each.who for each in self.lockouts if not each.action]
        if EVERYONE in out or self.draft.leaves_nobody:
            return "lock out everybody"
        if out:
            return f"lock out {len(out)} protected {'person' if len(out) == 1 else 'people'}"
        lost = [each.action for each in self.lockouts]
        return f"take {join_words(lost)} from everybody" if lost else ""

    def proofs(self) -> list[PlannedStep]:
        """Return the checks that compare WorkMail's answers after the change with those of the evaluator."""
        checks = [*self._sample_proofs(), *self._protected_user_proofs()]
        return list({json.dumps(dict(each.params), sort_keys=True): each for each in checks}.values())

    def _sample_proofs(self) -> Iterator[PlannedStep]:
        """Yield a check of one changed answer for each of a few users, or of one user if none changes."""
        first: dict[Subject, AccessChange] = {}
        for flip in self.draft.flips:
            first.setdefault(flip.who, flip)
        testable_subjects = self._find_testable(first)
        testable_flips = [
            (testable_subjects[who], flip) for who, flip in first.items() if who in testable_subjects
        ]
        yield from (
            build_proof(who, flip.action, flip.address, flip.effect)
            for who, flip in testable_flips[:MAX_SAMPLED]
        )
        if not testable_flips and (unnamed_user := self._find_unnamed_user()):
            yield self._standing_proof(unnamed_user)

    def _protected_user_proofs(self) -> Iterator[PlannedStep]:
        """Yield checks of each protected user: their access, and some of their changed answers."""
        for user in self.protected:
            who = Subject(user.entity_id)
            row = who if who in self.draft.named else EVERYONE
            yield self._standing_proof(who)
            flips = [flip for flip in self.draft.flips if flip.who == row]
            once = list({flip.action: flip for flip in flips}.values())
            yield from (
                build_proof(who, flip.action, flip.address, flip.effect)
                for flip in once[:CHECKS_PER_PROTECTED_USER]
            )

    def _standing_proof(self, who: Subject) -> PlannedStep:
        """Return a check that the user has access, or else one that they are denied."""
        way = self.draft.way_in(who)
        if way is not None:
            return build_proof(who, *way, ALLOW)
        pieces = next(iter(self.draft.places.values()))
        return build_proof(who, "WebMail", self.draft.space.address(pieces), DENY)

    def _find_testable(self, named: Iterable[Subject]) -> dict[Subject, Subject]:
        """Return a testable user or role for each named one, and one for everybody else."""
        users = Entity.objects.of(self.organization, Entity.Kind.USER)
        ids = set(
            users.filter(entity_id__in=[each.user_id for each in named]).values_list("entity_id", flat=True)
        )
        testable = {each: each for each in named if each.user_id in ids or each.role_id in self.wording.roles}
        unnamed_user = self._find_unnamed_user()
        return {**({EVERYONE: unnamed_user} if unnamed_user else {}), **testable}

    def _find_unnamed_user(self) -> Subject | None:
        """Return an enabled user that no rule names."""
        users = Entity.objects.of(self.organization, Entity.Kind.USER).filter(state=Entity.State.ENABLED)
        others = users.exclude(entity_id__in=[each.user_id for each in self.draft.named])
        first = others.order_by("sort_name").values_list("entity_id", flat=True).first()
        return Subject(first) if first else None


def build_proof(who: Subject, action: str, address: str, effect: str) -> PlannedStep:
    subject = {"ImpersonationRoleId": who.role_id} if who.role_id else {"UserId": who.user_id}
    params = {**subject, "Action": action, "IpAddress": address}
    return PlannedStep("GetAccessControlEffect", params, expects={"Effect": effect})


def plan_saving(
    organization: Organization,
    rules: Sequence[Rule],
    wanted: Mapping[str, Any],
    group: RuleGroup | None,
    wording: RuleWording,
) -> AccessRulePlan:
    """Plan a new rule, or one that replaces a group; more than ten users make several rules."""
    parts = rule_groups.split_rule(wanted)
    names = {part["Name"] for part in parts}
    surplus = [name for name in group.names if name not in names] if group else []
    after = access_simulation.replace_rules(access_simulation.remove_rules(rules, *surplus), *parts)
    return AccessRulePlan(
        organization,
        wording.sentence(wanted),
        rules,
        after,
        [*map(_put_step, parts), *map(_delete_step, surplus)],
        wording,
    )


def plan_deletion(
    organization: Organization, rules: Sequence[Rule], group: RuleGroup, wording: RuleWording
) -> AccessRulePlan:
    after = access_simulation.remove_rules(rules, *group.names)
    title = f"Delete: {wording.sentence(group.whole)}"
    return AccessRulePlan(organization, title, rules, after, [*map(_delete_step, group.names)], wording)


def _put_step(rule: Mapping[str, Any]) -> PlannedStep:
    return PlannedStep("PutAccessControlRule", rule)


def _delete_step(name: str) -> PlannedStep:
    return PlannedStep("DeleteAccessControlRule", {"Name": name})
