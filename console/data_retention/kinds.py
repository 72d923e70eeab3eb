"""What is removed after how long, and why everything else is stored."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from console.areas.domains.models import Check
from console.areas.exports.models import ExportJob
from console.areas.health_checks.models import Review
from console.areas.lifecycle.models import Digest
from console.aws.catalogue import OPERATIONS
from console.changes.models import FINISHED, Change, Step
from console.data_retention.models import CacheEntry, RetentionRun
from console.mirror.models import TargetLease
from console.operators.models import Session

OFFBOARD = "offboard"  # the kind of changes whose steps a restore of the user reads
Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class RetentionKind:
    """Rows that are removed once they are old.

    `find` returns those that ended before a given time and that nothing needs. `parts` are the models
    whose rows go with them, `organization` is the path to the organization's id where there is one.
    """

    name: str
    title: str
    model: type[models.Model]
    find: Callable[[datetime], Rows]
    counted_from: str
    organization: str = ""
    parts: tuple[str, ...] = ()
    minimum: int = 0
    stays: str = ""
    batch: int = 1000

    @property
    def setting(self) -> str:
        return f"RETENTION_{self.name.upper()}_DAYS"

    @property
    def days(self) -> int:
        """Return the age in days at which rows are removed; 0 means never."""
        days: int = getattr(settings, self.setting)
        return max(days, self.minimum) if days > 0 else 0

    def due(self, now: datetime) -> Rows:
        """Return the rows that may be removed at `now`, oldest first."""
        if not self.days:
            return self.model._default_manager.none()
        return self.find(now - timedelta(days=self.days)).order_by("pk")


def find_sessions(before: datetime) -> Rows:
    return Session.objects.filter(expire_date__lt=before)


def find_cache_entries(before: datetime) -> Rows:
    return CacheEntry.objects.filter(expires__lt=before)


def find_target_leases(before: datetime) -> Rows:
    return TargetLease.objects.filter(until__lt=before)


def find_drafts(before: datetime) -> Rows:
    return _without_relatives(
        Change.objects.filter(state=Change.State.DRAFT, requested_at__lt=before), before
    )


def find_changes(before: datetime) -> Rows:
    """Return changes that ended before then, with everything that they follow, undo or that follows them.

    A failed change can be retried, which schedules its ends again, so they go together. The approval of
    an export is that of the change that queued it, and a restore reads the steps of the offboarding.
    """
    over = Change.objects.filter(state__in=FINISHED, finished_at__lt=before).exclude(kind=OFFBOARD)
    unfinished = ExportJob.objects.filter(
        organization=OuterRef("change__organization"), entity_id=OuterRef("target")
    ).exclude(state__in=[ExportJob.State.COMPLETED, ExportJob.State.CANCELLED])
    exporting = Step.objects.filter(
        Exists(unfinished), change=OuterRef("pk"), operation="StartMailboxExportJob"
    )
    return _without_relatives(over.filter(~Exists(exporting)), before)


def _without_relatives(changes: Rows, before: datetime) -> Rows:
    """Leave out changes with a relative that is open or ended since."""
    staying = Change.objects.exclude(state__in=FINISHED, finished_at__lt=before)
    for relation in (
        {"follows": OuterRef("pk")},
        {"undoes": OuterRef("pk")},
        {"pk": OuterRef("follows")},
        {"pk": OuterRef("undoes")},
    ):
        changes = changes.filter(~Exists(staying.filter(**relation)))
    return changes


def find_health_checks(before: datetime) -> Rows:
    later = Review.objects.filter(organization=OuterRef("organization")).filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
    )
    return Review.objects.filter(Exists(later), at__lt=before)


def find_dns_checks(before: datetime) -> Rows:
    later = Check.objects.filter(organization=OuterRef("organization"), domain=OuterRef("domain")).filter(
        Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk"))
    )
    return Check.objects.filter(Exists(later), at__lt=before)


def find_digests(before: datetime) -> Rows:
    return Digest.objects.filter(day__lt=before.date())


def find_runs(before: datetime) -> Rows:
    return RetentionRun.objects.filter(day__lt=before.date())


KINDS = (
    RetentionKind("sessions", "Sessions", Session, find_sessions, "the end of the session"),
    RetentionKind(
        "cache",
        "Rate limit counters and numbers of submitted forms",
        CacheEntry,
        find_cache_entries,
        "their end",
    ),
    RetentionKind(
        "target_leases",
        "Locks left by stopped processes",
        TargetLease,
        find_target_leases,
        "the end of the lock",
        organization="organization__organization_id",
    ),
    RetentionKind(
        "drafts",
        "Drafts of changes",
        Change,
        find_drafts,
        "the day of the draft",
        organization="organization__organization_id",
        parts=("changes.Step",),
        batch=20,
        stays="Drafts to which a scheduled change or an undo belongs",
    ),
    RetentionKind(
        "changes",
        "Finished changes with their steps, previews and receipts",
        Change,
        find_changes,
        "the end of the change",
        organization="organization__organization_id",
        parts=("changes.Step",),
        minimum=max(rule.undo.days or 0 for rule in OPERATIONS if rule.undo),
        batch=20,
        stays="Offboardings, which a restore needs, and changes with a pending undo, end or export",
    ),
    RetentionKind(
        "health_checks",
        "Runs of the health checks",
        Review,
        find_health_checks,
        "the run",
        organization="organization__organization_id",
        parts=("posture.Finding",),
        batch=200,
        stays="The latest run",
    ),
    RetentionKind(
        "dns_checks",
        "DNS checks of mail domains",
        Check,
        find_dns_checks,
        "the check",
        organization="organization__organization_id",
        stays="The latest check of each domain",
    ),
    RetentionKind("digests", "Records of sent digests", Digest, find_digests, "the day of the digest"),
    RetentionKind("runs", "Runs of this removal", RetentionRun, find_runs, "the run"),
)

SET_BY_OPERATORS = "A setting: operators add and remove it"
COPY_OF_AWS = "A copy of what Amazon WorkMail has, which the sync maintains"
NOT_USED = "Has no rows: the console does not use it"
STORED_MODELS = {
    "ledger.Entry": "The audit log, whose chain proves that nothing is missing",
    "ledger.Proof": "One row for verification and one for anchoring",
    "ledger.Head": "The end of the audit log's chain",
    "exports.ExportJob": "The proof of what was exported, when, and by whom",
    "exports.Destination": SET_BY_OPERATORS,
    "lifecycle.Capsule": "Snapshots, by which an offboarded user is restored",
    "lifecycle.Frozen": COPY_OF_AWS,
    "lifecycle.Preset": SET_BY_OPERATORS,
    "lifecycle.OnboardingTemplate": SET_BY_OPERATORS,
    "access_rules.NamedNetwork": SET_BY_OPERATORS,
    "access_rules.ProtectedPerson": SET_BY_OPERATORS,
    "saved.SavedView": SET_BY_OPERATORS,
    "changes.Conditions": SET_BY_OPERATORS,
    "changes.Budget": "One row per organization",
    "mirror.Organization": "One row per organization",
    "mirror.Entity": "A copy of what Amazon WorkMail has; deleted users name the targets of old changes",
    "mirror.Alias": COPY_OF_AWS,
    "mirror.Membership": COPY_OF_AWS,
    "mirror.Permission": COPY_OF_AWS,
    "mirror.Delegate": COPY_OF_AWS,
    "mirror.Domain": COPY_OF_AWS,
    "mirror.HeldListing": "Questions about listings that lacked much, until an operator answers",
    "mirror.PassRemovals": "One row per organization and listing",
    "mirror.Sync": "One row per organization and stage",
    "operators.Operator": "Operators stay, so that the audit log names them",
    "operators.OmittedRefusals": "Counts that the next minute enters in the audit log and removes",
    "operators.Role": SET_BY_OPERATORS,
    "operators.Grant": "Expired grants show whose sign-ins an organization's audit log lists",
    "account.EmailAddress": "One row per operator",
    "mfa.Authenticator": "The second factors of operators",
    "contenttypes.ContentType": "One row per model",
    "auth.Permission": "One row per model and action",
    "auth.Group": NOT_USED,
    "auth.Group_permissions": NOT_USED,
    "operators.Operator_groups": NOT_USED,
    "operators.Operator_user_permissions": NOT_USED,
    "sessions.Session": NOT_USED,
    "account.EmailConfirmation": NOT_USED,
}


def find_undeclared(models: Iterable[type[models.Model]]) -> list[str]:
    """Return the models of which neither `KINDS` nor `KEPT` says what happens to their rows."""
    removed = {kind.model._meta.label for kind in KINDS} | {part for kind in KINDS for part in kind.parts}
    return sorted({model._meta.label for model in models} - removed - STORED_MODELS.keys())
