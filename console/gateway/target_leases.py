"""Leases on the targets of writes, so that two writes of one target do not overlap.

The lease is a row, so it holds across processes and machines. It is never held by a transaction, since
AWS is called meanwhile; a process that dies loses it after `LEASE`, by the database's clock.
"""

import logging
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, transaction

from console import clock
from console.mirror.models import Organization, TargetLease

logger = logging.getLogger(__name__)
LEASE_DURATION = timedelta(seconds=settings.TARGET_LEASE_SECONDS)
MAX_WAIT_SECONDS = 5.0  # seconds that a write waits for another one of the same target
RETRY_SECONDS = 0.05


class TargetBusy(Exception):
    """Another write of the same target did not end in time."""


@dataclass(frozen=True, slots=True)
class HeldTargets:
    token: uuid.UUID

    def is_held(self) -> bool:
        return TargetLease.objects.filter(token=self.token, until__gt=clock.now()).exists()


@contextmanager
def hold_targets(organization: Organization, targets: Iterable[str]) -> Iterator[HeldTargets]:
    """Hold the leases of all targets; raise `TargetBusy` after `MAX_WAIT_SECONDS`."""
    token, wanted = uuid.uuid4(), sorted(set(targets))
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    while not _acquire(organization, wanted, token):
        if time.monotonic() >= deadline:
            raise TargetBusy
        time.sleep(RETRY_SECONDS)
    try:
        yield HeldTargets(token)
    finally:
        _release(token)


def _release(token: uuid.UUID) -> None:
    """Delete the leases; a failure is only logged, since they expire."""
    try:
        TargetLease.objects.filter(token=token).delete()
    except DatabaseError:
        logger.exception("a lease on a target was not given back")


def _acquire(organization: Organization, targets: list[str], token: uuid.UUID) -> bool:
    """Insert all lease rows or none, in sorted order to avoid deadlocks.

    Only a row that is there already makes a target busy; any other fault of the insert is raised.
    """
    now = clock.now()
    rows = [
        TargetLease(organization=organization, target=target, token=token, until=now + LEASE_DURATION)
        for target in targets
    ]
    with transaction.atomic():
        TargetLease.objects.bulk_create(rows, ignore_conflicts=True)
        if TargetLease.objects.filter(token=token).count() == len(rows):
            return True
        transaction.set_rollback(True)
    expired = TargetLease.objects.filter(organization=organization, target__in=targets)
    expired.filter(until__lte=now).delete()
    return False
