"""What AWS says of running exports, and exports that were started outside this console."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from console import clock
from console.actor import Actor
from console.areas.exports.models import COOL_DOWN, RUNNING_AT_ONCE, ExportJob
from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Entity, Organization

logger = logging.getLogger(__name__)
State = ExportJob.State
MARK = "wm-export:"
STATES = {
    "RUNNING": State.RUNNING,
    "COMPLETED": State.COMPLETED,
    "FAILED": State.FAILED,
    "CANCELLED": State.CANCELLED,
}
GONE = frozenset({"EntityNotFoundException", "ResourceNotFoundException"})
# Where an export is written; an adopted one learns it from its first description.
PLACE = {"RoleArn": "role_arn", "KmsKeyArn": "kms_key_arn", "S3BucketName": "bucket", "S3Prefix": "prefix"}
WATCHER = Actor.system("exports")


def poll(organization: Organization) -> int:
    """Refresh every running export; AWS being away is no reason to forget one."""
    running = list(ExportJob.objects.filter(organization=organization, state=State.RUNNING))
    changed = 0
    for job in running:
        try:
            changed += refresh(job)
        except Exception:
            logger.exception("%s could not be read", job)
    return changed


def refresh(job: ExportJob) -> bool:
    """Read a running export from AWS; one that AWS no longer knows is parked."""
    running = ExportJob.objects.filter(pk=job.pk, state=State.RUNNING)
    try:
        shown = gateway.call(WATCHER, "DescribeMailboxExportJob", job.organization, JobId=job.job_id)
    except errors.CallFailed as failure:
        if isinstance(failure, errors.Refused) and failure.code in GONE:
            note = f"Amazon WorkMail no longer shows this export: {failure}"[:1000]
            return bool(running.update(state=State.PARKED, note=note, finished_at=clock.now()))
        return bool(running.update(note=str(failure)[:1000]))
    state = STATES[shown["State"]]
    updated = running.update(
        state=state,
        **{column: shown[member] for member, column in PLACE.items() if shown.get(member)},
        progress=shown.get("EstimatedProgress", job.progress),
        path=shown.get("S3Path", ""),
        started_at=shown.get("StartTime") or job.started_at,
        finished_at=shown.get("EndTime") if state != State.RUNNING else None,
        note=shown.get("ErrorInfo", ""),
    )
    job.refresh_from_db()
    return bool(updated)


def limit_reached(job: ExportJob) -> tuple[timedelta, str]:
    """Which of its two limits did WorkMail mean? It answers both with one code [inferred]."""
    try:
        listed = listing(job.organization)
    except errors.CallFailed:
        return timedelta(minutes=1), "WorkMail says that a limit is reached."
    if sum(each["State"] == "RUNNING" for each in listed) >= RUNNING_AT_ONCE:
        return timedelta(minutes=1), "All ten places of the organization are taken."
    starts = [each["StartTime"] for each in listed if each.get("EntityId") == job.entity_id]
    if starts:
        wait = max(starts) + COOL_DOWN - clock.now()
        return max(wait, timedelta(minutes=1)), "This mailbox was exported less than 24 hours ago."
    return timedelta(hours=1), "WorkMail says that a limit is reached."


def listing(organization: Organization) -> list[dict[str, Any]]:
    """What WorkMail lists: the jobs of the last seven days."""
    pages = gateway.call_pages(WATCHER, "ListMailboxExportJobs", organization)
    return [job for page in pages for job in page.get("Jobs", [])]


def find(job: ExportJob) -> str:
    """The id under which AWS knows this job, or nothing."""
    marked = (each for each in listing(job.organization) if each.get("Description") == job.description)
    return str(next((each["JobId"] for each in marked), ""))


def adopt(organization: Organization) -> int:
    """Keep a row of every job that AWS lists, and return how many rows are new or changed.

    A job that carries the token of a row belongs to that row, even if its start is not answered yet.
    All others were started by another console, by a script, or after the backup that was restored.
    A running one waits until it has ended if another export of the mailbox is open here.
    """
    listed = listing(organization)
    rows = ExportJob.objects.filter(organization=organization)
    known = set(rows.exclude(job_id="").exclude(state=State.PARKED).values_list("job_id", flat=True))
    changed = 0
    for shown in listed:
        if shown["JobId"] in known or shown["State"] not in STATES:
            continue
        try:
            with transaction.atomic():
                changed += _keep(organization, shown)
        except IntegrityError:  # another worker was first, or the mailbox has another open export
            logger.info("Export %s of %s is not adopted yet", shown["JobId"], organization)
    return changed


def _keep(organization: Organization, shown: Mapping[str, Any]) -> bool:
    """Link the job to its row if there is one, else insert a row."""
    rows = ExportJob.objects.filter(organization=organization)
    token = _token(shown)
    row = rows.filter(job_id=shown["JobId"]).first()
    if row is None and token:
        row = rows.filter(client_token=token).first()
    if row is None:
        taken = token is None or ExportJob.objects.filter(client_token=token).exists()
        tokens = {} if taken else {"client_token": token}
        _adopted(organization, shown, **tokens).save(force_insert=True)
        return True
    fields = _shown_fields(shown)
    if row.job_id and (row.state != State.PARKED or fields["state"] == State.RUNNING):
        return False
    linked = rows.filter(pk=row.pk, state=row.state, job_id=row.job_id)
    return bool(linked.update(**fields, lease_until=None, unanswered=0, note=""))


def _token(shown: Mapping[str, Any]) -> UUID | None:
    """Return the token that a console wrote into the job's description."""
    description = shown.get("Description", "")
    if not description.startswith(MARK):
        return None
    try:
        return UUID(description.removeprefix(MARK))
    except ValueError:
        return None


def _shown_fields(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "job_id": shown["JobId"],
        "state": STATES[shown["State"]],
        "progress": shown.get("EstimatedProgress", 0),
        "path": shown.get("S3Path", ""),
        "started_at": shown["StartTime"],
        "finished_at": shown.get("EndTime"),
    }


def _adopted(organization: Organization, shown: Mapping[str, Any], **fields: Any) -> ExportJob:
    entity_id = shown.get("EntityId", "")
    entity = Entity.objects.filter(organization=organization, entity_id=entity_id).first()
    return ExportJob(
        organization=organization,
        entity_id=entity_id,
        entity_name=(entity.email or entity.name) if entity else entity_id,
        bucket=shown.get("S3BucketName", ""),
        reason=shown.get("Description", "")[:500],
        requested_by="outside this console",
        requested_at=shown["StartTime"],
        **_shown_fields(shown),
        **fields,
    )
