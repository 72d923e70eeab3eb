"""Exports and the ledger's entries, by what people quote of them: a name, a ticket, an id.

Each is looked up by one index after another, unsorted: SQLite prefers any index that sorts to one that finds.
"""

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse

from console.areas.exports import scope as exports
from console.areas.exports.models import ExportJob
from console.areas.ledger import scope as ledger
from console.areas.search import hits
from console.areas.search.asked import Asked
from console.areas.search.directory import CANDIDATES
from console.areas.search.hits import Found, Hit
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators import policy
from console.operators.actors import Actor


def jobs(
    actor: Actor, organization: Organization, asked: Asked, most: int, entity_ids: Sequence[str]
) -> Found:
    """Exports of these mailboxes, and those of this ticket or job, the latest first."""
    if not policy.allows(actor, "ListMailboxExportJobs", organization):
        return Found("Exports", "package-export", [])
    seen = exports.visible(actor, "ListMailboxExportJobs", organization)
    found = {
        each.pk: each
        for wanted in (Q(entity_id__in=entity_ids), Q(job_id=asked.text), Q(ticket__in=asked.spellings))
        for each in seen.filter(wanted).order_by()[:CANDIDATES]
    }
    latest = sorted(found.values(), key=lambda each: (each.requested_at, each.pk), reverse=True)
    shown = [_job(organization, each, each.job_id == asked.text) for each in latest]
    every = hits.every("exports:list", organization, asked)
    return hits.first("Exports", "package-export", shown, most, every)


def _job(organization: Organization, job: ExportJob, exact: bool) -> Hit:
    told = (job.get_state_display(), f"{job.requested_at:%Y-%m-%d}", job.ticket)
    page = reverse("exports:detail", args=[organization.slug, job.pk])
    return Hit(job.entity_name, page, " · ".join(filter(None, told)), exact)


def entries(actor: Actor, organization: Organization, asked: Asked, most: int) -> Found:
    """One entry a call of this ticket, or of this request, the console's or AWS's."""
    if not policy.allows(actor, "ReadLedger", organization):
        return Found("Ledger", "book", [])
    own = ledger.parts(actor, organization)[0]
    calls = {
        call
        for wanted in (
            Q(ticket__in=asked.spellings),
            Q(request_id=asked.text),
            Q(aws_request_id=asked.text),
        )
        for call in own.filter(wanted).order_by().values_list("call", flat=True)[:CANDIDATES]
    }
    if not calls:
        return Found("Ledger", "book", [])
    told = own.filter(call__in=calls).exclude(kind=Entry.Kind.OUTCOME).order_by("-seq")[: most + 1]
    shown = [
        Hit(
            each.sentence,
            reverse("ledger:detail", args=[organization.slug, each.seq]),
            " · ".join(filter(None, (f"{each.at:%Y-%m-%d}", each.ticket))),
        )
        for each in told
    ]
    return hits.first("Ledger", "book", shown, most, hits.every("ledger:list", organization, asked))
