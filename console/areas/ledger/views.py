"""Pages of the ledger: what was done, attempted and noticed, and one entry in full."""

from dataclasses import replace

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from console.areas.ledger import scope, showing
from console.areas.ledger.tables import FILE, FILTERS, file_rows, page
from console.ledger import chain, export_file, journal, stored_chain
from console.ledger.models import Head
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import csv_text, filters, pages, tables
from console.web import downloads


@performs("ReadLedger")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    context = {
        "title": "Ledger",
        "organization": organization,
        "page": page(request.actor, organization, request.GET),
        "bar": _bar(request),
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "may_export": policy.allows(request.actor, "ExportLedger", organization),
        "whole": policy.covers_organization(request.actor, "ExportLedger", organization),
    }
    return pages.show(request, "ledger/list.html", context, fragment="rows")


@performs("ReadLedger")
def detail(request: ConsoleRequest, organization: Organization, seq: int) -> HttpResponse:
    entry = scope.find(request.actor, organization, seq)
    context = showing.context(request.actor, organization, entry)
    return pages.show(request, "ledger/detail.html", context)


@performs("ExportLedger")
def as_csv(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    found = scope.rows(request.actor, organization, request.GET).filter(seq__lte=_last())
    rows = tables.ordered(found, FILE, request.GET)
    lines = csv_text.write_rows((column.label for column in FILE.columns), file_rows(rows))
    return downloads.stream_csv(request, organization, _filename(organization, "csv"), lines)


@performs("ExportLedger")
def as_jsonl(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    """Every entry of the view, outcomes included, each as it was signed, with a signed end.

    `manage.py ledger verify FILE` verifies it. No name can be hidden in what is signed, so it is for
    those who may see everything.
    """
    _require_everything(request, organization)
    found = scope.narrowed(scope.visible(request.actor, organization), organization, request.GET)
    head = stored_chain.get_head()
    if head is None:
        raise journal.LedgerUnavailable("the ledger has no head")
    entries = (
        journal.entry_row(entry) for entry in found.filter(seq__lte=head.seq).order_by("seq").iterator()
    )
    narrowed_to = "; ".join(filter(None, [organization.slug, downloads.describe_filter(request.GET)]))
    part = export_file.format_part(entries, head, narrowed_to, chain.read_keys(settings.LEDGER_KEYS))
    return downloads.stream_file(
        request,
        organization,
        _filename(organization, "jsonl"),
        (f"{line}\n" for line in part),
        content_type="application/x-ndjson",
        headings=2,
    )


def _bar(request: ConsoleRequest) -> filters.Bar:
    bar = filters.bar(FILTERS, request.GET, placeholder="Operator, person, ticket or request id")
    dated = bool(request.GET.get("since") or request.GET.get("until"))
    return replace(bar, active=bar.active or dated)


def _require_everything(request: ConsoleRequest, organization: Organization) -> None:
    if policy.covers_organization(request.actor, "ExportLedger", organization):
        return
    raise policy.Denied("Signed entries name others, too, and your rights are narrowed: take the CSV.")


def _last() -> int:
    """Return the number of the last entry; those of the download itself come after it."""
    return Head.objects.get().seq


def _filename(organization: Organization, ending: str) -> str:
    return f"ledger-{organization.slug}-{timezone.now():%Y-%m-%d}.{ending}"
