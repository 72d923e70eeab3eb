"""Search entities, pages, exports, changes and audit log entries within the operator's scope."""

from collections.abc import Sequence

from django.db.models import Q
from django.urls import reverse

from console.actor import Actor
from console.areas.audit_log import scope
from console.areas.exports import scope as exports_scope
from console.areas.exports.models import ExportJob
from console.areas.search import results
from console.areas.search.entity_search import MAX_CANDIDATES, EntitySearch
from console.areas.search.query import SearchQuery
from console.areas.search.results import Hit, HitGroup
from console.changes.models import Change
from console.ledger.models import Entry
from console.mirror import search_text
from console.mirror.models import Organization
from console.operators import policy
from console.ui.navigation import MenuItem

LATEST_CHANGES = 2000  # changes whose titles are looked through: every write is one
CHANGE_FIELDS = ("title", "state", "requested_at", "ticket")


def search_exports(
    actor: Actor, organization: Organization, asked: SearchQuery, most: int, entity_ids: Sequence[str]
) -> HitGroup:
    """Search exports of these mailboxes and by ticket or job id, latest first."""
    if not policy.allows(actor, "ListMailboxExportJobs", organization):
        return HitGroup("Exports", "package-export", [])
    seen = exports_scope.visible_exports(actor, "ListMailboxExportJobs", organization)
    found = {
        each.pk: each
        for wanted in (Q(entity_id__in=entity_ids), Q(job_id=asked.text), Q(ticket__in=asked.spellings))
        for each in seen.filter(wanted).order_by()[:MAX_CANDIDATES]
    }
    latest = sorted(found.values(), key=lambda each: (each.requested_at, each.pk), reverse=True)
    shown = [_export_hit(organization, each, each.job_id == asked.text) for each in latest]
    every = results.list_url("exports:list", organization, asked)
    return results.first_hits("Exports", "package-export", shown, most, every)


def _export_hit(organization: Organization, job: ExportJob, exact: bool) -> Hit:
    told = (job.get_state_display(), f"{job.requested_at:%Y-%m-%d}", job.ticket)
    page = reverse("exports:detail", args=[organization.slug, job.pk])
    return Hit(job.entity_name, page, " · ".join(filter(None, told)), exact)


def search_changes(actor: Actor, organization: Organization, asked: SearchQuery, most: int) -> HitGroup:
    """Search changes by ticket, and the latest ones by words of their title."""
    if not policy.allows(actor, "ReadChanges", organization):
        return HitGroup("Changes", "history", [])
    seen = Change.objects.visible_to(actor, organization).order_by("-requested_at", "-pk")
    titled = Q(*(Q(title__icontains=word) for word in asked.text.split()))
    latest = Q(pk__in=seen.values("pk")[:LATEST_CHANGES])
    found = {
        each.pk: each
        for wanted in (Q(ticket__in=asked.spellings), latest & titled)
        for each in seen.filter(wanted).only(*CHANGE_FIELDS)[: most + 1]
    }
    found_last = sorted(found.values(), key=lambda each: (each.requested_at, each.pk), reverse=True)
    shown = [_change_hit(organization, each) for each in found_last]
    return results.first_hits(
        "Changes", "history", shown, most, results.list_url("changes:list", organization, asked)
    )


def _change_hit(organization: Organization, change: Change) -> Hit:
    told = (change.get_state_display(), f"{change.requested_at:%Y-%m-%d}", change.ticket)
    page = reverse("changes:detail", args=[organization.slug, change.pk])
    return Hit(change.title, page, " · ".join(filter(None, told)))


def search_entries(actor: Actor, organization: Organization, asked: SearchQuery, most: int) -> HitGroup:
    """Search audit log entries by ticket or request id, one per call."""
    if not policy.allows(actor, "ReadLedger", organization):
        return HitGroup("Ledger", "book", [])
    own = scope.readable_parts(actor, organization)[0]
    calls = {
        call
        for wanted in (
            Q(ticket__in=asked.spellings),
            Q(request_id=asked.text),
            Q(aws_request_id=asked.text),
        )
        for call in own.filter(wanted).order_by().values_list("call", flat=True)[:MAX_CANDIDATES]
    }
    if not calls:
        return HitGroup("Ledger", "book", [])
    told = own.filter(call__in=calls).exclude(kind=Entry.Kind.OUTCOME).order_by("-seq")[: most + 1]
    shown = [
        Hit(
            each.sentence,
            reverse("ledger:detail", args=[organization.slug, each.seq]),
            " · ".join(filter(None, (f"{each.at:%Y-%m-%d}", each.ticket))),
        )
        for each in told
    ]
    return results.first_hits(
        "Ledger", "book", shown, most, results.list_url("ledger:list", organization, asked)
    )


def search_all(
    actor: Actor, organization: Organization, asked: SearchQuery, places: Sequence[MenuItem], most: int
) -> list[HitGroup]:
    """Return up to `most` hits of each kind; kinds without hits are left out."""
    if not asked:
        return []
    directory = EntitySearch(actor, organization, asked, most)
    entities = directory.found()
    ids = [*directory.met, *directory.deleted()]
    found = [
        *entities,
        search_pages(actor, organization, asked, places, most),
        search_exports(actor, organization, asked, most, ids),
        search_changes(actor, organization, asked, most),
        search_entries(actor, organization, asked, most),
    ]
    return [each for each in found if each.hits]


def search_pages(
    actor: Actor, organization: Organization, asked: SearchQuery, places: Sequence[MenuItem], most: int
) -> HitGroup:
    """Search the menu entries and create pages by words of their label."""
    typed = search_text.make_word_starts(asked.text)
    shown = [
        Hit(each.label, reverse(each.url_name, args=[organization.slug]))
        for each in places
        if all(word in search_text.make_document([each.label]) for word in typed)
        and policy.allows(actor, each.performs, organization)
    ]
    return results.first_hits("Pages", "arrow-right", shown, most)
