"""Exports and the ledger's entries, by what people quote of them: a name, a ticket, an id."""

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse

from console.areas.exports import scope as exports
from console.areas.ledger import scope as ledger
from console.areas.search import hits
from console.areas.search.asked import Asked
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
    wanted = Q(entity_id__in=entity_ids) | Q(job_id=asked.text) | Q(ticket__in=asked.spellings)
    seen = exports.visible(actor, "ListMailboxExportJobs", organization).filter(wanted)
    shown = [
        Hit(
            each.entity_name,
            reverse("exports:detail", args=[organization.slug, each.pk]),
            " · ".join(
                filter(None, (each.get_state_display(), f"{each.requested_at:%Y-%m-%d}", each.ticket))
            ),
            each.job_id == asked.text,
        )
        for each in seen.order_by("-requested_at", "-pk")[: most + 1]
    ]
    every = hits.every("exports:list", organization, asked)
    return hits.first("Exports", "package-export", shown, most, every)


def entries(actor: Actor, organization: Organization, asked: Asked, most: int) -> Found:
    """One entry a call of this ticket, or of this request, the console's or AWS's."""
    if not policy.allows(actor, "ReadLedger", organization):
        return Found("Ledger", "book", [])
    own = ledger.parts(actor, organization)[0]
    calls = [
        call
        for wanted in (
            Q(ticket__in=asked.spellings),
            Q(request_id=asked.text),
            Q(aws_request_id=asked.text),
        )
        for call in own.filter(wanted).order_by("-seq").values_list("call", flat=True)[: 2 * most + 2]
    ]
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
