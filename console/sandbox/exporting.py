"""How an export ends: a zip of a mailbox and its log in a bucket, or the reason why there is none."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from dataclasses import replace

from console.sandbox import mailbox
from console.sandbox.mail import Item
from console.sandbox.records import ExportJob
from console.sandbox.registry import advances
from console.sandbox.store import Store

NOTICED = 1.0  # seconds until a job notices that its bucket is missing
ALMOST = 99  # nothing but the end is 100 percent
FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def progress(job: ExportJob, now: float) -> int:
    if job.state != "RUNNING":
        return job.progress
    return max(0, min(ALMOST, int(100 * (now - job.started) / job.seconds))) if job.seconds else ALMOST


@advances
def proceed(store: Store) -> None:
    """End the exports that are due, or that cannot go on."""
    now = store.clock.now()
    for job in store.export_jobs.all("running"):
        age = now - job.started
        problem = obstacle(store, job) if age >= min(NOTICED, job.seconds) else ""
        if problem:
            end = min(job.started + NOTICED, now)
            store.export_jobs.save(replace(job, state="FAILED", ended=end, error=problem))
        elif age >= job.seconds:
            complete(store, job)


def obstacle(store: Store, job: ExportJob) -> str:
    """Why the job fails; the texts are [unknown], that region and bucket must fit is [documented]."""
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


def complete(store: Store, job: ExportJob) -> None:
    """Write zip and log, then say so: an end that is not on disk is written again, the same."""
    organization, entity = store.organizations.get(job.organization_id), store.entities.get(job.entity_id)
    assert organization is not None
    assert entity is not None
    items = mailbox.archive(entity, organization)
    body, ended = zipped(items), round(job.started + job.seconds, 3)
    log = log_of(items, body, mailbox.non_exportable(entity), job.started, ended)
    store.storage.put(organization.account, job.bucket, job.path, body)
    store.storage.put(organization.account, job.bucket, job.log_path, log)
    store.export_jobs.save(replace(job, state="COMPLETED", ended=ended, progress=100))


def zipped(items: Iterable[Item]) -> bytes:
    """The same items give the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in items:
            archive.writestr(zipfile.ZipInfo(item.path, FIRST_DAY), item.content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def log_of(items: list[Item], body: bytes, left_out: int, started: float, ended: float) -> bytes:
    """That its values are strings is [documented], its place and unit of time are [inferred]."""
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
