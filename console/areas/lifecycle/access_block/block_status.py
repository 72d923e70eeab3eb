"""Blocked users in the mirror, and the block status of a user."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from console import clock
from console.actor import Actor
from console.areas.lifecycle.access_block import block_rules
from console.areas.lifecycle.models import Frozen
from console.aws.catalogue import CATALOGUE
from console.changes import schedule
from console.changes.models import RESTORE_ACCESS_KIND, Change
from console.mirror import shrink_guard
from console.mirror.models import Entity, Organization
from console.mirror.read_result import ReadResult
from console.operators import policy, rights


@dataclass(frozen=True, slots=True)
class BlockStatus:
    """The block of a user; `narrowed` if the operator may block only other parts of the organization."""

    frozen: Frozen | None
    until: datetime | None
    may_thaw: bool
    narrowed: bool


@transaction.atomic
def update_blocked_users(reading: ReadResult) -> None:
    """Update the blocked users in the mirror from a listing of the rules."""
    organization = reading.organization
    named = {
        entity_id: str(rule["Name"])
        for rule in reading.result.get("Rules", [])
        if block_rules.is_block_rule(rule)
        for entity_id in block_rules.get_user_ids(rule)
    }
    known = dict(Frozen.objects.filter(organization=organization).values_list("entity_id", "rule"))
    if not known and not named:
        return
    gone = [each for each in known if known[each] != named.get(each)]
    missing = sum(each not in named for each in gone)
    blocked = shrink_guard.Listing.BLOCKED
    written = shrink_guard.has_recent_write(
        organization, (block_rules.PUT_OPERATION, block_rules.DELETE_OPERATION)
    )
    if not written and not shrink_guard.may_remove(organization, blocked, missing, len(known)):
        gone = [each for each in gone if each in named]
    Frozen.objects.filter(organization=organization, entity_id__in=gone).delete()
    fresh, now = [each for each in named if named[each] != known.get(each)], clock.now()
    rows = [Frozen(organization=organization, entity_id=each, rule=named[each], since=now) for each in fresh]
    Frozen.objects.bulk_create(rows, ignore_conflicts=True)


def get_block_status(actor: Actor, user: Entity) -> BlockStatus:
    organization = user.organization
    frozen = Frozen.objects.filter(organization=organization, entity_id=user.entity_id).first()
    thaw = find_scheduled_restore(organization, user.entity_id) if frozen else None
    allowed = policy.allows(actor, block_rules.PUT_OPERATION, organization, user)
    return BlockStatus(
        frozen,
        thaw.not_before if thaw else None,
        bool(frozen) and allowed,
        not allowed
        and bool(rights.get_rights(actor).reach(CATALOGUE[block_rules.PUT_OPERATION], organization)),
    )


def find_scheduled_restore(organization: Organization, entity_id: str) -> Change | None:
    waiting = schedule.scheduled_changes(organization, RESTORE_ACCESS_KIND).filter(data__entity_id=entity_id)
    return waiting.order_by("not_before").first()
