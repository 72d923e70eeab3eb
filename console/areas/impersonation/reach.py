"""The roles that can impersonate a user, directly or through delegates of the mailbox."""

from collections.abc import Iterable
from dataclasses import dataclass

from console.areas.impersonation.roles import ImpersonationRole
from console.mirror.models import Entity, EntityQuerySet, Membership, Permission
from console.rules import impersonation
from console.rules.evaluation import Rule

PERMISSION_LABELS = {
    "FULL_ACCESS": "open it",
    "SEND_AS": "send as its owner",
    "SEND_ON_BEHALF": "send on behalf of its owner",
}
MAX_GROUP_DEPTH = 10  # groups within groups


@dataclass(frozen=True, slots=True)
class DirectReach:
    role: ImpersonationRole
    allowed: bool
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class MailboxDelegate:
    """A user with permissions on the mailbox, their own or as a member of `group`."""

    person: Entity
    values: list[str]
    group: Entity | None = None

    @property
    def labels(self) -> str:
        return ", ".join(PERMISSION_LABELS.get(value, value) for value in self.values)


@dataclass(frozen=True, slots=True)
class IndirectReach:
    """A role that can impersonate a delegate of the user's mailbox."""

    role: ImpersonationRole
    holder: MailboxDelegate


def find_direct_reach(roles: Iterable[ImpersonationRole], user: Entity) -> list[DirectReach]:
    verdicts = ((role, impersonation.evaluate_impersonation(role.rules, user.entity_id)) for role in roles)
    return [DirectReach(role, verdict.allowed, verdict.rules) for role, verdict in verdicts]


def find_indirect_reach(roles: Iterable[ImpersonationRole], user: Entity) -> list[IndirectReach]:
    """Return roles that reach a delegate; that they then have the delegate's permissions is [inferred]."""
    delegates = list_delegates(user)
    return [
        IndirectReach(role, delegate)
        for role in roles
        for delegate in delegates
        if impersonation.evaluate_impersonation(role.rules, delegate.person.entity_id).allowed
    ]


def list_delegates(user: Entity) -> list[MailboxDelegate]:
    """Return the delegates of the mailbox; a group is replaced by its users."""
    rows = {row.grantee_id: row.values for row in Permission.objects.filter(owner=user)}
    grantees = user.organization.entities.filter(entity_id__in=list(rows))
    delegates: list[MailboxDelegate] = []
    for grantee in _enabled(grantees).order_by("sort_name"):
        values = rows[grantee.entity_id]
        if grantee.kind == Entity.Kind.GROUP:
            delegates += [MailboxDelegate(each, values, grantee) for each in list_group_users(grantee)]
        else:
            delegates.append(MailboxDelegate(grantee, values))
    return [each for each in delegates if each.person.pk != user.pk]


def list_group_users(group: Entity) -> list[Entity]:
    """Return the users in the group and in its nested groups."""
    seen, level = {group.pk}, [group.pk]
    people: dict[int, Entity] = {}
    for _ in range(MAX_GROUP_DEPTH):
        joined = Membership.objects.filter(group__in=level).values("member")
        members = _enabled(group.organization.entities.filter(pk__in=joined))
        people |= {each.pk: each for each in members if each.kind == Entity.Kind.USER}
        level = [each.pk for each in members if each.kind == Entity.Kind.GROUP and each.pk not in seen]
        seen |= set(level)
        if not level:
            break
    return sorted(people.values(), key=lambda each: each.sort_name)


def _enabled(entities: EntityQuerySet) -> EntityQuerySet:
    """Return the enabled entities: a disabled one has no mailbox to impersonate [inferred]."""
    return entities.filter(state=Entity.State.ENABLED)
