"""Complete or fail export jobs: write the zip and its log to the bucket."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import replace

from console.sandbox import mailbox_content
from console.sandbox.handler_registry import advances
from console.sandbox.mailbox_content import Item
from console.sandbox.records import ExportJob
from console.sandbox.store import Store

BUCKET_CHECK_SECONDS = 1.0  # seconds until a job notices that its bucket is missing
MAX_RUNNING_PROGRESS = 99  # nothing but the end is 100 percent
FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def export_progress(job: ExportJob, now: float) -> int:
    if job.state != "RUNNING":
        return job.progress
    return (
        max(0, min(MAX_RUNNING_PROGRESS, int(100 * (now - job.started) / job.seconds)))
        if job.seconds
        else MAX_RUNNING_PROGRESS
    )


@advances
def finish_due_exports(store: Store) -> None:
    """Complete the exports that are due, and fail those that cannot go on."""
    now = store.clock.now()
    for job in store.export_jobs.all("running"):
        age = now - job.started
        problem = find_failure(store, job) if age >= min(BUCKET_CHECK_SECONDS, job.seconds) else ""
        if problem:
            end = min(job.started + BUCKET_CHECK_SECONDS, now)
            store.export_jobs.save(replace(job, state="FAILED", ended=end, error=problem))
        elif age >= job.seconds:
            complete_export(store, job)


def find_failure(store: Store, job: ExportJob) -> str:
    """Return why the job fails, or ""; the texts are [unknown], the region rule is [documented]."""
    organization = store.organizations.get(job.organization_id)
    entity = store.entities.get(job.entity_id)
    if organization is None or entity is None or entity.is_deleted:
        return "The mailbox does not exist any more"
    region = store.storage.region(organization.account, job.bucket)
    if region is None:
        return f"The S3 bucket {job.bucket} does not exist or cannot be accessed"
    if region != organization.region:
        return f"The S3 bucket {job.bucket} is in {region}, the organization in {organization.region}"
    return ""


def complete_export(store: Store, job: ExportJob) -> None:
    """Write zip and log, then complete the job, so that an interrupted end is repeated identically."""
    organization, entity = store.organizations.get(job.organization_id), store.entities.get(job.entity_id)
    assert organization is not None
    assert entity is not None
    items = mailbox_content.mailbox_items(entity, organization)
    body, ended = build_zip(items), round(job.started + job.seconds, 3)
    log = build_log(items, body, mailbox_content.count_non_exportable(entity), job.started, ended)
    store.storage.put(organization.account, job.bucket, job.path, body)
    store.storage.put(organization.account, job.bucket, job.log_path, log)
    store.export_jobs.save(replace(job, state="COMPLETED", ended=ended, progress=100))


def build_zip(items: Iterable[Item]) -> bytes:
    """Return the same bytes for the same items."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in items:
            archive.writestr(zipfile.ZipInfo(item.path, FIRST_DAY), item.content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def build_log(items: list[Item], body: bytes, left_out: int, started: float, ended: float) -> bytes:
    """Return the log; its place and unit of time are [inferred], string values are [documented]."""
    log = {
        "totalNonExportableItems": left_out,
        "totalMessages": len(items),
        "sha384Hash": hashlib.sha384(body).hexdigest(),
        "totalBytes": sum(len(item.content) for item in items),
        "totalFolders": len({item.path.rpartition("/")[0] for item in items}),
        "startTime": int(started),
        "endTime": int(ended),
    }
    return json.dumps({name: str(value) for name, value in log.items()}).encode()
