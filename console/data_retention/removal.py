"""Remove old rows every night in small batches, with audit log entries."""

import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Q

from console import clock
from console.actor import Actor
from console.data_retention.kinds import KINDS, RetentionKind, Rows
from console.data_retention.models import RetentionRun
from console.ledger import journal
from console.ledger.models import Entry

ACTOR = Actor.system("data retention")
OPERATION = "RemoveOldData"
NIGHTLY_HOUR = 3  # o'clock UTC
LEASE = timedelta(minutes=2)  # as long as Celery lets a task run
SLICE_SECONDS = 45.0  # seconds; what is left is the next slice's
Counts = dict[str, dict[str, int]]
logger = logging.getLogger(__name__)


def continue_run() -> None:
    """Work for a slice on last night's run, unless it is finished or another worker holds it."""
    run = _claim()
    if run is None:
        return
    removed: Counts = {}
    is_complete = False
    try:
        is_complete = _remove_all(removed, time.monotonic() + SLICE_SECONDS)
    finally:
        _close(run, removed, is_complete=is_complete)


def last_night(now: datetime) -> datetime:
    night = now.replace(hour=NIGHTLY_HOUR, minute=0, second=0, microsecond=0)
    return night if night <= now else night - timedelta(days=1)


def count_due(now: datetime, organization_id: str | None = None) -> dict[str, int]:
    """Return how many rows of each kind are due; with an organization, its own rows and those of none."""
    counts = {}
    for kind in KINDS:
        due = kind.due(now)
        if organization_id is not None and kind.organization:
            due = due.filter(**{kind.organization: organization_id})
        counts[kind.name] = due.count()
    return counts


def _claim() -> RetentionRun | None:
    """Take the run of the last night, which the first worker creates and announces in the audit log."""
    now = clock.now()
    day = last_night(now).date()
    with transaction.atomic():
        _, is_new = RetentionRun.objects.get_or_create(day=day, defaults={"started_at": now})
        if is_new:
            _record(_tally_due(now), "Removal of old data started")
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    run = RetentionRun.objects.filter(free, day=day, finished_at=None).first()
    if run is None:
        return None
    mine = RetentionRun.objects.filter(free, pk=run.pk, finished_at=None, attempt=run.attempt)
    if not mine.update(attempt=F("attempt") + 1, lease_until=now + LEASE):
        return None
    run.attempt += 1
    return run


def _close(run: RetentionRun, removed: Counts, *, is_complete: bool) -> None:
    """Add what this slice removed to the run and to the audit log, and give the run back."""
    with transaction.atomic():
        held = RetentionRun.objects.select_for_update().get(pk=run.pk)
        for organization_id, counts in removed.items():
            sums = Counter(held.removed.get(organization_id, {}))
            held.removed[organization_id] = dict(sums + Counter(counts))
        if held.attempt == run.attempt:
            held.lease_until = None
            held.finished_at = clock.now() if is_complete else None
        held.save()
        _record(removed, "Old data removed")


def _remove_all(removed: Counts, deadline: float) -> bool:
    """Remove batch after batch; false if time is up or a kind failed, so that a later slice goes on."""
    is_complete = True
    for kind in KINDS:
        try:
            for batch in _remove(kind):
                for organization_id, count in batch.items():
                    counts = removed.setdefault(organization_id, {})
                    counts[kind.name] = counts.get(kind.name, 0) + count
                if time.monotonic() >= deadline:
                    return False
        except Exception:
            logger.exception("old rows could not be removed: %s", kind.title)
            is_complete = False
    return is_complete


def _remove(kind: RetentionKind) -> Iterator[Counter[str]]:
    """Yield, for each batch, how many rows were removed by organization.

    The rows are locked before they go, so that a change which is retried at that moment stays.
    """
    while True:
        with transaction.atomic():
            due = kind.due(clock.now()).select_for_update(skip_locked=True)
            keys = list(due.values_list("pk", flat=True)[: kind.batch])
            batch = kind.model._default_manager.filter(pk__in=keys)
            counts = _count_by_organization(kind, batch)
            batch.delete()
        if not keys:
            return
        yield counts


def _tally_due(now: datetime) -> Counts:
    due: Counts = {}
    for kind in KINDS:
        for organization_id, count in _count_by_organization(kind, kind.due(now)).items():
            due.setdefault(organization_id, {})[kind.name] = count
    return due


def _count_by_organization(kind: RetentionKind, rows: Rows) -> Counter[str]:
    if kind.organization:
        return Counter(dict(rows.order_by().values_list(kind.organization).annotate(Count("pk"))))
    return +Counter({"": rows.count()})


def _record(counts: Mapping[str, Mapping[str, int]], what: str) -> None:
    for organization_id, by_kind in counts.items():
        journal.record_entry(
            ACTOR,
            Entry.Kind.CHANGED,
            organization=organization_id,
            operation=OPERATION,
            what=what,
            counts=dict(by_kind),
        )
