"""A listing that lacks much of what is known removes nothing until an operator confirms it.

An answer of the wrong kind may look like an empty listing. Each listing is judged by itself: the users of
an organization, its domains, the members of one group, the aliases of one user.
"""

from django.conf import settings
from django.db import transaction

from console import clock
from console.celery import hint
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.leases import FOLLOWING
from console.mirror.models import Entity, HeldListing, Organization, Sync
from console.operators import policy
from console.operators.actors import Actor

Listing = HeldListing.Listing


def may_remove(
    organization: Organization, listing: Listing, missing: int, known: int, entity: Entity | None = None
) -> bool:
    """Return whether `missing` of `known` rows may be removed; if not, the question is stored.

    `entity` is whose listing it is, where each entity has one.
    """
    held = HeldListing.objects.filter(organization=organization, listing=listing, entity=entity)
    is_much = missing > settings.SHRINK_ROWS and missing > known * settings.SHRINK_FRACTION
    if not is_much or held.filter(confirmed__gte=missing).exists():
        if held.exists():
            held.delete()
        return True
    found = {"missing": missing, "known": known, "confirmed": 0, "at": clock.now()}
    HeldListing.objects.update_or_create(
        organization=organization, listing=listing, entity=entity, defaults=found
    )
    return False


def confirm(actor: Actor, organization: Organization, held_id: int, missing: int) -> bool:
    """Let the next listing remove up to `missing` rows; return false if another number is held by now.

    Raises `policy.Denied` or `policy.OutOfScope`; only an operator of the whole organization may confirm.
    """
    policy.require(actor, "SyncMirror", organization, {})
    if not policy.reaches_all(actor, "SyncMirror", organization):
        raise policy.OutOfScope(f"no grant for all of {organization.slug}")
    asked = HeldListing.objects.filter(
        organization=organization, pk=held_id, missing=missing, missing__gt=0
    ).select_related("entity")
    with transaction.atomic():
        held = asked.first()
        if held is None or not asked.update(confirmed=missing):
            return False
        _read_again(held)
        journal.record(
            actor,
            Entry.Kind.REQUESTED,
            organization=organization.organization_id,
            operation="SyncMirror",
            target=held.entity.entity_id if held.entity else "",
            target_name=str(held),
            what=f"Confirmed that the next listing removes up to {missing} of {held.known}: {held}.",
        )
    hint("console.mirror.tasks.sweep")
    return True


def _read_again(held: HeldListing) -> None:
    now = clock.now()
    stages = [held.listing]
    if held.entity_id:
        stages = list(FOLLOWING)
        Entity.objects.filter(pk=held.entity_id).update(wanted_at=now)
    Sync.objects.filter(organization=held.organization_id, stage__in=stages).update(due_at=now)
