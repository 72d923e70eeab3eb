"""A lease on what a write is about: read, compare and write of one target happen one after the other.

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
LEASE = timedelta(seconds=settings.TARGET_LEASE_SECONDS)
PATIENCE = 5.0  # seconds that a write waits for another one of the same target
PAUSE = 0.05


class TargetBusy(Exception):
    """Another write of the same target did not end in time."""


@dataclass(frozen=True, slots=True)
class Held:
    token: uuid.UUID

    def is_held(self) -> bool:
        return TargetLease.objects.filter(token=self.token, until__gt=clock.now()).exists()


@contextmanager
def held(organization: Organization, targets: Iterable[str]) -> Iterator[Held]:
    """Hold all targets inside the block; raise `TargetBusy` after `PATIENCE` seconds of waiting."""
    token, wanted = uuid.uuid4(), sorted(set(targets))
    deadline = time.monotonic() + PATIENCE
    while not _take(organization, wanted, token):
        if time.monotonic() >= deadline:
            raise TargetBusy
        time.sleep(PAUSE)
    try:
        yield Held(token)
    finally:
        _give_back(token)


def _give_back(token: uuid.UUID) -> None:
    """Remove the rows; a fault here must not replace what became of the write, and they expire anyway."""
    try:
        TargetLease.objects.filter(token=token).delete()
    except DatabaseError:
        logger.exception("a lease on a target was not given back")


def _take(organization: Organization, targets: list[str], token: uuid.UUID) -> bool:
    """Insert all rows or none, in their order so that two writes cannot wait for each other.

    Only a row that is there already makes a target busy; any other fault of the insert is raised.
    """
    now = clock.now()
    rows = [
        TargetLease(organization=organization, target=target, token=token, until=now + LEASE)
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
