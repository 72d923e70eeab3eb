"""Files that leave the console: each is entered in the audit log before its first byte is sent."""

import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse

from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators.access import ConsoleRequest
from console.operators.refusals import target_in
from console.ui.csv_text import BATCH, written
from console.ui.tables import Table

logger = logging.getLogger(__name__)
PIECE = 200  # lines that are sent together
NO_FILTER = {"sort", "after", "before", "page"}
Outcome = Entry.Outcome


def record(
    request: ConsoleRequest, organization: Organization, filename: str, *, filter: str = "", **said: Any
) -> Entry:
    """Enter that an operator takes a file; `said` has `rows` where they are known, `target` and the like."""
    match = request.resolver_match
    named = {name: value for name, value in match.kwargs.items() if name != "organization"} if match else {}
    columns = {"target": target_in(named), **said}
    return journal.record(
        request.actor,
        Entry.Kind.DOWNLOADED,
        organization=organization.organization_id,
        operation=getattr(match.func, "performs", "") if match else "",
        file=filename,
        filter=filter or filter_text(request.GET) or None,
        **columns,
    )


def send(
    request: ConsoleRequest,
    organization: Organization,
    filename: str,
    content: str | bytes,
    content_type: str,
    **said: Any,
) -> HttpResponse:
    """Send a small file whole; a HEAD request takes nothing and is not entered."""
    if request.method != "HEAD":
        record(request, organization, filename, **said)
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = attachment(filename)
    return response


def stream(
    request: ConsoleRequest,
    organization: Organization,
    filename: str,
    lines: Iterable[str],
    *,
    content_type: str,
    headings: int = 0,
    **said: Any,
) -> HttpResponseBase:
    """Send a file as it is made. How many rows were sent, and whether all, is entered at its end."""
    response = StreamingHttpResponse(content_type=content_type)
    response["Content-Disposition"] = attachment(filename)
    if request.method != "HEAD":
        entry = record(request, organization, filename, **said)
        response.streaming_content = _Sending(lines, entry, headings)
    return response


def filter_text(params: QueryDict) -> str:
    """Return what narrows a list, in words: "state is enabled; search is ada"."""
    given = ((name, str(value).strip()) for name, value in params.items() if name not in NO_FILTER)
    return "; ".join(f"{_words(name)} is {_words(value)}" for name, value in given if value)


def _words(value: str) -> str:
    if value == "q":
        return "search"
    return value.lower().replace("_", " ") if value.isupper() else value


class _Sending:
    """The pieces of a file: the server asks for the next when it has sent one, and closes this at the end."""

    def __init__(self, lines: Iterable[str], entry: Entry, headings: int) -> None:
        self._left, self._entry = iter(lines), entry
        self._count, self._under_way, self._is_open = -headings, 0, True

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self._count += self._under_way
        try:
            piece = list(islice(self._left, PIECE))
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
            _enter_end(self._entry, outcome, max(self._count, 0))


def _enter_end(entry: Entry, outcome: Outcome, rows: int) -> None:
    """What was sent cannot be called back: an end that cannot be entered is only logged."""
    try:
        journal.outcome(entry, outcome, rows=rows)
    except journal.LedgerUnavailable:
        logger.exception("the end of download %s could not be entered", entry.seq)


def attachment(filename: str) -> str:
    """Content-Disposition for any name: ASCII for the old, UTF-8 for the rest (RFC 6266)."""
    ascii_name = "".join(each if each.isalnum() and each.isascii() else "_" for each in filename[:-4])
    tail = filename[-4:] if filename[-4:].isascii() and filename[-4:].replace(".", "").isalnum() else ""
    return f"attachment; filename=\"{ascii_name}{tail}\"; filename*=UTF-8''{quote(filename, safe='')}"


def stream_table(
    request: ConsoleRequest,
    organization: Organization,
    filename: str,
    queryset: QuerySet[Any],
    table: Table,
) -> HttpResponseBase:
    """All rows of an ordered query as a download, the table's columns as far as they go into a file."""
    columns = [(column.label, column.exported) for column in table.columns if column.exported]
    rows = queryset.values_list(*(source for _, source in columns)).iterator(chunk_size=BATCH)
    return stream_csv(request, organization, filename, written((label for label, _ in columns), rows))


def stream_csv(
    request: ConsoleRequest, organization: Organization, filename: str, lines: Iterable[str], **said: Any
) -> HttpResponseBase:
    """Send lines that `written` made; `said` is what the audit log is told besides."""
    return stream(
        request,
        organization,
        filename,
        lines,
        content_type="text/csv; charset=utf-8",
        headings=1,
        **said,
    )
