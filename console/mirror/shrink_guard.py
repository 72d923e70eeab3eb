"""Hold back removals when a listing lacks much of what is known, until an operator confirms.

An answer of the wrong kind may look like an empty listing. Each listing is judged by itself: the users of
an organization, its domains, the members of one group, the aliases of one user. The listings of single
entities, most of which are short, are also judged together, as far as they are read in one `PASS`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet

from console import clock
from console.ledger.models import Entry
from console.mirror import outside_changes
from console.mirror.models import Entity, HeldListing, Organization, PassRemovals

Listing = HeldListing.Listing
# The writes that make one row of a listing go.
REMOVING_OPERATIONS = {
    Listing.ALIASES: ("DeleteAlias", "UpdatePrimaryEmailAddress", "DeregisterFromWorkMail"),
    Listing.MEMBERS: ("DisassociateMemberFromGroup",),
    Listing.MEMBERSHIPS: ("DisassociateMemberFromGroup",),
    Listing.PERMISSIONS: ("DeleteMailboxPermissions", "PutMailboxPermissions"),
    Listing.DELEGATES: ("DisassociateDelegateFromResource",),
}
PASS_DURATION = timedelta(hours=6)  # in which the details of each entity are read once


def may_remove(
    organization: Organization, listing: Listing, missing: int, known: int, entity: Entity | None = None
) -> bool:
    """Return whether `missing` of `known` rows may be removed; if not, store a question."""
    held = HeldListing.objects.filter(organization=organization, listing=listing, entity=entity)
    if not is_large_loss(missing, known) or held.filter(confirmed__gte=missing).exists():
        if held.exists():
            held.delete()
        return True
    found = {"missing": missing, "known": known, "confirmed": 0, "at": clock.now()}
    HeldListing.objects.update_or_create(
        organization=organization, listing=listing, entity=entity, defaults=found
    )
    return False


def may_remove_in_pass(entity: Entity, listing: Listing, missing: int, rows: QuerySet[Any]) -> bool:
    """Return whether the listings of all entities together may lose `missing` more rows.

    `rows` are all that the mirror has of this kind. While a question is open, no new pass begins, since
    each of them could remove as much again. What the console itself has removed is not counted.
    """
    organization = entity.organization
    removals = _get_pass_removals(organization, listing, rows)
    own = _own_intents(organization, removals.began_at, operation__in=REMOVING_OPERATIONS[listing]).count()
    total = max(removals.removed + removals.held + missing - own, 0)
    held = HeldListing.objects.filter(organization=organization, listing=listing, entity=None)
    is_held = is_large_loss(total, removals.known) and not held.filter(confirmed__gte=total).exists()
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


def has_recent_write(organization: Organization, operations: Iterable[str]) -> bool:
    """Return whether a recent write of the console may explain a difference."""
    since = clock.now() - outside_changes.WRITE_DELAY
    return _own_intents(organization, since, operation__in=operations).exists()


def _own_intents(organization: Organization, since: datetime, **of: Any) -> QuerySet[Entry]:
    entries = Entry.objects.filter(organization=organization.organization_id, at__gte=since, **of)
    return entries.filter(kind=Entry.Kind.INTENT)


def is_large_loss(missing: int, known: int) -> bool:
    return bool(missing > settings.SHRINK_ROWS and missing > known * settings.SHRINK_FRACTION)


def _get_pass_removals(organization: Organization, listing: Listing, rows: QuerySet[Any]) -> PassRemovals:
    """Return the locked counters of this pass; begin a new pass if due."""
    now = clock.now()
    stored = PassRemovals.objects.select_for_update()
    named = {"organization": organization, "listing": listing}
    removals = stored.filter(**named).first()
    if removals is None:
        fresh = {"began_at": now, "known": rows.count()}
        removals, _ = stored.get_or_create(**named, defaults=fresh)
    is_open = HeldListing.objects.filter(**named, entity=None).exists()
    if removals.began_at < now - PASS_DURATION and not is_open:
        removals.began_at, removals.known, removals.removed, removals.held = now, rows.count(), 0, 0
        removals.save()
    return removals
