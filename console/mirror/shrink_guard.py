"""A listing that lacks much of what is known removes nothing until an operator confirms it.

An answer of the wrong kind may look like an empty listing. Each listing is judged by itself: the users of
an organization, its domains, the members of one group, the aliases of one user. The listings of single
entities, most of which are short, are also judged together, as far as they are read in one `PASS`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet

from console import clock
from console.celery import hint
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror import observing
from console.mirror.leases import FOLLOWING
from console.mirror.models import Entity, HeldListing, Organization, PassRemovals, Sync
from console.operators import policy
from console.operators.actors import Actor

Listing = HeldListing.Listing
# The writes that make one row of a listing go.
REMOVING = {
    Listing.ALIASES: ("DeleteAlias", "UpdatePrimaryEmailAddress", "DeregisterFromWorkMail"),
    Listing.MEMBERS: ("DisassociateMemberFromGroup",),
    Listing.MEMBERSHIPS: ("DisassociateMemberFromGroup",),
    Listing.PERMISSIONS: ("DeleteMailboxPermissions", "PutMailboxPermissions"),
    Listing.DELEGATES: ("DisassociateDelegateFromResource",),
}
PASS = timedelta(hours=6)  # in which the details of each entity are read once


def may_remove(
    organization: Organization, listing: Listing, missing: int, known: int, entity: Entity | None = None
) -> bool:
    """Return whether `missing` of `known` rows may be removed; if not, the question is stored.

    `entity` is whose listing it is, where each entity has one.
    """
    held = HeldListing.objects.filter(organization=organization, listing=listing, entity=entity)
    if not is_much(missing, known) or held.filter(confirmed__gte=missing).exists():
        if held.exists():
            held.delete()
        return True
    found = {"missing": missing, "known": known, "confirmed": 0, "at": clock.now()}
    HeldListing.objects.update_or_create(
        organization=organization, listing=listing, entity=entity, defaults=found
    )
    return False


def may_remove_in_pass(entity: Entity, listing: Listing, missing: int, rows: QuerySet[Any]) -> bool:
    """Return whether the listings of all entities together may lose `missing` rows more.

    `rows` are all that the mirror has of this kind. While a question is open, no new pass begins, since
    each of them could remove as much again. What the console itself has removed is not counted.
    """
    organization = entity.organization
    removals = _removals(organization, listing, rows)
    own = _own_writes(organization, removals.began_at, operation__in=REMOVING[listing]).count()
    total = max(removals.removed + removals.held + missing - own, 0)
    held = HeldListing.objects.filter(organization=organization, listing=listing, entity=None)
    is_held = is_much(total, removals.known) and not held.filter(confirmed__gte=total).exists()
    counted = "held" if is_held else "removed"
    PassRemovals.objects.filter(pk=removals.pk).update(**{counted: F(counted) + missing})
    if is_held:
        # A listing that is read twice is counted twice.
        lacking = min(total, removals.known)
        found = {"missing": lacking, "known": removals.known, "confirmed": 0, "at": clock.now()}
        HeldListing.objects.update_or_create(
            organization=organization, listing=listing, entity=None, defaults=found
        )
    return not is_held


def has_just_written(organization: Organization, operations: Iterable[str]) -> bool:
    """Whether a reading may show what a recent write of the console has changed."""
    since = clock.now() - observing.GRACE
    return _own_writes(organization, since, operation__in=operations).exists()


def _own_writes(organization: Organization, since: datetime, **of: Any) -> QuerySet[Entry]:
    entries = Entry.objects.filter(organization=organization.organization_id, at__gte=since, **of)
    return entries.filter(kind=Entry.Kind.INTENT)


def is_much(missing: int, known: int) -> bool:
    return bool(missing > settings.SHRINK_ROWS and missing > known * settings.SHRINK_FRACTION)


def _removals(organization: Organization, listing: Listing, rows: QuerySet[Any]) -> PassRemovals:
    """Return what this pass has removed so far, locked; begin a new pass where that is due."""
    now = clock.now()
    stored = PassRemovals.objects.select_for_update()
    named = {"organization": organization, "listing": listing}
    removals = stored.filter(**named).first()
    if removals is None:
        fresh = {"began_at": now, "known": rows.count()}
        removals, _ = stored.get_or_create(**named, defaults=fresh)
    is_open = HeldListing.objects.filter(**named, entity=None).exists()
    if removals.began_at < now - PASS and not is_open:
        removals.began_at, removals.known, removals.removed, removals.held = now, rows.count(), 0, 0
        removals.save()
    return removals


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
