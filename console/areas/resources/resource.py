"""Everything that the page of one room shows, from the mirror alone, within what the operator may see."""

from typing import Any

from console.actor import Actor
from console.areas.directory import relations
from console.areas.directory import showing as directory
from console.areas.resources import booking, showing
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Delegate, Entity
from console.operators import policy

# Besides what every entity's page offers; also a disabled room has delegates.
OFFERED = ("AssociateDelegateToResource", "DisassociateDelegateFromResource")
EXPORTING = ("StartMailboxExportJob",)


def context(actor: Actor, resource: Entity) -> dict[str, Any]:
    shown = directory.context(actor, resource, showing.ACTIONS)
    mailbox = get_mailbox(resource)
    exporting = directory.may(actor, resource, EXPORTING if mailbox.is_exportable else ())
    seen, answering = delegates(actor, resource), Delegate.objects.filter(resource=resource).count()
    return {
        **shown,
        "resource": resource,
        "may": {**shown["may"], **_may(actor, resource), **exporting},
        "mailbox": mailbox,
        "dies": mailbox.removed_at,
        "exports": relations.export_jobs(actor, resource),
        "kind": showing.kind(resource.role),
        "record": showing.record(resource),
        "booking": booking.sentences(resource.details, answering),
        "unanswered": is_unanswered(resource, answering),
        "delegates": seen,
        "answering": answering,
        "outside": answering - len(seen),
    }


def delegates(actor: Actor, resource: Entity) -> list[Entity]:
    """Who answers for it, as far as `actor` may see them."""
    seen = policy.visible_entities(actor, "ListResourceDelegates", resource.organization)
    found = seen.filter(delegations__resource=resource).select_related("organization")
    return list(found.order_by("sort_display_name", "sort_name"))


def is_unanswered(resource: Entity, answering: int) -> bool:
    known = booking.options(resource.details)
    return known is not None and not booking.is_answered(known, answering)


def _may(actor: Actor, resource: Entity) -> dict[str, bool]:
    return {
        each: not resource.is_deleted and policy.allows(actor, each, resource.organization, resource)
        for each in OFFERED
    }
