"""Pages of the ledger: what was done, attempted and noticed, and one entry in full."""

from collections.abc import Iterator

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from console.areas.ledger import scope
from console.areas.ledger.tables import FILTERS, LEDGER, result
from console.ledger import journal
from console.ledger.jsonl import entry_line
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators import policy
from console.operators.access import ConsoleRequest, performs
from console.ui import csv, filters, pages, tables


@performs("ReadLedger")
def listing(request: ConsoleRequest, organization: Organization) -> HttpResponse:
    found = scope.rows(request.actor, organization, request.GET)
    context = {
        "title": "Ledger",
        "organization": organization,
        "page": tables.paginate(found, LEDGER, request.GET, extra={"slug": organization.slug}),
        "bar": filters.bar(FILTERS, request.GET, placeholder="Operator, person, ticket or request id"),
        "since": request.GET.get("since", ""),
        "until": request.GET.get("until", ""),
        "may_export": policy.allows(request.actor, "ExportLedger", organization),
    }
    return pages.show(request, "ledger/list.html", context, fragment="rows")


@performs("ReadLedger")
def detail(request: ConsoleRequest, organization: Organization, seq: int) -> HttpResponse:
    entry = get_object_or_404(scope.visible(request.actor, organization), seq=seq)
    call = scope.visible(request.actor, organization).filter(call=entry.call).order_by("seq")
    last = [each for each in call if each.kind == Entry.Kind.OUTCOME][-1:]
    first = call[0]
    context = {
        "title": f"Entry {first.seq}",
        "organization": organization,
        "entry": first,
        "call": call,
        "result": result(first.kind, last[0].outcome if last else ""),
        "aws_request_id": last[0].aws_request_id if last else "",
        "error": last[0].body.get("error") if last else None,
    }
    return pages.show(request, "ledger/detail.html", context)


@performs("ExportLedger")
def as_csv(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    found = scope.rows(request.actor, organization, request.GET)
    return csv.stream(tables.ordered(found, LEDGER, request.GET), LEDGER, _filename(organization, "csv"))


@performs("ExportLedger")
def as_jsonl(request: ConsoleRequest, organization: Organization) -> HttpResponseBase:
    """Every entry of the view, outcomes included, each as it was signed.

    A part of the chain has no head, so its length proves nothing; `manage.py ledger export` writes
    the whole of it.
    """
    found = scope.narrowed(scope.visible(request.actor, organization), request.GET).order_by("seq")
    response = StreamingHttpResponse(_lines(found.iterator()), content_type="application/x-ndjson")
    response["Content-Disposition"] = csv.attachment(_filename(organization, "jsonl"))
    return response


def _lines(entries: Iterator[Entry]) -> Iterator[str]:
    return (entry_line(journal.row(entry)) + "\n" for entry in entries)


def _filename(organization: Organization, ending: str) -> str:
    return f"ledger-{organization.slug}-{timezone.now():%Y-%m-%d}.{ending}"
