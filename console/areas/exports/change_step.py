"""An export as a step of a change."""

from datetime import timedelta
from typing import Any

from console.actor import Actor
from console.areas.exports import job_queue
from console.areas.exports.models import Destination, ExportJob
from console.aws import errors
from console.celery import hint
from console.changes import execution
from console.changes.execution import RetryLater
from console.changes.models import Step
from console.mirror.models import Entity

State = ExportJob.State
JOB_RESULT_KEY = job_queue.JOB_RESULT_KEY
POLL_INTERVAL = timedelta(seconds=15)
SWEEP_TASK = "console.areas.exports.tasks.sweep"


def perform_export(actor: Actor, step: Step, params: dict[str, Any]) -> dict[str, Any]:
    """Return the job id of a completed export, or raise `NotYet`; a change without a kind makes the call."""
    if not step.change.kind:
        return execution.send_write(actor, step, params)
    job = _find_job(step, params["EntityId"]) or _queue_job(actor, step, params)
    if step.change.kind == job_queue.QUEUE_CHANGE_KIND:
        return {}  # the step keeps the id of the export, by which its start finds the approval
    if job.state == State.COMPLETED:
        return {"JobId": job.job_id}
    if job.is_open:
        raise RetryLater(f"The export is {job.get_state_display()}. {job.note}".strip(), POLL_INTERVAL)
    step.store_result({})  # who tries it again gets another one
    raise errors.Refused("ExportFailed", f"The export is {job.get_state_display()}. {job.note}".strip())


def _find_job(step: Step, entity_id: str) -> ExportJob | None:
    """Return the job of this step, or one of the mailbox that is open or was requested since the start."""
    jobs = ExportJob.objects.filter(organization=step.change.organization, entity_id=entity_id)
    if JOB_RESULT_KEY in step.result:
        return jobs.filter(pk=step.result[JOB_RESULT_KEY]).first()
    started_at = step.change.started_at or step.change.requested_at
    completed = jobs.filter(requested_at__gte=started_at, state=State.COMPLETED)
    job = (jobs.open().order_by("-pk").first()) or completed.order_by("-pk").first()
    if job:
        step.store_result({JOB_RESULT_KEY: job.pk})
    return job


def _queue_job(actor: Actor, step: Step, params: dict[str, Any]) -> ExportJob:
    change = step.change
    entity = Entity.objects.get(organization=change.organization, entity_id=params["EntityId"])
    destination = Destination(
        organization=change.organization,
        role_arn=params["RoleArn"],
        kms_key_arn=params["KmsKeyArn"],
        bucket=params["S3BucketName"],
        prefix=params["S3Prefix"],
    )
    job_queue.queue_exports(actor, destination, [entity], reason=change.reason, ticket=change.ticket)
    mailbox_jobs = ExportJob.objects.filter(organization=change.organization, entity_id=entity.entity_id)
    job = mailbox_jobs.latest("pk")  # the new one, or the one that another request has just opened
    step.store_result({JOB_RESULT_KEY: job.pk})
    hint(SWEEP_TASK)
    return job
