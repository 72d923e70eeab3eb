"""Is the zip in the bucket the zip that WorkMail wrote? Its log says the SHA-384; we count again."""

import hashlib
import json
import logging
import time
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from console import clock
from console.areas.exports.models import ExportJob
from console.aws import errors, storage

logger = logging.getLogger(__name__)
Check = ExportJob.Check
AGAIN = timedelta(minutes=15)  # after an exception; others are checked meanwhile
LEASE = timedelta(minutes=3)  # renewed while the zip is read, so that only a dead worker's check is free
RENEW = 30.0  # seconds


class Lost(Exception):
    """Another worker has taken the check over."""


def next_due() -> ExportJob | None:
    """A completed export that was not checked yet, claimed until `LEASE` after the last sign of life."""
    now = clock.now()
    unchecked = ExportJob.objects.filter(
        Q(check_lease=None) | Q(check_lease__lt=now),
        state=ExportJob.State.COMPLETED,
        check_result=Check.NONE,
    ).exclude(path="")
    job = unchecked.order_by("finished_at").first()
    if job is None or not unchecked.filter(pk=job.pk).update(check_lease=now + LEASE):
        return None
    job.check_lease = now + LEASE
    return job


def check(job: ExportJob) -> ExportJob.Check:
    """Read log and zip, and keep size, hash, counts and the verdict with the job."""
    try:
        log, (size, digest) = _log(job), _digest(job)
    except (errors.CallFailed, ValueError) as failure:
        return _keep(job, Check.UNREADABLE, note=f"The zip could not be read: {failure}"[:1000])
    except Lost:
        logger.info("the check of %s was taken over", job)
        return Check.NONE
    except BaseException:
        _held(job).update(check_lease=clock.now() + AGAIN)
        raise
    verdict = Check.MATCHES if log["sha384Hash"] == digest else Check.DIFFERS
    return _keep(
        job,
        verdict,
        size=size,
        sha384=digest,
        messages=int(log["totalMessages"]),
        not_exported=int(log["totalNonExportableItems"]),
    )


def _keep(job: ExportJob, verdict: ExportJob.Check, **fields: Any) -> ExportJob.Check:
    _held(job).update(check_result=verdict, check_lease=None, **fields)
    return verdict


def _held(job: ExportJob) -> QuerySet[ExportJob]:
    """Return the row as long as no other worker has claimed its check."""
    return ExportJob.objects.filter(pk=job.pk, check_lease=job.check_lease)


def _renew(job: ExportJob) -> None:
    until = clock.now() + LEASE
    if not _held(job).update(check_lease=until):
        raise Lost
    job.check_lease = until


def _log(job: ExportJob) -> dict[str, str]:
    """The JSON beside the zip; all its values are strings [documented], its name is a guess [inferred]."""
    key = job.path.removesuffix(".zip") + ".json"
    log = json.loads(b"".join(storage.read_object(job.organization, job.bucket, key)))
    missing = {"sha384Hash", "totalMessages", "totalNonExportableItems"} - log.keys()
    if missing:
        raise ValueError(f"its log lacks {', '.join(sorted(missing))}")
    return dict(log)


def _digest(job: ExportJob) -> tuple[int, str]:
    size, digest, renew_at = 0, hashlib.sha384(), time.monotonic() + RENEW
    for piece in storage.read_object(job.organization, job.bucket, job.path):
        size += len(piece)
        digest.update(piece)
        if time.monotonic() >= renew_at:
            _renew(job)
            renew_at = time.monotonic() + RENEW
    return size, digest.hexdigest()
