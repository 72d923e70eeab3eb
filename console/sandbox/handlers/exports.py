"""Mailbox exports: jobs that write a mailbox into a bucket, ten at a time, one a mailbox in 24 hours."""

import uuid
from dataclasses import replace

from console.sandbox import lookup, mailbox
from console.sandbox.clock import DAY
from console.sandbox.errors import ServiceError, invalid
from console.sandbox.exporting import progress
from console.sandbox.lookup import not_found
from console.sandbox.paging import page
from console.sandbox.records import Entity, ExportJob, Group
from console.sandbox.registry import Call, Params, Result, handles

MOST_RUNNING = 10  # in an organization [documented]
PAUSE = DAY  # between exports of one mailbox [documented]
LISTED = 7 * DAY  # how long a job is listed [documented]
TOO_LATE = 95  # percent at which a job cannot be cancelled; that there is a point is [documented]


@handles("StartMailboxExportJob")
def start_mailbox_export_job(call: Call, params: Params) -> Result:
    entity = owner(call, params)
    job = wanted(call, params, entity)
    earlier = call.store.export_jobs.claimed("client_token", job.organization_id, job.client_token)
    if earlier is not None:
        require_equal(call, earlier, job)
        return {"JobId": earlier.job_id}
    require_room(call, entity)
    return {"JobId": call.store.export_jobs.save(job).job_id}


def owner(call: Call, params: Params) -> Entity:
    """A user or resource whose mailbox is in use; that a disabled one has none to export is [unknown]."""
    entity = lookup.entity(call, params, "EntityId")
    if isinstance(entity, Group) or not entity.is_enabled or not entity.has_mailbox(call.now):
        raise not_found(params["EntityId"])
    return entity


def wanted(call: Call, params: Params, entity: Entity) -> ExportJob:
    return ExportJob(
        organization_id=call.organization.organization_id,
        job_id=str(uuid.uuid4()),
        client_token=params["ClientToken"],
        entity_id=entity.entity_id,
        description=params.get("Description", ""),
        role_arn=params["RoleArn"],
        kms_key_arn=params["KmsKeyArn"],
        bucket=params["S3BucketName"],
        prefix=params["S3Prefix"],
        started=call.now,
        seconds=call.store.settings.export_duration(mailbox.size(entity, call.now)),
    )


def require_equal(call: Call, earlier: ExportJob, job: ExportJob) -> None:
    """The same token with other parameters is a conflict [inferred]; how long a token counts is [unknown]."""
    fields = ("entity_id", "description", "role_arn", "kms_key_arn", "bucket", "prefix")
    if any(getattr(earlier, field) != getattr(job, field) for field in fields):
        raise invalid(call.operation, "The ClientToken was used with other parameters")


def require_room(call: Call, entity: Entity) -> None:
    """Both limits are [documented], their error is [inferred]."""
    jobs = call.store.export_jobs
    if jobs.count("running", call.organization.organization_id) >= MOST_RUNNING:
        message = f"{MOST_RUNNING} mailbox export jobs are running"
        raise ServiceError("LimitExceededException", message)
    # Whether a failed or cancelled job counts is [unknown]; here it does not.
    counting = [job for job in jobs.all("mailbox", entity.entity_id) if job.state in ("RUNNING", "COMPLETED")]
    if any(call.now - job.started < PAUSE for job in counting):
        message = "The mailbox was exported less than 24 hours ago"
        raise ServiceError("LimitExceededException", message)


@handles("DescribeMailboxExportJob")
def describe_mailbox_export_job(call: Call, params: Params) -> Result:
    """Answers for jobs of any age [unknown]."""
    job = found(call, params)
    return {
        **summary(job, call.now),
        "JobId": None,
        "RoleArn": job.role_arn,
        "KmsKeyArn": job.kms_key_arn,
        "S3Prefix": job.prefix,
        "ErrorInfo": job.error or None,
    }


@handles("ListMailboxExportJobs")
def list_mailbox_export_jobs(call: Call, params: Params) -> Result:
    """Those of the last seven days, the newest first [unknown]."""
    jobs, token = page(call, params, call.store.export_jobs, "job", call.organization.organization_id)
    listed = [job for job in jobs if call.now - job.started < LISTED]
    return {
        "Jobs": [summary(job, call.now) for job in listed],
        "NextToken": token if len(listed) == len(jobs) else None,
    }


@handles("CancelMailboxExportJob")
def cancel_mailbox_export_job(call: Call, params: Params) -> None:
    """A job that is nearly done completes all the same, one that has ended stays as it ended [inferred]."""
    job = found(call, params)
    reached = progress(job, call.now)
    if job.state == "RUNNING" and reached < TOO_LATE:
        call.store.export_jobs.save(replace(job, state="CANCELLED", ended=call.now, progress=reached))


def found(call: Call, params: Params) -> ExportJob:
    job = call.store.export_jobs.get(params["JobId"])
    if job is None or job.organization_id != call.organization.organization_id:
        raise not_found(params["JobId"])
    return job


def summary(job: ExportJob, now: float) -> Result:
    """The job as ListMailboxExportJobs shows it, without role, key, prefix and reason [documented]."""
    return {
        "JobId": job.job_id,
        "EntityId": job.entity_id,
        "Description": job.description or None,
        "S3BucketName": job.bucket,
        "S3Path": job.path,
        "EstimatedProgress": progress(job, now),
        "State": job.state,
        "StartTime": job.started,
        "EndTime": job.ended,
    }
