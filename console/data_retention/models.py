"""Nightly removal runs, and the cache table, which has no model in Django."""

from typing import Any

from django.db import models


class RetentionRun(models.Model):
    """The removal of one day; workers take turns at it by `lease_until`.

    `removed` maps an organization's id ("" for what belongs to none) to counts by kind.
    """

    day = models.DateField(unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    attempt = models.PositiveIntegerField(default=0)
    removed: Any = models.JSONField(default=dict)

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day}"


class CacheEntry(models.Model):
    """A rate limit counter or form number, written by `console.cache`."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    expires = models.DateTimeField()

    class Meta:
        managed = False
        db_table = "cache"

    def __str__(self) -> str:
        return self.cache_key
