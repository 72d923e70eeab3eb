"""Record changes made outside the console in the audit log when a read shows them."""

import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from console import clock
from console.actor import Actor
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Entity, Sync
from console.mirror.own_writes import Drift, OwnWrites
from console.mirror.read_result import ReadResult, find_changed_members
from console.plurals import number_of

MIRROR_ACTOR = Actor.system("mirror")
Stage = Sync.Stage
STAGE_BY_OPERATION = {"ListUsers": Stage.USERS, "ListGroups": Stage.GROUPS, "ListResources": Stage.RESOURCES}
# AWS may show a write of the console this late ("minutes" for members) [documented].
WRITE_DELAY = timedelta(minutes=5)
MAX_ENTRIES = 200  # entries in one pass; what else changed is only counted
# AWS moves these by itself while a mailbox is made or removed, so alone they are nobody's doing [inferred].
IGNORED_DATES = frozenset(
    {"EnabledDate", "DisabledDate", "MailboxProvisionedDate", "MailboxDeprovisionedDate"}
)


def record_drifts(
    reading: ReadResult,
    entity: Entity,
    drifts: Iterable[Drift],
    *,
    since: datetime | None = None,
    others: Iterable[str] = (),
) -> None:
    """Record values that changed since `since`, unless a write of the console set them.

    `others` are further targets that such a write may have had.
    """
    found = [each for each in drifts if each.field not in IGNORED_DATES]
    if not found:
        return
    now = clock.now()
    asked_at = now - timedelta(seconds=time.monotonic() - reading.asked)
    targets = {entity.entity_id, *others}
    own = OwnWrites(reading.organization, targets, min(since or now, now) - WRITE_DELAY)
    outside = [each for each in found if not own.explain(each, asked_at)]
    if not outside or not _count_within_limit(reading):
        return
    journal.record_entry(
        MIRROR_ACTOR,
        Entry.Kind.OBSERVED,
        organization=reading.organization.organization_id,
        target=entity.entity_id,
        target_name=entity.email or entity.name,
        before=_values_on_side(outside, "before"),
        after=_values_on_side(outside, "after"),
        values={each.name: each.after for each in outside},
    )


def find_drifts(known: Mapping[str, Any], shown: Mapping[str, Any]) -> list[Drift]:
    """Return the members that differ."""
    names = find_changed_members(known, shown)
    return [Drift(name, name, known.get(name), shown.get(name)) for name in names]


def record_summary(sync: Sync) -> None:
    """Record at the end of a pass how many changes got no entry of their own."""
    observed = Sync.objects.values_list("observed", flat=True).get(pk=sync.pk)
    if observed <= MAX_ENTRIES:
        return
    journal.record_entry(
        MIRROR_ACTOR,
        Entry.Kind.OBSERVED,
        organization=sync.organization.organization_id,
        what=(
            f"{number_of(observed, 'change')} ({sync.get_stage_display()}),"
            f" of which {MAX_ENTRIES} have entries"
        ),
        observed=observed,
        entered=MAX_ENTRIES,
    )


def _values_on_side(drifts: Iterable[Drift], side: str) -> dict[str, Any]:
    """Return the values before or after by field; for lists, the rows on that side only."""
    found: dict[str, Any] = {}
    for each in drifts:
        value = getattr(each, side)
        if not each.item:
            found[each.field] = value
        elif value:
            rights = f": {', '.join(value)}" if isinstance(value, list) else ""
            found.setdefault(each.field, []).append(f"{each.item}{rights}")
        else:
            found.setdefault(each.field, [])
    return found


def _count_within_limit(reading: ReadResult) -> bool:
    """Count the change for the running pass; return false beyond the limit."""
    stage = STAGE_BY_OPERATION.get(reading.operation, Stage.DETAILS)
    running = Sync.objects.filter(organization=reading.organization, stage=stage)
    if not running.update(observed=F("observed") + 1):
        return True
    return running.values_list("observed", flat=True)[0] <= MAX_ENTRIES
