"""The one lease: rows that one worker at a time works on.

A worker claims a row by one conditional UPDATE, which counts `attempt` up and sets `lease_until`, by the
database's clock. Each later write of the worker names its attempt, so a worker that comes late changes
nothing. A worker that dies leaves a lease that runs out; `expired_leases` counts how many did so in a row.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Case, F, Q, QuerySet, Value, When

from console import clock


class LeaseLost(Exception):
    """Another worker has claimed the row."""


class Job(models.Model):
    """A row with a lease."""

    attempt = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    expired_leases = models.PositiveSmallIntegerField(default=0, help_text="in a row, none of them returned")

    class Meta:
        abstract = True

    @staticmethod
    def is_free(now: datetime) -> Q:
        """Match rows that no worker holds."""
        return Q(lease_until__isnull=True) | Q(lease_until__lte=now)

    def claim(self, due: QuerySet[Any], duration: timedelta | None, **fields: Any) -> bool:
        """Claim the row if it is among `due` and has the attempt of this object; return whether it is ours.

        `fields` are stored by the same UPDATE. `due` has to filter by columns of the row itself: PostgreSQL
        checks those again when it has waited for another writer, and no subquery. Without a duration, the
        new attempt fences off others and leaves the row to any worker.
        """
        until = None if duration is None else clock.now() + duration
        expired = Case(When(lease_until=None, then=Value(0)), default=F("expired_leases") + 1)
        fields |= {"attempt": F("attempt") + 1, "lease_until": until, "expired_leases": expired}
        if not due.filter(pk=self.pk, attempt=self.attempt).order_by().update(**fields):
            return False
        self.attempt, self.lease_until = self.attempt + 1, until
        return True

    def hold(self, duration: timedelta, **fields: Any) -> None:
        """Renew the lease and store `fields`; raise `LeaseLost` if another worker has claimed the row."""
        until = clock.now() + duration
        if not self._rows().update(**{"lease_until": until, **fields}):
            raise LeaseLost(str(self))
        self.lease_until = until

    def release(self, **fields: Any) -> bool:
        """Return the lease and store `fields`; return false if another worker has claimed the row."""
        return bool(self._rows().update(**{"lease_until": None, **fields}))

    def _rows(self) -> QuerySet[Any]:
        """The row as long as its attempt is this object's."""
        return type(self)._base_manager.filter(pk=self.pk, attempt=self.attempt)
