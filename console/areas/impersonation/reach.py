"""By what one person can be impersonated: by a role itself, or through somebody who may open her mailbox."""

from collections.abc import Iterable
from dataclasses import dataclass

from console.areas.impersonation.roles import Role
from console.mirror.models import Entity, EntityQuerySet, Membership, Permission
from console.rules import impersonation
from console.rules.deciding import Rule

DOES = {
    "FULL_ACCESS": "open it",
    "SEND_AS": "send as its owner",
    "SEND_ON_BEHALF": "send on behalf of its owner",
}
DEEPEST = 10  # groups within groups


@dataclass(frozen=True, slots=True)
class Direct:
    """A role and what it says about the person."""

    role: Role
    allowed: bool
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with rights on the mailbox, of her own or as a member of `group`."""

    person: Entity
    values: list[str]
    group: Entity | None = None

    @property
    def labels(self) -> str:
        return ", ".join(DOES.get(value, value) for value in self.values)


@dataclass(frozen=True, slots=True)
class Through:
    """A role that may act as somebody who has rights on the person's mailbox."""

    role: Role
    holder: Holder


def direct(roles: Iterable[Role], person: Entity) -> list[Direct]:
    verdicts = ((role, impersonation.effect(role.rules, person.entity_id)) for role in roles)
    return [Direct(role, verdict.allowed, verdict.rules) for role, verdict in verdicts]


def through(roles: Iterable[Role], person: Entity) -> list[Through]:
    """That whoever acts as A may do what A may is [inferred] from EWS; it goes one step and no further."""
    held = holders(person)
    return [
        Through(role, holder)
        for role in roles
        for holder in held
        if impersonation.effect(role.rules, holder.person.entity_id).allowed
    ]


def holders(person: Entity) -> list[Holder]:
    """Everybody who may open her mailbox or send in her name, groups dissolved into their people."""
    rows = {row.grantee_id: row.values for row in Permission.objects.filter(owner=person)}
    grantees = person.organization.entities.filter(entity_id__in=list(rows))
    found: list[Holder] = []
    for grantee in _living(grantees).order_by("sort_name"):
        values = rows[grantee.entity_id]
        if grantee.kind == Entity.Kind.GROUP:
            found += [Holder(each, values, grantee) for each in people_in(grantee)]
        else:
            found.append(Holder(grantee, values))
    return [each for each in found if each.person.pk != person.pk]


def people_in(group: Entity) -> list[Entity]:
    """Those in the group, and in the groups within it."""
    seen, level = {group.pk}, [group.pk]
    people: dict[int, Entity] = {}
    for _ in range(DEEPEST):
        joined = Membership.objects.filter(group__in=level).values("member")
        members = _living(group.organization.entities.filter(pk__in=joined))
        people |= {each.pk: each for each in members if each.kind == Entity.Kind.USER}
        level = [each.pk for each in members if each.kind == Entity.Kind.GROUP and each.pk not in seen]
        seen |= set(level)
        if not level:
            break
    return sorted(people.values(), key=lambda each: each.sort_name)


def _living(entities: EntityQuerySet) -> EntityQuerySet:
    """The disabled have no mailbox for anybody to act in [inferred]."""
    return entities.filter(state=Entity.State.ENABLED)
