"""Export jobs as AWS reports them, and adoption of jobs started outside the console."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from console import clock
from console.actor import Actor
from console.areas.exports.models import COOL_DOWN, MAX_RUNNING, ExportJob
from console.aws import errors
from console.gateway import gateway
from console.mirror.models import Entity, Organization

logger = logging.getLogger(__name__)
State = ExportJob.State
DESCRIPTION_PREFIX = "wm-export:"
STATES = {
    "RUNNING": State.RUNNING,
    "COMPLETED": State.COMPLETED,
    "FAILED": State.FAILED,
    "CANCELLED": State.CANCELLED,
}
NOT_FOUND_CODES = frozenset({"EntityNotFoundException", "ResourceNotFoundException"})
# Where an export is written; an adopted one learns it from its first description.
DESTINATION_FIELDS = {
    "RoleArn": "role_arn",
    "KmsKeyArn": "kms_key_arn",
    "S3BucketName": "bucket",
    "S3Prefix": "prefix",
}
SYSTEM_ACTOR = Actor.system("exports")


def refresh_running(organization: Organization) -> int:
    """Refresh every running export; a failed read leaves the row as it is. Return how many changed."""
    running = list(ExportJob.objects.filter(organization=organization, state=State.RUNNING))
    changed = 0
    for job in running:
        try:
            changed += refresh_job(job)
        except Exception:
            logger.exception("%s could not be read", job)
    return changed


def refresh_job(job: ExportJob) -> bool:
    """Read a running export from AWS; park it if AWS does not have it."""
    running = ExportJob.objects.filter(pk=job.pk, state=State.RUNNING)
    try:
        answer = gateway.call(SYSTEM_ACTOR, "DescribeMailboxExportJob", job.organization, JobId=job.job_id)
    except errors.CallFailed as failure:
        if isinstance(failure, errors.Refused) and failure.code in NOT_FOUND_CODES:
            note = f"Amazon WorkMail no longer shows this export: {failure}"[:1000]
            return bool(running.update(state=State.PARKED, note=note, finished_at=clock.now()))
        return bool(running.update(note=str(failure)[:1000]))
    state = STATES[answer["State"]]
    updated = running.update(
        state=state,
        **{column: answer[member] for member, column in DESTINATION_FIELDS.items() if answer.get(member)},
        progress=answer.get("EstimatedProgress", job.progress),
        path=answer.get("S3Path", ""),
        started_at=answer.get("StartTime") or job.started_at,
        finished_at=answer.get("EndTime") if state != State.RUNNING else None,
        note=answer.get("ErrorInfo", ""),
    )
    job.refresh_from_db()
    return bool(updated)


def explain_limit(job: ExportJob) -> tuple[timedelta, str]:
    """Return how long to wait and why: WorkMail reports both of its limits with one code [inferred]."""
    try:
        listed = list_jobs(job.organization)
    except errors.CallFailed:
        return timedelta(minutes=1), "WorkMail says that a limit is reached."
    if sum(each["State"] == "RUNNING" for each in listed) >= MAX_RUNNING:
        return timedelta(minutes=1), "All ten places of the organization are taken."
    starts = [each["StartTime"] for each in listed if each.get("EntityId") == job.entity_id]
    if starts:
        wait = max(starts) + COOL_DOWN - clock.now()
        return max(wait, timedelta(minutes=1)), "This mailbox was exported less than 24 hours ago."
    return timedelta(hours=1), "WorkMail says that a limit is reached."


def list_jobs(organization: Organization) -> list[dict[str, Any]]:
    """Return the jobs that WorkMail lists: those of the last seven days."""
    pages = gateway.call_pages(SYSTEM_ACTOR, "ListMailboxExportJobs", organization)
    return [job for page in pages for job in page.get("Jobs", [])]


def find_job_id(job: ExportJob) -> str:
    marked = (each for each in list_jobs(job.organization) if each.get("Description") == job.description)
    return str(next((each["JobId"] for each in marked), ""))


def adopt_jobs(organization: Organization) -> int:
    """Store a row of every job that AWS lists, and return how many rows are new or changed.

    A job that carries the token of a row belongs to that row, even if its start is not answered yet.
    All others were started by another console, by a script, or after the backup that was restored.
    A running one waits until it has ended if another export of the mailbox is open here.
    """
    listed = list_jobs(organization)
    rows = ExportJob.objects.filter(organization=organization)
    known_ids = set(rows.exclude(job_id="").exclude(state=State.PARKED).values_list("job_id", flat=True))
    changed_count = 0
    for job in listed:
        if job["JobId"] in known_ids or job["State"] not in STATES:
            continue
        try:
            with transaction.atomic():
                changed_count += _adopt_job(organization, job)
        except IntegrityError:  # another worker was first, or the mailbox has another open export
            logger.info("Export %s of %s is not adopted yet", job["JobId"], organization)
    return changed_count


def _adopt_job(organization: Organization, job: Mapping[str, Any]) -> bool:
    """Link the job to its row, or insert one."""
    rows = ExportJob.objects.filter(organization=organization)
    token = _read_token(job)
    row = rows.filter(job_id=job["JobId"]).first()
    if row is None and token:
        row = rows.filter(client_token=token).first()
    if row is None:
        is_taken = token is None or ExportJob.objects.filter(client_token=token).exists()
        tokens = {} if is_taken else {"client_token": token}
        _build_adopted_job(organization, job, **tokens).save(force_insert=True)
        return True
    fields = _job_fields(job)
    if row.job_id and (row.state != State.PARKED or fields["state"] == State.RUNNING):
        return False
    same_row = rows.filter(pk=row.pk, state=row.state, job_id=row.job_id)
    return bool(same_row.update(**fields, lease_until=None, unanswered=0, note=""))


def _read_token(shown: Mapping[str, Any]) -> UUID | None:
    """Return the token in the job's description, if a console wrote it."""
    description = shown.get("Description", "")
    if not description.startswith(DESCRIPTION_PREFIX):
        return None
    try:
        return UUID(description.removeprefix(DESCRIPTION_PREFIX))
    except ValueError:
        return None


def _job_fields(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "job_id": shown["JobId"],
        "state": STATES[shown["State"]],
        "progress": shown.get("EstimatedProgress", 0),
        "path": shown.get("S3Path", ""),
        "started_at": shown["StartTime"],
        "finished_at": shown.get("EndTime"),
    }


def _build_adopted_job(organization: Organization, shown: Mapping[str, Any], **fields: Any) -> ExportJob:
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
        **_job_fields(shown),
        **fields,
    )
