"""What joins an entity with others, from the mirror alone, within what the operator may see."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from console.actor import Actor
from console.areas.audit_log import scope as ledger
from console.areas.directory import kinds, scope
from console.areas.exports import scope as exports
from console.areas.exports.models import ExportJob
from console.ledger.models import Entry
from console.mirror.models import Delegate, Entity, Membership, Permission
from console.operators import policy

HISTORY, EXPORTS = 20, 5


@dataclass(frozen=True, slots=True)
class Access:
    """Somebody's access to a mailbox: `other` is the one at the other end, if the console knows her."""

    other_id: str
    other: Entity | None
    kind: str
    values: list[str]

    @property
    def name(self) -> str:
        return str(self.other) if self.other else self.other_id

    @property
    def written(self) -> str:
        """As somebody would type it."""
        return (self.other.email or self.other.name) if self.other else self.other_id

    @property
    def labels(self) -> list[str]:
        return [value.replace("_", " ").lower() for value in self.values]


def whole(actor: Actor, entity: Entity) -> bool:
    """Whether nothing is hidden from `actor` of whom this entity is joined with."""
    return policy.covers_organization(actor, kinds.of(entity).describe, entity.organization)


def aliases(actor: Actor, entity: Entity) -> list[tuple[str, bool]]:
    """Its further addresses, and whether this operator may do without each."""
    addresses = entity.aliases.values_list("address", flat=True)
    return [
        (address, scope.on_domain(actor, "DeleteAlias", entity.organization, address.rpartition("@")[2]))
        for address in addresses
    ]


def groups(actor: Actor, entity: Entity) -> list[Entity]:
    """Those it is directly in."""
    joined = Membership.objects.filter(member=entity).values("group")
    found = scope.groups(actor, entity.organization).filter(pk__in=joined).order_by("sort_name")
    return list(found.select_related("organization"))


def readers(actor: Actor, entity: Entity) -> list[Access]:
    """Who may open its mailbox or send in its name."""
    rows = list(Permission.objects.filter(owner=entity).order_by("grantee_id"))
    known = _visible(actor, entity, [row.grantee_id for row in rows])
    everybody = policy.covers_organization(actor, "ListMailboxPermissions", entity.organization)
    return [
        Access(row.grantee_id, known.get(row.grantee_id), row.grantee_kind, row.values)
        for row in rows
        if everybody or row.grantee_id in known
    ]


def opens(actor: Actor, entity: Entity) -> list[Access]:
    """Whose mailboxes it may open, or in whose name it may send."""
    owners = scope.entities(actor, "ListMailboxPermissions", entity.organization)
    rows = _held(entity).filter(owner__in=owners).select_related("owner__organization")
    return [
        Access(row.owner.entity_id, row.owner, row.owner.kind, row.values)
        for row in rows.order_by("owner__sort_name")
    ]


def answers_for(actor: Actor, entity: Entity) -> list[Entity]:
    """The resources whose booking requests it answers."""
    seen = scope.of_kind(actor, entity.organization, Entity.Kind.RESOURCE)
    found = seen.filter(delegates__delegate=entity).exclude(state=Entity.State.DELETED)
    return list(found.select_related("organization").order_by("sort_name"))


def hidden(actor: Actor, entity: Entity) -> dict[str, int]:
    """How many groups, resources, and how much access, join it with what the operator may not see."""
    if whole(actor, entity):
        return {}
    organization = entity.organization
    joined = Membership.objects.filter(member=entity).exclude(group__state=Entity.State.DELETED)
    answered = Delegate.objects.filter(delegate=entity).exclude(resource__state=Entity.State.DELETED)
    known = scope.entities(actor, "ListUsers", organization).values("entity_id")
    owners = scope.entities(actor, "ListMailboxPermissions", organization)
    resources = scope.of_kind(actor, organization, Entity.Kind.RESOURCE)
    return {
        "groups": joined.exclude(group__in=scope.groups(actor, organization)).count(),
        "readers": Permission.objects.filter(owner=entity).exclude(grantee_id__in=known).count(),
        "opens": _held(entity).exclude(owner__in=owners).count(),
        "answers_for": answered.exclude(resource__in=resources).count(),
    }


def export_jobs(actor: Actor, entity: Entity) -> list[ExportJob] | None:
    """The latest exports of its mailbox; `None` for whom exports are none of her business."""
    if not policy.allows(actor, "ListMailboxExportJobs", entity.organization, entity):
        return None
    jobs = exports.visible_exports(actor, "ListMailboxExportJobs", entity.organization)
    return list(jobs.filter(entity_id=entity.entity_id).order_by("-requested_at")[:EXPORTS])


def history(actor: Actor, entity: Entity) -> list[Entry] | None:
    """What was done to it, latest first; `None` for those who do not read the ledger."""
    if not policy.allows(actor, "ReadLedger", entity.organization, entity):
        return None
    return list(ledger.entries_about(actor, entity.organization, entity.entity_id)[:HISTORY])


def _held(entity: Entity) -> QuerySet[Permission]:
    return Permission.objects.filter(organization=entity.organization, grantee_id=entity.entity_id)


def _visible(actor: Actor, entity: Entity, entity_ids: Iterable[str]) -> dict[str, Entity]:
    seen = scope.entities(actor, "ListUsers", entity.organization).filter(entity_id__in=list(entity_ids))
    return {each.entity_id: each for each in seen.select_related("organization")}
