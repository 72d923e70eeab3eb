"""An export as a step of a change: queued once, and the step waits until the zip is there."""

from datetime import timedelta
from typing import Any

from console.actor import Actor
from console.areas.exports import engine as exports
from console.areas.exports.models import Destination, ExportJob
from console.aws import errors
from console.celery import hint
from console.changes import execution
from console.changes.execution import RetryLater
from console.changes.models import Step
from console.mirror.models import Entity

State = ExportJob.State
JOB = exports.JOB
LOOK = timedelta(seconds=15)
SWEEP = "console.areas.exports.tasks.sweep"


def perform(actor: Actor, step: Step, params: dict[str, Any]) -> dict[str, Any]:
    """The answer of a completed export; `NotYet` until then, and a refusal if it failed.

    A change of no kind is nothing but the call itself.
    """
    if not step.change.kind:
        return execution.send_write(actor, step, params)
    job = _known(step, params["EntityId"]) or _queued(actor, step, params)
    if step.change.kind == exports.QUEUED:
        return {}  # the step keeps the id of the export, by which its start finds the approval
    if job.state == State.COMPLETED:
        return {"JobId": job.job_id}
    if job.is_open:
        raise RetryLater(f"The export is {job.get_state_display()}. {job.note}".strip(), LOOK)
    step.store_result({})  # who tries it again gets another one
    raise errors.Refused("ExportFailed", f"The export is {job.get_state_display()}. {job.note}".strip())


def _known(step: Step, entity_id: str) -> ExportJob | None:
    """The job of this step, or one of the mailbox that began with the change or is under way anyway."""
    jobs = ExportJob.objects.filter(organization=step.change.organization, entity_id=entity_id)
    if JOB in step.result:
        return jobs.filter(pk=step.result[JOB]).first()
    begun = step.change.started_at or step.change.requested_at
    done = jobs.filter(requested_at__gte=begun, state=State.COMPLETED)
    found = (jobs.open().order_by("-pk").first()) or done.order_by("-pk").first()
    if found:
        step.store_result({JOB: found.pk})
    return found


def _queued(actor: Actor, step: Step, params: dict[str, Any]) -> ExportJob:
    change = step.change
    person = Entity.objects.get(organization=change.organization, entity_id=params["EntityId"])
    place = Destination(
        organization=change.organization,
        role_arn=params["RoleArn"],
        kms_key_arn=params["KmsKeyArn"],
        bucket=params["S3BucketName"],
        prefix=params["S3Prefix"],
    )
    exports.queue(actor, place, [person], reason=change.reason, ticket=change.ticket)
    mailbox = ExportJob.objects.filter(organization=change.organization, entity_id=person.entity_id)
    job = mailbox.latest("pk")  # the new one, or the one that another request has just opened
    step.store_result({JOB: job.pk})
    hint(SWEEP)
    return job
