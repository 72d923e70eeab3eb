"""The queue of export jobs: a job is claimed, and started once however often the call is repeated.

Nothing here trusts a broker or a process to live. A worker that dies leaves a lease that runs out;
the next one repeats the call with the same token, which AWS answers with the same job.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce

from console import clock
from console.actor import Actor
from console.areas.exports import aws_jobs, selection
from console.areas.exports.models import COOL_DOWN, MAX_ATTEMPTS, MAX_RUNNING, Destination, ExportJob
from console.areas.exports.selection import UNDER_WAY, SkippedMailbox, serialize_skipped
from console.aws import errors
from console.changes import drafts, engine, policies
from console.changes.models import Step
from console.changes.steps import PlannedStep
from console.gateway import gateway, requirements
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity, Organization
from console.operators import policy, refusals
from console.plurals import number_of

logger = logging.getLogger(__name__)
State = ExportJob.State
LEASE = timedelta(seconds=settings.EXPORT_LEASE_SECONDS)
TOKEN_MEMORY = timedelta(hours=1)  # how long AWS knows a token again is not documented [unknown]
RETRY_DELAY = timedelta(seconds=30)
BUSY_DELAY = timedelta(seconds=2)
OPERATION = selection.OPERATION
QUEUE_CHANGE_KIND = "exports"  # the kind of a change whose steps end when the export is queued
JOB_RESULT_KEY = "export"  # in a step's result: the export that the step queued


class NotExportable(errors.NotSent):
    """Raised for a mailbox that cannot be exported now; `str()` says why and what to do."""


def request_exports(
    actor: Actor,
    destination: Destination,
    entities: Iterable[Entity],
    *,
    reason: str,
    ticket: str = "",
    left_out: Sequence[SkippedMailbox] = (),
) -> list[ExportJob]:
    """Queue an export of each mailbox that has no open export, and return the new jobs.

    `left_out` are those that were selected besides: the audit log keeps them with the request.

    Raises `policy.Denied`, `policy.OutOfScope` or `NotExportable` before anything is queued,
    `errors.Invalid` where the organization asks for a reason or a ticket, and `WantsApproval` with a
    change that queues them once it is approved.
    """
    entities = list(entities)
    _require_policies(actor, destination, entities, reason, ticket)
    return queue_exports(actor, destination, entities, reason=reason, ticket=ticket, left_out=left_out)


def _require_policies(
    actor: Actor, destination: Destination, entities: Sequence[Entity], reason: str, ticket: str
) -> None:
    organization = destination.organization
    _require_right(actor, organization, entities)
    _require_exportable(entities)
    requirements.require_reason(organization, reason, ticket)
    if not requirements.get_requirements(organization).wants_approval(OPERATION, len(entities)):
        return
    steps = [
        PlannedStep(
            OPERATION,
            {
                "EntityId": each.entity_id,
                "RoleArn": destination.role_arn,
                "KmsKeyArn": destination.kms_key_arn,
                "S3BucketName": destination.bucket,
                "S3Prefix": destination.prefix,
            },
            label=f"Export {each.email or each.name}",
        )
        for each in entities
    ]
    title = steps[0].label if len(steps) == 1 else f"Export {number_of(len(steps), 'mailbox', 'mailboxes')}"
    change = drafts.create_change(
        actor, organization, title, steps, reason=reason, ticket=ticket, kind=QUEUE_CHANGE_KIND
    )
    raise engine.ApprovalNeeded(change)


def queue_exports(
    actor: Actor,
    destination: Destination,
    entities: Iterable[Entity],
    *,
    reason: str,
    ticket: str = "",
    left_out: Sequence[SkippedMailbox] = (),
) -> list[ExportJob]:
    """Queue the exports without checking change policies: they were checked for the request or the change."""
    organization, entities = destination.organization, list(entities)
    _require_right(actor, organization, entities)
    _require_exportable(entities)
    now = clock.now()
    jobs = [_build_job(actor, destination, entity, reason, ticket, now) for entity in entities]
    return _insert_jobs(actor, organization, jobs, left_out)


def _require_right(actor: Actor, organization: Organization, entities: Sequence[Entity]) -> None:
    """Raise `policy.Refusal`, and record it in the audit log: no request does that for a step of a change."""
    try:
        policy.require_rights(
            actor, organization, [(OPERATION, {"EntityId": each.entity_id}) for each in entities]
        )
    except policy.Refusal as refusal:
        target = (
            entities[0].entity_id if len(entities) == 1 else number_of(len(entities), "mailbox", "mailboxes")
        )
        refusals.record_refusal(actor, refusal, organization, OPERATION, target=target)
        raise


def _require_exportable(entities: Iterable[Entity]) -> None:
    """Raise `NotExportable` for the first entity without a mailbox to export."""
    for entity in entities:
        if why_not := get_mailbox(entity).why_not:
            raise NotExportable(f"{entity.email or entity.name}: {why_not} Nothing was queued.")


@transaction.atomic
def _insert_jobs(
    actor: Actor, organization: Organization, asked: list[ExportJob], left_out: Sequence[SkippedMailbox] = ()
) -> list[ExportJob]:
    """Insert the jobs and the audit entry of the request together, and return those inserted.

    The constraint `export_open_once` decides which of several requests for a mailbox is inserted. All
    requests insert in one order, so two of them cannot wait for each other.
    """
    ordered = sorted(asked, key=lambda job: job.entity_id)
    ExportJob.objects.bulk_create(ordered, ignore_conflicts=True)
    inserted = ExportJob.objects.in_bulk([job.client_token for job in asked], field_name="client_token")
    jobs = [inserted[job.client_token] for job in asked if job.client_token in inserted]
    under_way = [
        SkippedMailbox(job.entity_id, job.entity_name, UNDER_WAY)
        for job in asked
        if job.client_token not in inserted
    ]
    if jobs:
        one = jobs[0] if len(jobs) == 1 else None
        journal.record_entry(
            actor,
            Entry.Kind.REQUESTED,
            organization=organization.organization_id,
            operation=OPERATION,
            target=one.entity_id if one else "",
            target_name=one.entity_name if one else number_of(len(jobs), "mailbox", "mailboxes"),
            reason=jobs[0].reason,
            ticket=jobs[0].ticket,
            mailboxes=[{"EntityId": job.entity_id, "Name": job.entity_name} for job in jobs],
            left_out=serialize_skipped([*left_out, *under_way]),
            destination=f"{jobs[0].bucket}/{jobs[0].prefix}",
        )
    return jobs


def _build_job(
    actor: Actor, destination: Destination, entity: Entity, reason: str, ticket: str, now: datetime
) -> ExportJob:
    return ExportJob(
        organization=destination.organization,
        entity_id=entity.entity_id,
        entity_name=entity.email or entity.name,
        mailbox_mb=entity.mailbox_size,
        role_arn=destination.role_arn,
        kms_key_arn=destination.kms_key_arn,
        bucket=destination.bucket,
        prefix=destination.prefix,
        reason=reason,
        ticket=ticket,
        requested_by_id=actor.operator_id,
        requested_by=actor.name,
        requested_at=now,
        not_before=now,
    )


def sweep_exports() -> int:
    """Poll and start the exports of every organization with open ones; return how many rows changed.

    An organization that fails does not keep the others waiting.
    """
    busy = Organization.objects.filter(exports__in=ExportJob.objects.open()).distinct()
    changed = 0
    for organization in busy:
        try:
            changed += aws_jobs.refresh_running(organization) + start_due_jobs(organization)
        except Exception:
            logger.exception("The exports of %s could not be looked after", organization)
    return changed


def start_due_jobs(organization: Organization) -> int:
    """Start the jobs that are due, up to the organization's limit of running exports."""
    exports = ExportJob.objects.filter(organization=organization)
    now = clock.now()
    free = MAX_RUNNING - exports.occupying().exclude(pk__in=exports.due(now)).count()
    due = exports.due(now).order_by("not_before", "pk")[: max(free, 0)]
    return sum(start_job(job) for job in due)


def start_job(job: ExportJob) -> bool:
    """Claim the job and start it; safe to call from any process, any number of times."""
    if _hold_for_cool_down(job) or not _claim_job(job):
        return False
    if job.unanswered > MAX_ATTEMPTS:
        return _finish_job(job, State.PARKED, f"Tried {MAX_ATTEMPTS} times without an answer.")
    try:
        job_id = _find_unanswered_start(job) or _call_start(job)
    except Exception as failure:
        return _handle_failed_start(job, failure)
    return _mark_running(job, job_id)


def _call_start(job: ExportJob) -> str:
    answer = gateway.call(
        requesting_actor(job),
        OPERATION,
        job.organization,
        reason=job.reason,
        ticket=job.ticket,
        **_approval_params(job),
        ClientToken=str(job.client_token),
        EntityId=job.entity_id,
        Description=job.description,
        RoleArn=job.role_arn,
        KmsKeyArn=job.kms_key_arn,
        S3BucketName=job.bucket,
        S3Prefix=job.prefix,
    )
    return str(answer["JobId"])


def _approval_params(job: ExportJob) -> dict[str, Any]:
    """Return the approval of the change whose step queued the export, as the gateway takes it."""
    step = Step.objects.filter(
        operation=OPERATION, target=job.entity_id, **{f"result__{JOB_RESULT_KEY}": job.pk}
    ).first()
    if step is None:
        return {}
    approval, parties = policies.get_approval(step.change), step.change.parties
    return {"approval": approval, "steps": step.change.total, "parties": parties}


def requesting_actor(job: ExportJob) -> Actor:
    """Return the requesting operator as the actor, so that their rights are checked again at the start."""
    return Actor(job.requested_by_id, job.requested_by, method="worker")


def _claim_job(job: ExportJob) -> bool:
    """Claim the job for a start, as a new attempt."""
    now = clock.now()
    claimed = job.claim(
        ExportJob.objects.due(now),
        LEASE,
        state=State.STARTING,
        unanswered=F("unanswered") + 1,
        tried_at=Coalesce("tried_at", Value(now)),
        note="",
    )
    if claimed:
        job.refresh_from_db()
    return claimed


def _find_unanswered_start(job: ExportJob) -> str:
    """Return the id of the job that an unanswered start created, once its token may be forgotten."""
    if job.tried_at is None or clock.now() - job.tried_at < TOKEN_MEMORY:
        return ""
    return aws_jobs.find_job_id(job)


def _mark_running(job: ExportJob, job_id: str) -> bool:
    return _update_claimed(
        job,
        state=State.RUNNING,
        job_id=job_id,
        started_at=job.started_at or clock.now(),
        lease_until=None,
        unanswered=0,
    )


def _handle_failed_start(job: ExportJob, failure: Exception) -> bool:
    """Release the claim after a failed start.

    After an attempt whose outcome is unknown the row keeps its lease; the next worker repeats the call
    with the same token when the lease is over.
    """
    if isinstance(failure, journal.LedgerUnavailable):
        return _requeue_job(job, RETRY_DELAY, "The audit log cannot be written at the moment.")
    if isinstance(failure, errors.Throttled):
        return _requeue_job(job, RETRY_DELAY, "AWS asked to slow down.")
    if isinstance(failure, errors.Busy):
        return _requeue_job(job, BUSY_DELAY, "Waiting for another change of this mailbox.")
    if isinstance(failure, errors.Unreachable):
        return failure.sent or _requeue_job(job, RETRY_DELAY, str(failure))
    if isinstance(failure, errors.Refused) and failure.code == "LimitExceededException":
        return _requeue_job(job, *aws_jobs.explain_limit(job), answered=True)
    if isinstance(failure, errors.Refused) and failure.code == "EntityNotFoundException":
        return _finish_job(job, State.FAILED, _explain_missing_mailbox(job))
    if isinstance(failure, errors.CallFailed | policy.Denied | policy.OutOfScope):
        return _finish_job(job, State.FAILED, str(failure))
    logger.error("%s could not be started", job, exc_info=failure)
    return False


def _explain_missing_mailbox(job: ExportJob) -> str:
    """Return WorkMail's "entity not found" as a readable sentence."""
    entity = find_entity(job)
    why_not = get_mailbox(entity).why_not if entity else "This user or resource is not in the directory."
    return why_not or "WorkMail found no mailbox. Sync the directory, then export again."


def find_entity(job: ExportJob) -> Entity | None:
    """Return the entity whose mailbox the job exports, if the mirror has it."""
    return Entity.objects.filter(organization=job.organization, entity_id=job.entity_id).first()


def _requeue_job(job: ExportJob, delay: timedelta, why: str, *, answered: bool = False) -> bool:
    """Requeue the job, or keep it "starting" if an earlier attempt may have reached AWS."""
    earlier, again = job.unanswered - 1, clock.now() + delay
    if earlier and not answered:
        return _update_claimed(job, unanswered=earlier, lease_until=again, note=why)
    return _update_claimed(
        job,
        state=State.QUEUED,
        unanswered=earlier,
        tried_at=job.tried_at if earlier else None,
        not_before=again,
        lease_until=None,
        note=why,
    )


def _finish_job(job: ExportJob, state: ExportJob.State, why: str) -> bool:
    return _update_claimed(job, state=state, note=why[:1000], finished_at=clock.now(), lease_until=None)


def _update_claimed(job: ExportJob, **fields: object) -> bool:
    """Update the row only if it still belongs to this attempt, so that a late worker changes nothing."""
    mine = ExportJob.objects.filter(pk=job.pk, attempt=job.attempt, state=State.STARTING)
    return bool(mine.update(**fields))


def _hold_for_cool_down(job: ExportJob) -> bool:
    """Hold the job while the mailbox's last export is less than 24 hours old.

    Whether a failed or cancelled one counts is [unknown]: then AWS is asked.
    """
    last = (
        ExportJob.objects.filter(organization=job.organization, entity_id=job.entity_id)
        .exclude(pk=job.pk)
        .filter(started_at__gt=clock.now() - COOL_DOWN, state__in=[State.RUNNING, State.COMPLETED])
        .order_by("-started_at")
        .values_list("started_at", flat=True)
        .first()
    )
    if job.state != State.QUEUED or last is None:
        return False
    return _hold_until(job, last + COOL_DOWN)


def _hold_until(job: ExportJob, until: datetime) -> bool:
    note = "This mailbox was exported less than 24 hours ago; WorkMail allows one export a day."
    queued = ExportJob.objects.filter(pk=job.pk, state=State.QUEUED, attempt=job.attempt)
    return bool(queued.update(not_before=until, note=note))


def cancel_job(actor: Actor, job: ExportJob, *, reason: str = "") -> None:
    """Withdraw the job from the queue, or ask AWS to stop it; the ticket is the export's."""
    requirements.require_reason(job.organization, reason, job.ticket)
    if _withdraw_job(actor, job, reason):
        return
    job.refresh_from_db()
    if job.state == State.RUNNING:
        engine.perform_write(
            actor,
            "CancelMailboxExportJob",
            job.organization,
            title=f"Cancel the export of {job.entity_name}",
            reason=reason,
            ticket=job.ticket,
            ClientToken=str(job.client_token),
            JobId=job.job_id,
        )
        aws_jobs.refresh_job(job)


def _withdraw_job(actor: Actor, job: ExportJob, reason: str) -> bool:
    """Cancel a queued job, which AWS does not know; the audit entry is in the same transaction."""
    policy.require_right(actor, "CancelMailboxExportJob", job.organization, {"EntityId": job.entity_id})
    with transaction.atomic():
        queued = ExportJob.objects.filter(pk=job.pk, state=State.QUEUED)
        if not queued.update(state=State.CANCELLED, finished_at=clock.now(), note="Withdrawn"):
            return False
        journal.record_entry(
            actor,
            Entry.Kind.REQUESTED,
            organization=job.organization.organization_id,
            operation="CancelMailboxExportJob",
            target=job.entity_id,
            target_name=job.entity_name,
            reason=reason,
            ticket=job.ticket,
            what="The export was withdrawn from the queue before it started.",
        )
        return True


def retry_job(actor: Actor, job: ExportJob) -> ExportJob:
    """Queue the mailbox again to the same destination, or return its open job; raise as `request_exports`."""
    entity = find_entity(job)
    if entity is None:
        raise NotExportable(f"{job.entity_name} is not in the directory. Nothing was queued.")
    place = Destination(
        organization=job.organization,
        role_arn=job.role_arn,
        kms_key_arn=job.kms_key_arn,
        bucket=job.bucket,
        prefix=job.prefix,
    )
    _require_policies(actor, place, [entity], job.reason, job.ticket)
    fields = ("entity_id", "entity_name", "role_arn", "kms_key_arn", "bucket", "prefix", "reason", "ticket")
    again = ExportJob(
        organization=job.organization,
        mailbox_mb=job.mailbox_mb,
        requested_by_id=actor.operator_id,
        requested_by=actor.name,
        **{name: getattr(job, name) for name in fields},
    )
    if kept := _insert_jobs(actor, job.organization, [again]):
        return kept[0]
    return ExportJob.objects.filter(organization=job.organization, entity_id=job.entity_id).latest("pk")
