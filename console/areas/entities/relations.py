"""Aliases, groups, mailbox permissions and history of an entity, as far as the operator can see them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from console.actor import Actor
from console.areas.audit_log import scope
from console.areas.entities import kinds
from console.areas.entities import scope as entities_scope
from console.areas.exports import scope as exports_scope
from console.areas.exports.models import ExportJob
from console.ledger.models import Entry
from console.mirror.models import Delegate, Entity, Membership, Permission
from console.operators import policy

MAX_HISTORY, MAX_EXPORTS = 20, 5


@dataclass(frozen=True, slots=True)
class MailboxAccess:
    """A mailbox permission; `other` is the entity at the other end, `None` if the mirror does not have it."""

    other_id: str
    other: Entity | None
    kind: str
    values: list[str]

    @property
    def name(self) -> str:
        return str(self.other) if self.other else self.other_id

    @property
    def written(self) -> str:
        """Return the email address, username or id to show in a form field."""
        return (self.other.email or self.other.name) if self.other else self.other_id

    @property
    def labels(self) -> list[str]:
        return [value.replace("_", " ").lower() for value in self.values]


def can_see_all_relations(actor: Actor, entity: Entity) -> bool:
    """Return whether `actor` can see every entity that this one is related to."""
    return policy.covers_organization(actor, kinds.get_kind_info(entity).describe, entity.organization)


def list_aliases(actor: Actor, entity: Entity) -> list[tuple[str, bool]]:
    """Return the aliases, each with whether the operator may delete it."""
    addresses = entity.aliases.values_list("address", flat=True)
    return [
        (
            address,
            entities_scope.can_use_domain(
                actor, "DeleteAlias", entity.organization, address.rpartition("@")[2]
            ),
        )
        for address in addresses
    ]


def list_groups(actor: Actor, entity: Entity) -> list[Entity]:
    """Return the groups that it is a direct member of."""
    joined = Membership.objects.filter(member=entity).values("group")
    found = (
        entities_scope.visible_groups(actor, entity.organization).filter(pk__in=joined).order_by("sort_name")
    )
    return list(found.select_related("organization"))


def list_grantees(actor: Actor, entity: Entity) -> list[MailboxAccess]:
    """Return the permissions on its mailbox."""
    rows = list(Permission.objects.filter(owner=entity).order_by("grantee_id"))
    known = _visible_by_id(actor, entity, [row.grantee_id for row in rows])
    everybody = policy.covers_organization(actor, "ListMailboxPermissions", entity.organization)
    return [
        MailboxAccess(row.grantee_id, known.get(row.grantee_id), row.grantee_kind, row.values)
        for row in rows
        if everybody or row.grantee_id in known
    ]


def list_granted_mailboxes(actor: Actor, entity: Entity) -> list[MailboxAccess]:
    """Return its permissions on other mailboxes."""
    owners = entities_scope.visible_entities(actor, "ListMailboxPermissions", entity.organization)
    rows = _held_permissions(entity).filter(owner__in=owners).select_related("owner__organization")
    return [
        MailboxAccess(row.owner.entity_id, row.owner, row.owner.kind, row.values)
        for row in rows.order_by("owner__sort_name")
    ]


def list_delegated_resources(actor: Actor, entity: Entity) -> list[Entity]:
    """Return the resources that it is a delegate of."""
    seen = entities_scope.visible_of_kind(actor, entity.organization, Entity.Kind.RESOURCE)
    found = seen.filter(delegates__delegate=entity).exclude(state=Entity.State.DELETED)
    return list(found.select_related("organization").order_by("sort_name"))


def count_hidden_relations(actor: Actor, entity: Entity) -> dict[str, int]:
    """Count relations to entities outside the operator's scope, by type."""
    if can_see_all_relations(actor, entity):
        return {}
    organization = entity.organization
    joined = Membership.objects.filter(member=entity).exclude(group__state=Entity.State.DELETED)
    answered = Delegate.objects.filter(delegate=entity).exclude(resource__state=Entity.State.DELETED)
    known = entities_scope.visible_entities(actor, "ListUsers", organization).values("entity_id")
    owners = entities_scope.visible_entities(actor, "ListMailboxPermissions", organization)
    resources = entities_scope.visible_of_kind(actor, organization, Entity.Kind.RESOURCE)
    return {
        "groups": joined.exclude(group__in=entities_scope.visible_groups(actor, organization)).count(),
        "readers": Permission.objects.filter(owner=entity).exclude(grantee_id__in=known).count(),
        "opens": _held_permissions(entity).exclude(owner__in=owners).count(),
        "answers_for": answered.exclude(resource__in=resources).count(),
    }


def list_export_jobs(actor: Actor, entity: Entity) -> list[ExportJob] | None:
    """Return its latest export jobs; `None` if the operator may not list them."""
    if not policy.allows(actor, "ListMailboxExportJobs", entity.organization, entity):
        return None
    jobs = exports_scope.visible_exports(actor, "ListMailboxExportJobs", entity.organization)
    return list(jobs.filter(entity_id=entity.entity_id).order_by("-requested_at")[:MAX_EXPORTS])


def list_history(actor: Actor, entity: Entity) -> list[Entry] | None:
    """Return its latest audit log entries, newest first; `None` if the operator may not read the log."""
    if not policy.allows(actor, "ReadLedger", entity.organization, entity):
        return None
    return list(scope.entries_about(actor, entity.organization, entity.entity_id)[:MAX_HISTORY])


def _held_permissions(entity: Entity) -> QuerySet[Permission]:
    return Permission.objects.filter(organization=entity.organization, grantee_id=entity.entity_id)


def _visible_by_id(actor: Actor, entity: Entity, entity_ids: Iterable[str]) -> dict[str, Entity]:
    seen = entities_scope.visible_entities(actor, "ListUsers", entity.organization).filter(
        entity_id__in=list(entity_ids)
    )
    return {each.entity_id: each for each in seen.select_related("organization")}


FULL_ACCESS = "FULL_ACCESS"
