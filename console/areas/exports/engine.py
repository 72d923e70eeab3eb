"""Exports started exactly once: claim the row, call AWS with the row's own token, write down the answer.

Nothing here trusts a broker or a process to live. A worker that dies leaves a lease that runs out;
the next one repeats the call with the same token, which AWS answers with the same job.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from console.areas.exports import polling
from console.areas.exports.models import ATTEMPTS, COOL_DOWN, RUNNING_AT_ONCE, Destination, ExportJob
from console.aws import errors, gateway
from console.changes import engine as changes
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.actors import Actor

State = ExportJob.State
LEASE = timedelta(seconds=settings.EXPORT_LEASE_SECONDS)
TOKEN_MEMORY = timedelta(hours=1)  # how long AWS knows a token again is not documented [unknown]
SOON = timedelta(seconds=30)
OPERATION = "StartMailboxExportJob"


def request(
    actor: Actor, destination: Destination, entities: Iterable[Entity], *, reason: str, ticket: str = ""
) -> list[ExportJob]:
    """Queue an export of each mailbox; one that is already under way is not queued twice.

    Raises `policy.Denied` or `policy.OutOfScope` before anything is queued.
    """
    organization, entities = destination.organization, list(entities)
    policy.require_each(actor, organization, [(OPERATION, {"EntityId": each.entity_id}) for each in entities])
    with transaction.atomic():
        under_way = set(ExportJob.objects.filter(organization=organization).open().values_list("entity_id"))
        fresh = [entity for entity in entities if (entity.entity_id,) not in under_way]
        jobs = [_queued(actor, destination, entity, reason, ticket) for entity in fresh]
        return _keep(actor, organization, jobs)


def _keep(actor: Actor, organization: Organization, jobs: list[ExportJob]) -> list[ExportJob]:
    """Rows and the ledger's entry of who asked for them, from where and why, stand or fall together."""
    if jobs:
        one = jobs[0] if len(jobs) == 1 else None
        journal.record(
            actor,
            Entry.Kind.REQUESTED,
            organization=organization.organization_id,
            operation=OPERATION,
            target=one.entity_id if one else "",
            target_name=one.entity_name if one else f"{len(jobs)} mailboxes",
            reason=jobs[0].reason,
            ticket=jobs[0].ticket,
            mailboxes=[{"EntityId": job.entity_id, "Name": job.entity_name} for job in jobs],
            destination=f"{jobs[0].bucket}/{jobs[0].prefix}",
        )
    return ExportJob.objects.bulk_create(jobs)


def _queued(actor: Actor, destination: Destination, entity: Entity, reason: str, ticket: str) -> ExportJob:
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
    )


def sweep() -> int:
    """Look after every organization with an open export; returns how many rows were touched."""
    busy = Organization.objects.filter(exports__in=ExportJob.objects.open()).distinct()
    return sum(polling.poll(organization) + start_due(organization) for organization in busy)


def start_due(organization: Organization) -> int:
    """Start what is due, as far as the organization's ten places allow; the rest stays queued."""
    exports = ExportJob.objects.filter(organization=organization)
    now = timezone.now()
    free = RUNNING_AT_ONCE - exports.occupying().exclude(pk__in=exports.due(now)).count()
    due = exports.due(now).order_by("not_before", "pk")[: max(free, 0)]
    return sum(start(job) for job in due)


def start(job: ExportJob) -> bool:
    """Take the job, if nobody else has, and start it; safe to call from anywhere, any number of times."""
    if _cooling_down(job) or not _claim(job):
        return False
    if job.unanswered > ATTEMPTS:
        return _settle(job, State.PARKED, f"Tried {ATTEMPTS} times without an answer.")
    if known := _started_long_ago(job):
        return _started(job, known)
    try:
        answer = gateway.call(
            requester(job),
            OPERATION,
            job.organization,
            reason=job.reason,
            ticket=job.ticket,
            ClientToken=str(job.client_token),
            EntityId=job.entity_id,
            Description=job.description,
            RoleArn=job.role_arn,
            KmsKeyArn=job.kms_key_arn,
            S3BucketName=job.bucket,
            S3Prefix=job.prefix,
        )
    except (errors.CallFailed, policy.Denied, policy.OutOfScope) as failure:
        return _not_started(job, failure)
    return _started(job, answer["JobId"])


def requester(job: ExportJob) -> Actor:
    """Who asked, so that the right to export is checked again when the export starts."""
    return Actor(job.requested_by_id, job.requested_by, method="worker")


def _claim(job: ExportJob) -> bool:
    """One conditional UPDATE: of any number of workers one gets the row, with a new attempt."""
    now = timezone.now()
    claimed = (
        ExportJob.objects.filter(pk=job.pk, attempt=job.attempt)
        .due(now)
        .update(
            state=State.STARTING,
            attempt=F("attempt") + 1,
            unanswered=F("unanswered") + 1,
            tried_at=Coalesce("tried_at", Value(now)),
            lease_until=now + LEASE,
            note="",
        )
    )
    if claimed:
        job.refresh_from_db()
    return bool(claimed)


def _started_long_ago(job: ExportJob) -> str:
    """The id of the job that an unanswered start made, once its token may be forgotten."""
    if job.tried_at is None or timezone.now() - job.tried_at < TOKEN_MEMORY:
        return ""
    return polling.find(job)


def _started(job: ExportJob, job_id: str) -> bool:
    return _fenced(
        job,
        state=State.RUNNING,
        job_id=job_id,
        started_at=job.started_at or timezone.now(),
        lease_until=None,
        unanswered=0,
    )


def _not_started(job: ExportJob, failure: Exception) -> bool:
    """Wait where waiting helps; an answer that did not come is asked for again when the lease is over."""
    if isinstance(failure, errors.Throttled):
        return _wait(job, SOON, "AWS asked to slow down.")
    if isinstance(failure, errors.Unreachable):
        return failure.sent or _wait(job, SOON, str(failure))
    if isinstance(failure, errors.Refused) and failure.code == "LimitExceededException":
        return _wait(job, *polling.limit_reached(job))
    return _settle(job, State.FAILED, str(failure))


def _wait(job: ExportJob, delay: timedelta, why: str) -> bool:
    due = timezone.now() + delay
    return _fenced(job, state=State.QUEUED, unanswered=0, tried_at=None, not_before=due, note=why)


def _settle(job: ExportJob, state: ExportJob.State, why: str) -> bool:
    return _fenced(job, state=state, note=why[:1000], finished_at=timezone.now(), lease_until=None)


def _fenced(job: ExportJob, **fields: object) -> bool:
    """Write only if the row is still this attempt's: a worker that comes late changes nothing."""
    mine = ExportJob.objects.filter(pk=job.pk, attempt=job.attempt, state=State.STARTING)
    return bool(mine.update(**fields))


def _cooling_down(job: ExportJob) -> bool:
    """Hold the job back while the mailbox's last export is less than 24 hours old.

    Whether a failed or cancelled one counts is [unknown]: then AWS is asked.
    """
    last = (
        ExportJob.objects.filter(organization=job.organization, entity_id=job.entity_id)
        .exclude(pk=job.pk)
        .filter(started_at__gt=timezone.now() - COOL_DOWN, state__in=[State.RUNNING, State.COMPLETED])
        .order_by("-started_at")
        .values_list("started_at", flat=True)
        .first()
    )
    if job.state != State.QUEUED or last is None:
        return False
    return _hold(job, last + COOL_DOWN)


def _hold(job: ExportJob, until: datetime) -> bool:
    note = "This mailbox was exported less than 24 hours ago; WorkMail allows one export a day."
    held = ExportJob.objects.filter(pk=job.pk, state=State.QUEUED, attempt=job.attempt)
    return bool(held.update(not_before=until, note=note))


def cancel(actor: Actor, job: ExportJob, *, reason: str = "") -> None:
    """Take it out of the queue, or ask AWS to stop it; AWS may still complete what is nearly done."""
    if _withdraw(actor, job, reason):
        return
    job.refresh_from_db()
    if job.state == State.RUNNING:
        changes.perform(
            actor,
            "CancelMailboxExportJob",
            job.organization,
            title=f"Cancel the export of {job.entity_name}",
            reason=reason,
            ClientToken=str(job.client_token),
            JobId=job.job_id,
        )
        polling.refresh(job)


def _withdraw(actor: Actor, job: ExportJob, reason: str) -> bool:
    """A queued export has not reached AWS: the ledger gets the withdrawal in the same transaction."""
    policy.require(actor, "CancelMailboxExportJob", job.organization, {"EntityId": job.entity_id})
    with transaction.atomic():
        queued = ExportJob.objects.filter(pk=job.pk, state=State.QUEUED)
        if not queued.update(state=State.CANCELLED, finished_at=timezone.now(), note="Withdrawn"):
            return False
        journal.record(
            actor,
            Entry.Kind.REQUESTED,
            organization=job.organization.organization_id,
            operation="CancelMailboxExportJob",
            target=job.entity_id,
            target_name=job.entity_name,
            reason=reason,
            what="The export was withdrawn from the queue before it started.",
        )
        return True


def retry(actor: Actor, job: ExportJob) -> ExportJob:
    """A new export of the same mailbox to the same place, with a token of its own."""
    policy.require(actor, OPERATION, job.organization, {"EntityId": job.entity_id})
    fields = ("entity_id", "entity_name", "role_arn", "kms_key_arn", "bucket", "prefix", "reason", "ticket")
    again = ExportJob(
        organization=job.organization,
        mailbox_mb=job.mailbox_mb,
        requested_by_id=actor.operator_id,
        requested_by=actor.name,
        **{name: getattr(job, name) for name in fields},
    )
    with transaction.atomic():
        return _keep(actor, job.organization, [again])[0]
