"""Check an exported zip against the SHA-384 hash in its log."""

import hashlib
import json
import logging
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

from console import clock
from console.areas.exports.models import ExportJob
from console.aws import errors, storage
from console.jobs import LeaseLost

logger = logging.getLogger(__name__)
Check = ExportJob.Check
RETRY_DELAY = timedelta(minutes=15)  # after an exception; others are checked meanwhile
LEASE = timedelta(minutes=3)  # renewed while the zip is read, so that only a dead worker's check is free
RENEW_SECONDS = 30.0  # seconds


def claim_next_job() -> ExportJob | None:
    """Claim the next completed export without a check result, and return it."""
    free = ExportJob.is_free(clock.now())
    unchecked = ExportJob.objects.filter(free, state=ExportJob.State.COMPLETED, check_result=Check.NONE)
    job = unchecked.exclude(path="").order_by("finished_at").first()
    return job if job is not None and job.claim(unchecked, LEASE) else None


def check_zip(job: ExportJob) -> ExportJob.Check:
    """Read log and zip, and store size, hash, counts and the result with the job."""
    try:
        log, (size, digest) = _read_log(job), _hash_zip(job)
    except (errors.CallFailed, ValueError) as failure:
        return _store_result(job, Check.UNREADABLE, note=f"The zip could not be read: {failure}"[:1000])
    except LeaseLost:
        logger.info("the check of %s was taken over", job)
        return Check.NONE
    except BaseException:
        with suppress(LeaseLost):
            job.hold(RETRY_DELAY)
        raise
    verdict = Check.MATCHES if log["sha384Hash"] == digest else Check.DIFFERS
    return _store_result(
        job,
        verdict,
        size=size,
        sha384=digest,
        messages=int(log["totalMessages"]),
        not_exported=int(log["totalNonExportableItems"]),
    )


def _store_result(job: ExportJob, verdict: ExportJob.Check, **fields: Any) -> ExportJob.Check:
    job.release(check_result=verdict, **fields)
    return verdict


def _read_log(job: ExportJob) -> dict[str, str]:
    """Return the JSON log beside the zip; all values are strings [documented], its name is [inferred]."""
    key = job.path.removesuffix(".zip") + ".json"
    log = json.loads(b"".join(storage.read_object(job.organization, job.bucket, key)))
    missing = {"sha384Hash", "totalMessages", "totalNonExportableItems"} - log.keys()
    if missing:
        raise ValueError(f"its log lacks {', '.join(sorted(missing))}")
    return dict(log)


def _hash_zip(job: ExportJob) -> tuple[int, str]:
    size, digest, renew_at = 0, hashlib.sha384(), time.monotonic() + RENEW_SECONDS
    for piece in storage.read_object(job.organization, job.bucket, job.path):
        size += len(piece)
        digest.update(piece)
        if time.monotonic() >= renew_at:
            job.hold(LEASE)
            renew_at = time.monotonic() + RENEW_SECONDS
    return size, digest.hexdigest()
