"""Changes that were made outside this console are entered in the audit log when a read shows them."""

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
from console.mirror.read_result import Reading, changed_members
from console.plurals import number_of

ACTOR = Actor.system("mirror")
Stage = Sync.Stage
STAGES = {"ListUsers": Stage.USERS, "ListGroups": Stage.GROUPS, "ListResources": Stage.RESOURCES}
# AWS may show a write of the console this late ("minutes" for members) [documented].
GRACE = timedelta(minutes=5)
MOST = 200  # entries in one pass; what else changed is only counted
# AWS moves these by itself while a mailbox is made or removed, so alone they are nobody's doing [inferred].
DATES = frozenset({"EnabledDate", "DisabledDate", "MailboxProvisionedDate", "MailboxDeprovisionedDate"})


def note(
    reading: Reading,
    entity: Entity,
    drifts: Iterable[Drift],
    *,
    since: datetime | None = None,
    others: Iterable[str] = (),
) -> None:
    """Enter the values of `entity` that are not as known `since`, unless a write of the console set them.

    `others` are further targets that such a write may have had.
    """
    found = [each for each in drifts if each.field not in DATES]
    if not found:
        return
    now = clock.now()
    asked_at = now - timedelta(seconds=time.monotonic() - reading.asked)
    targets = {entity.entity_id, *others}
    own = OwnWrites(reading.organization, targets, min(since or now, now) - GRACE)
    outside = [each for each in found if not own.explain(each, asked_at)]
    if not outside or not _may_enter(reading):
        return
    journal.record(
        ACTOR,
        Entry.Kind.OBSERVED,
        organization=reading.organization.organization_id,
        target=entity.entity_id,
        target_name=entity.email or entity.name,
        before=_side(outside, "before"),
        after=_side(outside, "after"),
        values={each.name: each.after for each in outside},
    )


def drifts(known: Mapping[str, Any], shown: Mapping[str, Any]) -> list[Drift]:
    """Return the members of a description that differ."""
    names = changed_members(known, shown)
    return [Drift(name, name, known.get(name), shown.get(name)) for name in names]


def summarise(sync: Sync) -> None:
    """At the end of a pass: how many changes there were beyond those that were entered."""
    observed = Sync.objects.values_list("observed", flat=True).get(pk=sync.pk)
    if observed <= MOST:
        return
    journal.record(
        ACTOR,
        Entry.Kind.OBSERVED,
        organization=sync.organization.organization_id,
        what=f"{number_of(observed, 'change')} ({sync.get_stage_display()}), of which {MOST} have entries",
        observed=observed,
        entered=MOST,
    )


def _side(drifts: Iterable[Drift], side: str) -> dict[str, Any]:
    """Return the values before or after by field; of a list the rows that are there on that side alone."""
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


def _may_enter(reading: Reading) -> bool:
    """Count it for the pass that runs; outside any pass nothing is counted, nor limited."""
    stage = STAGES.get(reading.operation, Stage.DETAILS)
    running = Sync.objects.filter(organization=reading.organization, stage=stage)
    if not running.update(observed=F("observed") + 1):
        return True
    return running.values_list("observed", flat=True)[0] <= MOST
