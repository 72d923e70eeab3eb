"""Exports, changes and the ledger's entries, by what people quote of them: a name, a ticket, an id.

Each is looked up by one index after another, unsorted: SQLite prefers any index that sorts to one that finds.
"""

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse

from console.actor import Actor
from console.areas.exports import scope as exports
from console.areas.exports.models import ExportJob
from console.areas.ledger import scope as ledger
from console.areas.search import hits
from console.areas.search.asked import Asked
from console.areas.search.directory import CANDIDATES
from console.areas.search.hits import Found, Hit
from console.changes.models import Change
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators import policy

LATEST = 2000  # changes whose titles are looked through: every write is one
TITLES = ("title", "state", "requested_at", "ticket")


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


def changes(actor: Actor, organization: Organization, asked: Asked, most: int) -> Found:
    """Changes of this ticket, and of the latest ones those whose title has the words."""
    if not policy.allows(actor, "ReadChanges", organization):
        return Found("Changes", "history", [])
    seen = Change.objects.visible_to(actor, organization).order_by("-requested_at", "-pk")
    titled = Q(*(Q(title__icontains=word) for word in asked.text.split()))
    latest = Q(pk__in=seen.values("pk")[:LATEST])
    found = {
        each.pk: each
        for wanted in (Q(ticket__in=asked.spellings), latest & titled)
        for each in seen.filter(wanted).only(*TITLES)[: most + 1]
    }
    found_last = sorted(found.values(), key=lambda each: (each.requested_at, each.pk), reverse=True)
    shown = [_change(organization, each) for each in found_last]
    return hits.first("Changes", "history", shown, most, hits.every("changes:list", organization, asked))


def _change(organization: Organization, change: Change) -> Hit:
    told = (change.get_state_display(), f"{change.requested_at:%Y-%m-%d}", change.ticket)
    page = reverse("changes:detail", args=[organization.slug, change.pk])
    return Hit(change.title, page, " · ".join(filter(None, told)))


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
