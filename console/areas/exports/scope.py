"""The exports that an operator can see."""

from django.db.models import Count, Q, QuerySet

from console.actor import Actor
from console.areas.exports.models import OPEN_STATES, ExportJob
from console.mirror.models import Organization
from console.operators import policy

Exports = QuerySet[ExportJob]
State = ExportJob.State
EXPORT_OPERATIONS = ("StartMailboxExportJob", "CancelMailboxExportJob", "DownloadMailboxExport")


def visible_exports(actor: Actor, operation: str, organization: Organization) -> Exports:
    """Return the exports on whose mailboxes `actor` can perform `operation`; unknown ones need full scope."""
    jobs = ExportJob.objects.filter(organization=organization)
    if policy.covers_organization(actor, operation, organization):
        return jobs
    entities = policy.visible_entities(actor, operation, organization)
    return jobs.filter(entity_id__in=entities.values("entity_id"))


def search_exports(jobs: Exports, text: str) -> Exports:
    """Return the exports whose mailbox, operator, ticket or job id matches the text."""
    if not (text := text.strip()):
        return jobs
    return jobs.filter(
        Q(entity_name__icontains=text)
        | Q(requested_by__icontains=text)
        | Q(ticket__icontains=text)
        | Q(job_id__iexact=text)
    )


def count_by_stage(jobs: Exports) -> dict[str, int]:
    return jobs.aggregate(
        open=Count("pk", filter=Q(state__in=OPEN_STATES)),
        queued=Count("pk", filter=Q(state=State.QUEUED)),
        running=Count("pk", filter=Q(state__in=[State.STARTING, State.RUNNING])),
        completed=Count("pk", filter=Q(state=State.COMPLETED)),
        problems=Count("pk", filter=Q(state__in=[State.FAILED, State.PARKED])),
    )


def get_rights(actor: Actor, organization: Organization) -> dict[str, bool]:
    return {name: policy.allows(actor, name, organization) for name in EXPORT_OPERATIONS}


def find_mailbox_owner(organization: Organization, job_id: str) -> str:
    """Return the id of the entity whose mailbox the job exports, or "" if the job is not known."""
    jobs = ExportJob.objects.filter(organization=organization, job_id=job_id)
    return jobs.values_list("entity_id", flat=True).first() or ""
