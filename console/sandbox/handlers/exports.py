"""Operations on mailbox export jobs."""

import uuid
from dataclasses import replace

from console.sandbox import entity_lookup, mailbox_content
from console.sandbox.clock import DAY
from console.sandbox.entity_lookup import not_found_error
from console.sandbox.errors import ServiceError, invalid_input_error
from console.sandbox.export_jobs import export_progress
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.paging import page_of_table
from console.sandbox.records import Entity, ExportJob, Group

MOST_RUNNING = 10  # in an organization [documented]
EXPORT_INTERVAL = DAY  # between exports of one mailbox [documented]
LISTED_PERIOD = 7 * DAY  # how long a job is listed [documented]
LATEST_CANCELLATION = 95  # percent at which a job cannot be cancelled; that there is a point is [documented]


@handles("StartMailboxExportJob")
def start_mailbox_export_job(call: Call, params: Params) -> Result:
    entity = get_owner(call, params)
    job = build_job(call, params, entity)
    earlier = call.store.export_jobs.claimed("client_token", job.organization_id, job.client_token)
    if earlier is not None:
        require_same_request(call, earlier, job)
        return {"JobId": earlier.job_id}
    require_within_limits(call, entity)
    return {"JobId": call.store.export_jobs.save(job).job_id}


def get_owner(call: Call, params: Params) -> Entity:
    """Return the user or resource whose mailbox is in use; for a disabled one that is [unknown]."""
    entity = entity_lookup.get_entity(call, params, "EntityId")
    if isinstance(entity, Group) or not entity.is_enabled or not entity.has_mailbox(call.now):
        raise not_found_error(params["EntityId"])
    return entity


def build_job(call: Call, params: Params, entity: Entity) -> ExportJob:
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
        seconds=call.store.settings.export_duration(mailbox_content.mailbox_size(entity, call.now)),
    )


def require_same_request(call: Call, earlier: ExportJob, job: ExportJob) -> None:
    """Raise if the token was used with other parameters [inferred]; how long a token counts is [unknown]."""
    fields = ("entity_id", "description", "role_arn", "kms_key_arn", "bucket", "prefix")
    if any(getattr(earlier, field) != getattr(job, field) for field in fields):
        raise invalid_input_error(call.operation, "The ClientToken was used with other parameters")


def require_within_limits(call: Call, entity: Entity) -> None:
    """Raise beyond the limits, which are [documented]; the error is [inferred]."""
    jobs = call.store.export_jobs
    if jobs.count("running", call.organization.organization_id) >= MOST_RUNNING:
        message = f"{MOST_RUNNING} mailbox export jobs are running"
        raise ServiceError("LimitExceededException", message)
    # Whether a failed or cancelled job counts is [unknown]; here it does not.
    counting = [job for job in jobs.all("mailbox", entity.entity_id) if job.state in ("RUNNING", "COMPLETED")]
    if any(call.now - job.started < EXPORT_INTERVAL for job in counting):
        message = "The mailbox was exported less than 24 hours ago"
        raise ServiceError("LimitExceededException", message)


@handles("DescribeMailboxExportJob")
def describe_mailbox_export_job(call: Call, params: Params) -> Result:
    """Answers for jobs of any age [unknown]."""
    job = get_job(call, params)
    return {
        **summarize_job(job, call.now),
        "JobId": None,
        "RoleArn": job.role_arn,
        "KmsKeyArn": job.kms_key_arn,
        "S3Prefix": job.prefix,
        "ErrorInfo": job.error or None,
    }


@handles("ListMailboxExportJobs")
def list_mailbox_export_jobs(call: Call, params: Params) -> Result:
    """List the jobs of the last seven days, newest first [unknown]."""
    jobs, token = page_of_table(
        call, params, call.store.export_jobs, "job", call.organization.organization_id
    )
    listed = [job for job in jobs if call.now - job.started < LISTED_PERIOD]
    return {
        "Jobs": [summarize_job(job, call.now) for job in listed],
        "NextToken": token if len(listed) == len(jobs) else None,
    }


@handles("CancelMailboxExportJob")
def cancel_mailbox_export_job(call: Call, params: Params) -> None:
    """Cancel a job; one that is nearly done completes, an ended one stays as it is [inferred]."""
    job = get_job(call, params)
    reached = export_progress(job, call.now)
    if job.state == "RUNNING" and reached < LATEST_CANCELLATION:
        call.store.export_jobs.save(replace(job, state="CANCELLED", ended=call.now, progress=reached))


def get_job(call: Call, params: Params) -> ExportJob:
    job = call.store.export_jobs.get(params["JobId"])
    if job is None or job.organization_id != call.organization.organization_id:
        raise not_found_error(params["JobId"])
    return job


def summarize_job(job: ExportJob, now: float) -> Result:
    """Return the job as ListMailboxExportJobs shows it, without role, key, prefix and reason [documented]."""
    return {
        "JobId": job.job_id,
        "EntityId": job.entity_id,
        "Description": job.description or None,
        "S3BucketName": job.bucket,
        "S3Path": job.path,
        "EstimatedProgress": export_progress(job, now),
        "State": job.state,
        "StartTime": job.started,
        "EndTime": job.ended,
    }
