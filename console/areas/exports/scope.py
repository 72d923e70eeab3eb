"""Which exports an operator may see: those of mailboxes that she may see."""

from django.db.models import Count, Q, QuerySet

from console.actor import Actor
from console.areas.exports.models import OPEN, ExportJob
from console.mirror.models import Organization
from console.operators import policy

Exports = QuerySet[ExportJob]
State = ExportJob.State
OPERATIONS = ("StartMailboxExportJob", "CancelMailboxExportJob", "DownloadMailboxExport")


def visible(actor: Actor, operation: str, organization: Organization) -> Exports:
    """Exports in the organization on whose mailboxes `actor` may perform `operation`.

    A mailbox that the mirror no longer knows is for those who may see everybody.
    """
    jobs = ExportJob.objects.filter(organization=organization)
    if policy.covers_organization(actor, operation, organization):
        return jobs
    entities = policy.visible_entities(actor, operation, organization)
    return jobs.filter(entity_id__in=entities.values("entity_id"))


def matching(jobs: Exports, text: str) -> Exports:
    """Exports whose mailbox, operator, ticket or job id holds the text."""
    if not (text := text.strip()):
        return jobs
    return jobs.filter(
        Q(entity_name__icontains=text)
        | Q(requested_by__icontains=text)
        | Q(ticket__icontains=text)
        | Q(job_id__iexact=text)
    )


def summary(jobs: Exports) -> dict[str, int]:
    """How many of them are in which stage."""
    return jobs.aggregate(
        open=Count("pk", filter=Q(state__in=OPEN)),
        queued=Count("pk", filter=Q(state=State.QUEUED)),
        running=Count("pk", filter=Q(state__in=[State.STARTING, State.RUNNING])),
        completed=Count("pk", filter=Q(state=State.COMPLETED)),
        problems=Count("pk", filter=Q(state__in=[State.FAILED, State.PARKED])),
    )


def rights(actor: Actor, organization: Organization) -> dict[str, bool]:
    return {name: policy.allows(actor, name, organization) for name in OPERATIONS}


def owner_of(organization: Organization, job_id: str) -> str:
    """The entity whose mailbox a job exports, for the policy of operations that name a job."""
    jobs = ExportJob.objects.filter(organization=organization, job_id=job_id)
    return jobs.values_list("entity_id", flat=True).first() or ""
