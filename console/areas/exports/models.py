"""Destinations and export jobs; a job outlives WorkMail's history of seven days."""

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from console import clock
from console.jobs import Job
from console.mirror.models import Organization

MAX_RUNNING = 10  # of an organization [documented]
COOL_DOWN = timedelta(hours=24)  # between two exports of one mailbox [documented]
MAX_ATTEMPTS = 5  # before a person has to look


class Destination(models.Model):
    """A preset of where exports are written: role, key, bucket and prefix."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="destinations")
    name = models.CharField(max_length=80)
    role_arn = models.CharField(max_length=2048)
    kms_key_arn = models.CharField(max_length=2048)
    bucket = models.CharField(max_length=63)
    prefix = models.CharField(max_length=1023)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="destination_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ExportQuerySet(models.QuerySet["ExportJob"]):
    def due(self, now: datetime) -> Self:
        """Return the jobs that a worker can claim: queued and due, or left by a worker whose lease ended."""
        queued = Q(state=ExportJob.State.QUEUED, not_before__lte=now)
        abandoned = Q(state=ExportJob.State.STARTING, lease_until__lte=now)
        return self.filter(queued | abandoned)

    def occupying(self) -> Self:
        """Return the jobs that count against the organization's limit of running exports."""
        return self.filter(state__in=[ExportJob.State.STARTING, ExportJob.State.RUNNING])

    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)


class ExportJob(Job):
    """One export of one mailbox, from the request to the checked zip.

    The row is the job: brokers only say that it is worth a look. `client_token` is made once, so
    however often a start is repeated AWS sees one export. `attempt` fences workers that come late.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        STARTING = "starting"
        RUNNING = "running"
        COMPLETED = "completed"
        FAILED = "failed"
        CANCELLED = "cancelled"
        PARKED = "parked", "needs attention"

    class Check(models.TextChoices):
        NONE = "", "not checked"
        MATCHES = "matches"
        DIFFERS = "differs"
        UNREADABLE = "unreadable"

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="exports")
    entity_id = models.CharField(max_length=256)
    entity_name = models.CharField(max_length=256)
    role_arn = models.CharField(max_length=2048, blank=True)
    kms_key_arn = models.CharField(max_length=2048, blank=True)
    bucket = models.CharField(max_length=63, blank=True)
    prefix = models.CharField(max_length=1023, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    ticket = models.CharField(max_length=100, blank=True)
    requested_by_id = models.IntegerField(null=True)
    requested_by = models.CharField(max_length=254, blank=True)
    requested_at = models.DateTimeField(default=clock.now)

    client_token = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    unanswered = models.PositiveSmallIntegerField(default=0)  # attempts since AWS last answered
    tried_at = models.DateTimeField(null=True)  # when the first of those was made
    not_before = models.DateTimeField(default=clock.now)
    note = models.CharField(max_length=1100, blank=True)  # why it waits, or why it failed

    job_id = models.CharField(max_length=63, blank=True)
    progress = models.PositiveSmallIntegerField(default=0)
    mailbox_mb = models.FloatField(null=True)
    path = models.CharField(max_length=1100, blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    size = models.BigIntegerField(null=True)  # bytes of the zip
    sha384 = models.CharField(max_length=96, blank=True)
    check_result = models.CharField(max_length=10, choices=Check, blank=True, default=Check.NONE)
    messages = models.PositiveIntegerField(null=True)
    not_exported = models.PositiveIntegerField(null=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "state", "not_before"], name="export_due"),
            models.Index(fields=["organization", "entity_id", "-started_at"], name="export_of_entity"),
            models.Index(fields=["organization", "-requested_at"], name="export_recent"),
            models.Index(fields=["organization", "ticket"], name="export_ticket"),
            models.Index(fields=["organization", "job_id"], name="export_job"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "job_id"], condition=~Q(job_id=""), name="export_job_id"
            ),
            models.UniqueConstraint(
                fields=["organization", "entity_id"],
                condition=Q(state__in=["queued", "starting", "running"]) & ~Q(entity_id=""),
                name="export_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity_name} ({self.state})"

    @property
    def description(self) -> str:
        """Return the text that AWS stores with the job, by which a lost start is found."""
        return f"wm-export:{self.client_token}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def speed(self) -> float | None:
        """Return the speed so far in MB per second, from the mailbox size at the start."""
        if not (self.started_at and self.mailbox_mb and self.progress):
            return None
        elapsed = ((self.finished_at or timezone.now()) - self.started_at).total_seconds()
        return self.mailbox_mb * self.progress / 100 / elapsed if elapsed > 0 else None

    @property
    def remaining(self) -> timedelta | None:
        if not (self.started_at and 0 < self.progress < 100 and self.state == self.State.RUNNING):
            return None
        elapsed = timezone.now() - self.started_at
        return elapsed * (100 - self.progress) / self.progress

    @property
    def remaining_text(self) -> str:
        """Return `remaining` as text, such as "40 s", "12 min" or "3 h"."""
        seconds = self.remaining.total_seconds() if self.remaining else 0
        if seconds < 90:
            return f"{seconds:.0f} s"
        return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.0f} h"


OPEN_STATES = [ExportJob.State.QUEUED, ExportJob.State.STARTING, ExportJob.State.RUNNING]
