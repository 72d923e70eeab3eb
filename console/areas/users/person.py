"""Everything that the page of one person shows, from the mirror alone, within what the operator may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from console.areas.exports import scope as exports
from console.areas.exports.models import ExportJob
from console.areas.ledger import scope as ledger
from console.areas.users import scope, showing
from console.ledger.models import Entry
from console.mirror.models import Entity, Membership, Permission
from console.operators import policy
from console.operators.actors import Actor

FRESH = timedelta(seconds=60)
HISTORY, EXPORTS = 20, 5
# Operations of the page's small forms: each is offered to whoever may perform it on this person.
OFFERED = (
    "CreateAlias",
    "DeleteAlias",
    "UpdatePrimaryEmailAddress",
    "AssociateMemberToGroup",
    "DisassociateMemberFromGroup",
    "UpdateMailboxQuota",
    "PutMailboxPermissions",
    "DeleteMailboxPermissions",
    "StartMailboxExportJob",
    "ReadLedger",
)


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
    def labels(self) -> list[str]:
        return [value.replace("_", " ").lower() for value in self.values]


def is_stale(person: Entity) -> bool:
    """Whether what the mirror knows of her is older than a look at a page should be."""
    return person.detailed_at is None or person.detailed_at < timezone.now() - FRESH


def context(actor: Actor, person: Entity) -> dict[str, Any]:
    return {
        "organization": person.organization,
        "person": person,
        "state": showing.state_badge(person.state),
        "role": showing.role(person.role),
        "size": showing.megabytes(person.mailbox_size),
        "quota": showing.megabytes(person.mailbox_quota),
        "full": showing.fill(person.mailbox_size, person.mailbox_quota) or 0,
        "buttons": showing.buttons(actor, person),
        "may": {operation: _offers(actor, operation, person) for operation in OFFERED},
        "profile": showing.profile(person.details or _listed(person)),
        "aliases": aliases(actor, person),
        "groups": groups(actor, person),
        "readers": readers(actor, person),
        "opens": opens(actor, person),
        "exports": export_jobs(actor, person),
        "history": history(actor, person),
        "dies": dies(person),
        "whole": policy.reaches_all(actor, "DescribeUser", person.organization),
        "hidden": hidden(actor, person),
    }


def aliases(actor: Actor, person: Entity) -> list[tuple[str, bool]]:
    """Her further addresses, and whether this operator may do without each."""
    addresses = person.aliases.values_list("address", flat=True)
    return [
        (address, scope.on_domain(actor, "DeleteAlias", person.organization, address.rpartition("@")[2]))
        for address in addresses
    ]


def groups(actor: Actor, person: Entity) -> list[Entity]:
    joined = Membership.objects.filter(member=person).values("group")
    return list(scope.groups(actor, person.organization).filter(pk__in=joined).order_by("sort_name"))


def readers(actor: Actor, person: Entity) -> list[Access]:
    """Who may open her mailbox or send in her name."""
    rows = list(Permission.objects.filter(owner=person).order_by("grantee_id"))
    known = _visible(actor, person, [row.grantee_id for row in rows])
    everybody = policy.reaches_all(actor, "ListMailboxPermissions", person.organization)
    return [
        Access(row.grantee_id, known.get(row.grantee_id), row.grantee_kind, row.values)
        for row in rows
        if everybody or row.grantee_id in known
    ]


def opens(actor: Actor, person: Entity) -> list[Access]:
    """Whose mailboxes she may open, or in whose name she may send."""
    owners = scope.entities(actor, "ListMailboxPermissions", person.organization)
    held = Permission.objects.filter(organization=person.organization, grantee_id=person.entity_id)
    rows = held.filter(owner__in=owners).select_related("owner").order_by("owner__sort_name")
    return [Access(row.owner.entity_id, row.owner, row.owner.kind, row.values) for row in rows]


def hidden(actor: Actor, person: Entity) -> dict[str, int]:
    """How many groups, and how much access, join her with whom the operator may not see."""
    if policy.reaches_all(actor, "DescribeUser", person.organization):
        return {}
    joined = Membership.objects.filter(member=person).exclude(group__state=Entity.State.DELETED)
    held = Permission.objects.filter(organization=person.organization, grantee_id=person.entity_id)
    known = scope.entities(actor, "ListUsers", person.organization).values("entity_id")
    owners = scope.entities(actor, "ListMailboxPermissions", person.organization)
    return {
        "groups": joined.exclude(group__in=scope.groups(actor, person.organization)).count(),
        "readers": Permission.objects.filter(owner=person).exclude(grantee_id__in=known).count(),
        "opens": held.exclude(owner__in=owners).count(),
    }


def export_jobs(actor: Actor, person: Entity) -> list[ExportJob] | None:
    """The latest exports of her mailbox; `None` for whom exports are none of her business."""
    if not policy.allows(actor, "ListMailboxExportJobs", person.organization, person):
        return None
    jobs = exports.visible(actor, "ListMailboxExportJobs", person.organization)
    return list(jobs.filter(entity_id=person.entity_id).order_by("-requested_at")[:EXPORTS])


def history(actor: Actor, person: Entity) -> list[Entry] | None:
    """What was done to her, latest first; `None` for those who do not read the ledger."""
    if not policy.allows(actor, "ReadLedger", person.organization, person):
        return None
    return list(ledger.about(actor, person.organization, person.entity_id)[:HISTORY])


def dies(person: Entity) -> Any:
    """When WorkMail removes the mailbox of somebody who is disabled."""
    if person.state != Entity.State.DISABLED or person.disabled_date is None:
        return None
    return person.disabled_date + showing.KEPT


def _offers(actor: Actor, operation: str, person: Entity) -> bool:
    living = person.state == Entity.State.ENABLED or operation == "ReadLedger"
    return living and policy.allows(actor, operation, person.organization, person)


def _visible(actor: Actor, person: Entity, entity_ids: Iterable[str]) -> dict[str, Entity]:
    seen = scope.entities(actor, "ListUsers", person.organization).filter(entity_id__in=list(entity_ids))
    return {each.entity_id: each for each in seen}


def _listed(person: Entity) -> dict[str, Any]:
    """What a listing told of somebody whom nobody has described yet."""
    return {
        "UserId": person.entity_id,
        "Name": person.name,
        "DisplayName": person.display_name,
        "Email": person.email,
        "State": person.state,
        "UserRole": person.role,
        "EnabledDate": person.enabled_date,
        "DisabledDate": person.disabled_date,
    }
