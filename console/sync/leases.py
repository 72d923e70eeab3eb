"""Who works on a stage: a row is claimed by one conditional UPDATE, and held under its new number."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When

from console import clock
from console.mirror.models import Organization, Sync

Stage = Sync.Stage
LISTINGS = (Stage.USERS, Stage.GROUPS, Stage.RESOURCES, Stage.DOMAINS)
FOLLOWING = (Stage.RELATIONS, Stage.DETAILS)  # they need everybody to be listed
LEASE = timedelta(seconds=45)  # longer than a call with all its retries takes
FATAL = 5  # workers in a row that end during a stage before it is parked
TOGETHER = 2  # stages that are worked on at once, so that other jobs find a worker


class Lost(Exception):
    """Another worker has taken the row over: whoever held it stops at once."""


class Lease:
    """A claimed row; every write proves that it is still held, and prolongs it."""

    def __init__(self, sync: Sync) -> None:
        self.sync = sync

    def save(self, **fields: Any) -> None:
        self._write(lease_until=clock.now() + LEASE, **fields)

    def release(self, **fields: Any) -> None:
        self._write(lease_until=None, expired_leases=0, **fields)

    def _write(self, **fields: Any) -> None:
        held = Sync.objects.filter(pk=self.sync.pk, attempt=self.sync.attempt)
        if not held.update(**fields):
            raise Lost(str(self.sync))
        for name, value in fields.items():
            setattr(self.sync, name, value)


def ensure(organizations: QuerySet[Organization]) -> None:
    """Every organization has a row for every stage, due at once."""
    rows = [
        Sync(organization=organization, stage=stage, due_at=clock.now())
        for organization in organizations.exclude(syncs__stage=Stage.DETAILS)
        for stage in Stage
    ]
    Sync.objects.bulk_create(rows, ignore_conflicts=True)


def due(now: datetime) -> QuerySet[Sync]:
    """What nobody holds and what may begin, listings first.

    Of an organization that is gone nothing, of one that is going only its own state, till it is gone.
    """
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    ready = Q(stage__in=LISTINGS) | Q(organization__listed_at__isnull=False)
    found = Sync.objects.filter(free, ready, due_at__lte=now).select_related("organization")
    going = Q(organization__state="Deleting") & ~Q(stage=Stage.DOMAINS)
    found = found.exclude(going | Q(organization__state=Organization.DELETED)).exclude(_fatal(now))
    return found.order_by("due_at", "pk")


def _fatal(now: datetime) -> Q:
    """Match stages during which one worker after the other ended: they wait for an operator."""
    return Q(lease_until__lte=now, expired_leases__gte=FATAL - 1)


def parked(organization: Organization) -> QuerySet[Sync]:
    return Sync.objects.filter(_fatal(clock.now()), organization=organization)


def claims(organization: Organization | None = None) -> Iterator[Lease]:
    """One after the other, for as long as something is due; never more at once than may be."""
    while lease := _claim_next(organization):
        yield lease


def _claim_next(organization: Organization | None) -> Lease | None:
    now = clock.now()
    if Sync.objects.filter(lease_until__gt=now).count() >= TOGETHER:
        return None
    found = due(now) if organization is None else due(now).filter(organization=organization)
    ordered = sorted(found, key=lambda sync: sync.stage in FOLLOWING)
    return next((Lease(sync) for sync in ordered if _claim(sync, now)), None)


def _claim(sync: Sync, now: datetime) -> bool:
    claimed = due(now).filter(pk=sync.pk, attempt=sync.attempt).order_by()
    taken = Sync.objects.filter(pk__in=claimed.values("pk"), attempt=sync.attempt)
    expired = Case(When(lease_until=None, then=Value(0)), default=F("expired_leases") + 1)
    if not taken.update(attempt=F("attempt") + 1, lease_until=now + LEASE, expired_leases=expired):
        return False
    sync.attempt += 1
    return True
