"""Listings that lacked many rows and wait for an operator to confirm the removal."""

from django.db import transaction

from console import clock
from console.actor import Actor
from console.celery import hint
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Entity, HeldListing, Organization, PassRemovals, Sync
from console.mirror.shrink_guard import PASS
from console.operators import policy
from console.sync.leases import FOLLOWING


def forget_answered(organization: Organization) -> None:
    """Drop the questions about listings of which none lacked much for a whole pass."""
    old = HeldListing.objects.filter(
        organization=organization, listing__in=HeldListing.OF_ENTITIES, entity=None, at__lt=clock.now() - PASS
    )
    for held in old:
        _begin_pass(held)
        held.delete()


def _begin_pass(held: HeldListing) -> None:
    PassRemovals.objects.filter(organization=held.organization_id, listing=held.listing).delete()


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
        if held is None or not asked.update(confirmed=missing, at=clock.now()):
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
    if held.is_of_pass:
        stages = list(FOLLOWING)
        _begin_pass(held)
        Entity.objects.filter(organization=held.organization_id).update(wanted_at=now)
    if held.entity_id:
        stages = list(FOLLOWING)
        Entity.objects.filter(pk=held.entity_id).update(wanted_at=now)
    Sync.objects.filter(organization=held.organization_id, stage__in=stages).update(due_at=now)
