"""Claim a sync stage with one conditional UPDATE and hold it by its attempt number."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from console import clock
from console.jobs import LeaseLost
from console.mirror.models import Organization, Sync

Stage = Sync.Stage
LISTING_STAGES = (Stage.USERS, Stage.GROUPS, Stage.RESOURCES, Stage.DOMAINS)
DETAIL_STAGES = (Stage.RELATIONS, Stage.DETAILS)  # they need everybody to be listed
LEASE_DURATION = timedelta(seconds=45)  # longer than a call with all its retries takes
MAX_EXPIRED_LEASES = 5  # workers in a row that end during a stage before it is parked
MAX_CONCURRENT_STAGES = 2  # stages that are worked on at once, so that other jobs find a worker


class SyncLease:
    """A claimed row; every write checks and extends the claim."""

    def __init__(self, sync: Sync) -> None:
        self.sync = sync

    def save(self, **fields: Any) -> None:
        self.sync.hold(LEASE_DURATION, **fields)
        self._set(fields)

    def release(self, **fields: Any) -> None:
        if not self.sync.release(expired_leases=0, **fields):
            raise LeaseLost(str(self.sync))
        self._set(fields)

    def _set(self, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            setattr(self.sync, name, value)


def ensure_stages(organizations: QuerySet[Organization]) -> None:
    """Create the missing stage rows of each organization, due at once."""
    rows = [
        Sync(organization=organization, stage=stage, due_at=clock.now())
        for organization in organizations.exclude(syncs__stage=Stage.DETAILS)
        for stage in Stage
    ]
    Sync.objects.bulk_create(rows, ignore_conflicts=True)


def due_stages(now: datetime) -> QuerySet[Sync]:
    """Return the stages that may be claimed, oldest first; none of deleted organizations."""
    ready = Q(stage__in=LISTING_STAGES) | Q(organization__listed_at__isnull=False)
    found = Sync.objects.filter(Sync.is_free(now), ready, due_at__lte=now).select_related("organization")
    going = Q(organization__state="Deleting") & ~Q(stage=Stage.DOMAINS)
    found = found.exclude(going | Q(organization__state=Organization.DELETED)).exclude(_is_parked(now))
    return found.order_by("due_at", "pk")


def _is_parked(now: datetime) -> Q:
    """Match parked stages, in which several workers in a row ended."""
    return Q(lease_until__lte=now, expired_leases__gte=MAX_EXPIRED_LEASES - 1)


def parked_stages(organization: Organization) -> QuerySet[Sync]:
    return Sync.objects.filter(_is_parked(clock.now()), organization=organization)


def claim_stages(organization: Organization | None = None) -> Iterator[SyncLease]:
    """Yield claimed stages while any is due and the limit allows."""
    while lease := _claim_next(organization):
        yield lease


def _claim_next(organization: Organization | None) -> SyncLease | None:
    now = clock.now()
    if Sync.objects.filter(lease_until__gt=now).count() >= MAX_CONCURRENT_STAGES:
        return None
    found = due_stages(now) if organization is None else due_stages(now).filter(organization=organization)
    ordered = sorted(found, key=lambda sync: sync.stage in DETAIL_STAGES)
    return next((SyncLease(sync) for sync in ordered if _claim(sync, now)), None)


def _claim(sync: Sync, now: datetime) -> bool:
    """Claim the stage if it is still due; that its attempt is unchanged is what keeps two workers apart."""
    due = due_stages(now).order_by().values("pk")
    return sync.claim(Sync.objects.filter(pk__in=due), LEASE_DURATION)
