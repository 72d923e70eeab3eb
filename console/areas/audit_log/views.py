"""List, show and download audit log entries."""

from dataclasses import replace

from django.conf import settings
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone

from console.areas.audit_log import display, scope
from console.areas.audit_log.tables import CSV_TABLE, FILTERS, csv_rows, paginate_entries
from console.ledger import chain, export_file, journal, stored_chain
from console.ledger.models import Head
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import csv_text, filters, pages, tables
from console.web import downloads


@performs("ReadLedger")
def list_entries(request: ConsoleRequest) -> HttpResponse:
    organization = request.organization
    context = {
        "title": "Ledger",
        "page": paginate_entries(request.actor, organization, request.GET),
        "bar": _filter_bar(request),
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "may_export": policy.allows(request.actor, "ExportLedger", organization),
        "whole": policy.covers_organization(request.actor, "ExportLedger", organization),
    }
    return pages.render_page(request, "ledger/list.html", context, fragment="rows")


@performs("ReadLedger")
def show_entry(request: ConsoleRequest, seq: int) -> HttpResponse:
    entry = scope.get_entry(request.actor, request.organization, seq)
    context = display.entry_context(request.actor, request.organization, entry)
    return pages.render_page(request, "ledger/detail.html", context)


@performs("ExportLedger")
def download_csv(request: ConsoleRequest) -> HttpResponseBase:
    last_number = Head.objects.get().seq  # the download itself adds entries after it
    entries = scope.listed_entries(request.actor, request.organization, request.GET)
    rows = tables.sort_rows(entries.filter(seq__lte=last_number), CSV_TABLE, request.GET)
    lines = csv_text.write_rows((column.label for column in CSV_TABLE.columns), csv_rows(rows))
    return downloads.stream_csv(request, _download_filename(request.organization, "csv"), lines)


@performs("ExportLedger")
def download_signed_entries(request: ConsoleRequest) -> HttpResponseBase:
    """Download the filtered entries as signed JSON lines, if the operator may read everything.

    `manage.py ledger verify FILE` verifies it. No name can be hidden in what is signed, so it is for
    those who may see everything.
    """
    organization = request.organization
    if not policy.covers_organization(request.actor, "ExportLedger", organization):
        raise policy.Denied("Signed entries name others, too, and your rights are narrowed: take the CSV.")
    readable_entries = scope.readable_entries(request.actor, organization)
    filtered_entries = scope.filter_entries(readable_entries, organization, request.GET)
    head = stored_chain.get_head()
    if head is None:
        raise journal.LedgerUnavailable("the ledger has no head")
    entries = filtered_entries.filter(seq__lte=head.seq).order_by("seq").iterator()
    narrowed_to = "; ".join(filter(None, [organization.slug, downloads.describe_filter(request.GET)]))
    rows = (journal.entry_row(entry) for entry in entries)
    part = export_file.format_part(rows, head, narrowed_to, chain.read_keys(settings.LEDGER_KEYS))
    return downloads.stream_file(
        request,
        _download_filename(organization, "jsonl"),
        (f"{line}\n" for line in part),
        content_type="application/x-ndjson",
        headings=2,
    )


def _filter_bar(request: ConsoleRequest) -> filters.FilterBar:
    bar = filters.filter_bar(FILTERS, request.GET, placeholder="Operator, user, ticket or request id")
    has_dates = bool(request.GET.get("since") or request.GET.get("until"))
    return replace(bar, active=bar.active or has_dates)


def _download_filename(organization: Organization, ending: str) -> str:
    return f"ledger-{organization.slug}-{timezone.now():%Y-%m-%d}.{ending}"
