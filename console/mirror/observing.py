"""Changes that somebody made past this console are entered in the ledger, where they come to light."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from console import clock
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Entity, Organization, Sync
from console.mirror.readings import Reading
from console.operators.actors import Actor

ACTOR = Actor.system("mirror")
Stage = Sync.Stage
STAGES = {"ListUsers": Stage.USERS, "ListGroups": Stage.GROUPS, "ListResources": Stage.RESOURCES}
# AWS may go on showing the old for a while after a write of ours ("minutes" for members) [documented].
GRACE = timedelta(minutes=5)
MOST = 200  # entries in one pass; what else changed is only counted
# AWS moves these by itself while a mailbox is made or removed, so alone they are nobody's doing [inferred].
DATES = frozenset({"EnabledDate", "DisabledDate", "MailboxProvisionedDate", "MailboxDeprovisionedDate"})


def note(
    reading: Reading,
    entity: Entity,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    since: datetime | None = None,
    others: Iterable[str] = (),
) -> None:
    """Enter that `entity` differs from what was known `since`, unless a write of ours explains it.

    `others` are further targets that such a write may have had.
    """
    if reading.own or DATES.issuperset({*before, *after}):
        return
    organization = reading.organization
    if _explained(organization, [entity.entity_id, *others], since) or not _may_enter(reading):
        return
    journal.record(
        ACTOR,
        Entry.Kind.OBSERVED,
        organization=organization.organization_id,
        operation=reading.operation,
        target=entity.entity_id,
        target_name=entity.email or entity.name,
        before=dict(before),
        after=dict(after),
    )


def summarise(sync: Sync) -> None:
    """At the end of a pass: how many changes there were beyond those that were entered."""
    observed = Sync.objects.values_list("observed", flat=True).get(pk=sync.pk)
    if observed <= MOST:
        return
    journal.record(
        ACTOR,
        Entry.Kind.OBSERVED,
        organization=sync.organization.organization_id,
        what=f"{observed} changes ({sync.get_stage_display()}), {MOST} of them entered",
        observed=observed,
        entered=MOST,
    )


def _explained(organization: Organization, targets: list[str], since: datetime | None) -> bool:
    recently = clock.now() - GRACE
    cutoff = min(since or recently, recently)
    intents = Entry.objects.filter(organization=organization.organization_id, kind=Entry.Kind.INTENT)
    return intents.filter(target__in=targets, at__gte=cutoff).exists()


def _may_enter(reading: Reading) -> bool:
    """Count it for the pass that runs; outside any pass nothing is counted, nor limited."""
    stage = STAGES.get(reading.operation, Stage.DETAILS)
    running = Sync.objects.filter(organization=reading.organization, stage=stage)
    if not running.update(observed=F("observed") + 1):
        return True
    return running.values_list("observed", flat=True)[0] <= MOST
