"""Confirm or drop removals that the shrink guard holds back."""

from django.db import transaction

from console import clock
from console.actor import Actor
from console.celery import hint
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Entity, HeldListing, Organization, PassRemovals, Sync
from console.mirror.shrink_guard import PASS_DURATION
from console.operators import policy
from console.sync.leases import DETAIL_STAGES


def delete_resolved(organization: Organization) -> None:
    """Delete questions that no listing raised during a whole pass."""
    old = HeldListing.objects.filter(
        organization=organization,
        listing__in=HeldListing.OF_ENTITIES,
        entity=None,
        at__lt=clock.now() - PASS_DURATION,
    )
    for held in old:
        _reset_pass(held)
        held.delete()


def _reset_pass(held: HeldListing) -> None:
    PassRemovals.objects.filter(organization=held.organization_id, listing=held.listing).delete()


def confirm_removal(actor: Actor, organization: Organization, held_id: int, missing: int) -> bool:
    """Let the next listing remove up to `missing` rows; return false if the number has changed.

    Raises `policy.Denied` or `policy.OutOfScope`; only an operator of the whole organization may confirm.
    """
    policy.require_right(actor, "SyncMirror", organization, {})
    if not policy.covers_organization(actor, "SyncMirror", organization):
        raise policy.OutOfScope(f"no grant for all of {organization.slug}")
    asked = HeldListing.objects.filter(
        organization=organization, pk=held_id, missing=missing, missing__gt=0
    ).select_related("entity")
    with transaction.atomic():
        held = asked.first()
        if held is None or not asked.update(confirmed=missing, at=clock.now()):
            return False
        _schedule_reading(held)
        journal.record_entry(
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


def _schedule_reading(held: HeldListing) -> None:
    now = clock.now()
    stages = [held.listing]
    if held.is_of_pass:
        stages = list(DETAIL_STAGES)
        _reset_pass(held)
        Entity.objects.filter(organization=held.organization_id).update(wanted_at=now)
    if held.entity_id:
        stages = list(DETAIL_STAGES)
        Entity.objects.filter(pk=held.entity_id).update(wanted_at=now)
    Sync.objects.filter(organization=held.organization_id, stage__in=stages).update(due_at=now)
