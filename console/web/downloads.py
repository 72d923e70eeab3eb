"""Send files, each recorded in the audit log before its first byte."""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse

from console.ledger import journal
from console.ledger.models import Entry
from console.operators.access import ConsoleRequest
from console.operators.refusals import target_from_url
from console.ui.csv_text import BATCH_SIZE, write_rows
from console.ui.tables import Table

logger = logging.getLogger(__name__)
LINES_PER_PIECE = 200  # lines that are sent together
NON_FILTER_PARAMS = {"sort", "after", "before", "page"}
Outcome = Entry.Outcome


def record_download(request: ConsoleRequest, filename: str, *, filter: str = "", **said: Any) -> Entry:
    """Record a download; `said` has `rows` if known, `target` and other values."""
    match = request.resolver_match
    named = {name: value for name, value in match.kwargs.items() if name != "organization"} if match else {}
    columns = {"target": target_from_url(named), **said}
    return journal.record_entry(
        request.actor,
        Entry.Kind.DOWNLOADED,
        organization=request.organization.organization_id,
        operation=getattr(match.func, "performs", "") if match else "",
        file=filename,
        filter=filter or describe_filter(request.GET) or None,
        **columns,
    )


def send_file(
    request: ConsoleRequest,
    filename: str,
    content: str | bytes,
    content_type: str,
    **said: Any,
) -> HttpResponse:
    """Send a small file whole; a HEAD request takes nothing and is not entered."""
    if request.method != "HEAD":
        record_download(request, filename, **said)
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition(filename)
    return response


def stream_file(
    request: ConsoleRequest,
    filename: str,
    lines: Iterable[str],
    *,
    content_type: str,
    headings: int = 0,
    **said: Any,
) -> HttpResponseBase:
    """Send a file as it is made. How many rows were sent, and whether all, is entered at its end."""
    response = StreamingHttpResponse(content_type=content_type)
    response["Content-Disposition"] = content_disposition(filename)
    if request.method != "HEAD":
        entry = record_download(request, filename, **said)
        response.streaming_content = _StreamedDownload(lines, entry, headings)
    return response


def describe_filter(params: QueryDict) -> str:
    """Return the filter of a list in words: "state is enabled; search is ada"."""
    given = ((name, str(value).strip()) for name, value in params.items() if name not in NON_FILTER_PARAMS)
    return "; ".join(f"{_filter_words(name)} is {_filter_words(value)}" for name, value in given if value)


def _filter_words(value: str) -> str:
    if value == "q":
        return "search"
    return value.lower().replace("_", " ") if value.isupper() else value


class _StreamedDownload:
    """The pieces of a streamed file; its end is recorded when the server closes it."""

    def __init__(self, lines: Iterable[str], entry: Entry, headings: int) -> None:
        self._left, self._entry = iter(lines), entry
        self._count, self._under_way, self._is_open = -headings, 0, True

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self._count += self._under_way
        try:
            piece = list(islice(self._left, LINES_PER_PIECE))
        except BaseException:
            self.close()
            raise
        self._under_way = len(piece)
        if not piece:
            self._end(Outcome.SENT)
            raise StopIteration
        return "".join(piece)

    def close(self) -> None:
        self._end(Outcome.BROKEN_OFF)

    def _end(self, outcome: Outcome) -> None:
        if self._is_open:
            self._is_open = False
            _record_end(self._entry, outcome, max(self._count, 0))


def _record_end(entry: Entry, outcome: Outcome, rows: int) -> None:
    """Record the end of a download; a failure is only logged, since the file is already sent."""
    try:
        journal.record_outcome(entry, outcome, rows=rows)
    except journal.LedgerUnavailable:
        logger.exception("the end of download %s could not be entered", entry.seq)


def content_disposition(filename: str) -> str:
    """Return a Content-Disposition header for any file name (RFC 6266)."""
    ascii_name = "".join(each if each.isalnum() and each.isascii() else "_" for each in filename[:-4])
    tail = filename[-4:] if filename[-4:].isascii() and filename[-4:].replace(".", "").isalnum() else ""
    return f"attachment; filename=\"{ascii_name}{tail}\"; filename*=UTF-8''{quote(filename, safe='')}"


def stream_table(
    request: ConsoleRequest,
    filename: str,
    queryset: QuerySet[Any],
    table: Table,
) -> HttpResponseBase:
    """Stream all rows of a queryset as CSV with the table's exportable columns."""
    columns = [(column.label, column.exported) for column in table.columns if column.exported]
    rows = queryset.values_list(*(source for _, source in columns)).iterator(chunk_size=BATCH_SIZE)
    return stream_csv(request, filename, write_rows((label for label, _ in columns), rows))


def stream_csv(request: ConsoleRequest, filename: str, lines: Iterable[str], **said: Any) -> HttpResponseBase:
    """Stream CSV lines; `said` goes into the audit entry."""
    return stream_file(
        request,
        filename,
        lines,
        content_type="text/csv; charset=utf-8",
        headings=1,
        **said,
    )
