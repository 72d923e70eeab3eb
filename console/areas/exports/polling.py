"""What AWS says of running exports, and exports that somebody started elsewhere."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils import timezone

from console.areas.exports.models import COOL_DOWN, RUNNING_AT_ONCE, ExportJob
from console.aws import errors, gateway
from console.mirror.models import Entity, Organization
from console.operators.actors import Actor

State = ExportJob.State
STATES = {
    "RUNNING": State.RUNNING,
    "COMPLETED": State.COMPLETED,
    "FAILED": State.FAILED,
    "CANCELLED": State.CANCELLED,
}
WATCHER = Actor.system("exports")


def poll(organization: Organization) -> int:
    """Refresh every running export; AWS being away is no reason to forget one."""
    running = list(ExportJob.objects.filter(organization=organization, state=State.RUNNING))
    return sum(refresh(job) for job in running)


def refresh(job: ExportJob) -> bool:
    try:
        shown = gateway.call(WATCHER, "DescribeMailboxExportJob", job.organization, JobId=job.job_id)
    except errors.CallFailed as failure:
        return bool(ExportJob.objects.filter(pk=job.pk).update(note=str(failure)[:1000]))
    state = STATES[shown["State"]]
    updated = ExportJob.objects.filter(pk=job.pk, state=State.RUNNING).update(
        state=state,
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
        wait = max(starts) + COOL_DOWN - timezone.now()
        return max(wait, timedelta(minutes=1)), "This mailbox was exported less than 24 hours ago."
    return timedelta(hours=1), "WorkMail says that a limit is reached."


def listing(organization: Organization) -> list[dict[str, Any]]:
    """What WorkMail lists: the jobs of the last seven days."""
    pages = gateway.pages(WATCHER, "ListMailboxExportJobs", organization)
    return [job for page in pages for job in page.get("Jobs", [])]


def find(job: ExportJob) -> str:
    """The id under which AWS knows this job, or nothing."""
    marked = (each for each in listing(job.organization) if each.get("Description") == job.description)
    return str(next((each["JobId"] for each in marked), ""))


def adopt(organization: Organization) -> int:
    """Keep a row of each job that was started elsewhere, before WorkMail forgets it."""
    known = set(ExportJob.objects.filter(organization=organization).values_list("job_id", flat=True))
    foreign = [
        job
        for job in listing(organization)
        if job["JobId"] not in known and not job.get("Description", "").startswith("wm-export:")
    ]
    return len(ExportJob.objects.bulk_create([_adopted(organization, job) for job in foreign]))


def _adopted(organization: Organization, job: Mapping[str, Any]) -> ExportJob:
    entity = Entity.objects.filter(organization=organization, entity_id=job.get("EntityId", "")).first()
    return ExportJob(
        organization=organization,
        entity_id=job.get("EntityId", ""),
        entity_name=(entity.email or entity.name) if entity else job.get("EntityId", ""),
        bucket=job.get("S3BucketName", ""),
        path=job.get("S3Path", ""),
        reason=job.get("Description", "")[:500],
        requested_by="outside this console",
        requested_at=job["StartTime"],
        started_at=job["StartTime"],
        finished_at=job.get("EndTime"),
        state=STATES[job["State"]],
        progress=job.get("EstimatedProgress", 0),
        job_id=job["JobId"],
    )
