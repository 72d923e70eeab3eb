"""Tables of audit log entries, for the page and for the CSV file."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.audit_log import scope
from console.aws.catalogue import CATALOGUE, CONSOLE_ACTIONS, Access
from console.ledger.models import Entry, EntryQuerySet, describe_download, describe_outside_change
from console.mirror.models import Organization
from console.ui import csv_text
from console.ui.filters import Filter
from console.ui.keyset import Cursor, read_window
from console.ui.markup import badge, display_value, link, time_tag
from console.ui.tables import PAGE_SIZE, Column, Table, TablePage, paginate

Kind, Outcome = Entry.Kind, Entry.Outcome
TONES = {
    Outcome.DONE: "success",
    Outcome.APPLIED: "success",
    Outcome.REFUSED: "danger",
    Outcome.NOT_APPLIED: "neutral",
    Outcome.UNKNOWN: "warning",
    Outcome.UNDETERMINED: "warning",
    Outcome.BROKEN_OFF: "warning",
    Kind.DENIED: "danger",
    Kind.SIGN_IN_FAILED: "danger",
    Kind.OBSERVED: "info",
    Kind.REVEALED: "warning",
}
RECORDED_OPERATIONS = sorted(
    rule.name for rule in (*CATALOGUE.values(), *CONSOLE_ACTIONS.values()) if rule.access is not Access.READ
)


def result_badge(kind: str, outcome: str) -> SafeString:
    """Return a badge with the outcome of a call, or the kind of any other entry."""
    if outcome == Outcome.BROKEN_OFF:
        return badge(Outcome(outcome).label, TONES[Outcome(outcome)])
    if kind != Kind.INTENT:
        return badge(Kind(kind).label, TONES.get(Kind(kind), "neutral"))
    return badge(Outcome(outcome).label, TONES[Outcome(outcome)]) if outcome else badge("Under way", "info")


def _entry_cell(values: Any) -> SafeString:
    href = reverse("ledger:detail", args=[values["slug"], values["seq"]])
    if values["kind"] == Kind.DOWNLOADED:
        body, end = json.loads(values["text"]), json.loads(values["end"] or "{}")
        return link(
            href, f"Downloaded {describe_download(body, end)}", values["target_name"] or values["target"]
        )
    return link(
        href, _operation_text(values) or Kind(values["kind"]).label, values["target_name"] or values["target"]
    )


def _operation_text(values: Any) -> str:
    is_observed = values["kind"] == Kind.OBSERVED
    return (is_observed and describe_outside_change(json.loads(values["text"]))) or str(values["operation"])


def _operator_cell(values: Any) -> SafeString | str:
    return "Outside the console" if values["kind"] == Kind.OBSERVED else display_value(values["operator"])


def _result_cell(values: Any) -> SafeString:
    result = result_badge(values["kind"], values["result"])
    return format_html('{}<span class="below">{}</span>', result, time_tag(values["at"]))


def _reason_cell(values: Any) -> SafeString | str:
    reason, ticket = values["reason"], values["ticket"]
    return (
        format_html('{}<span class="below">{}</span>', display_value(reason), ticket)
        if ticket
        else display_value(reason)
    )


ENTRY_FIELDS = ("operation", "kind", "seq", "target_name", "target", "text", "end")
ENTRIES = Table(
    (
        Column("what", "What", ENTRY_FIELDS, _entry_cell),
        Column("result", "Result", ("result", "kind", "at"), _result_cell),
        Column("who", "Who", ("operator", "kind"), _operator_cell, hide="sm"),
        Column("why", "Why", ("reason", "ticket"), _reason_cell, hide="md"),
        Column("from", "From", ("address",), hide="xl"),
        Column("seq", "No.", sort="seq", numeric=True, hide="lg"),
    ),
    default_sort="-seq",
    key="seq",
)
# The same rows as a file, whose reader wants one thing a cell.
CSV_TABLE = Table(
    (
        Column("seq", "No.", sort="seq"),
        Column("at", "When"),
        Column("operator", "Who"),
        Column("kind", "Kind"),
        Column("operation", "What"),
        Column("target_name", "On"),
        Column("target", "Id"),
        Column("result", "Result"),
        Column("ticket", "Ticket"),
        Column("reason", "Why"),
        Column("address", "From"),
        Column("method", "Signed in by"),
        Column("request_id", "Request"),
    ),
    default_sort="-seq",
    key="seq",
)
FILTERS = (
    Filter("operation", "Operation", [(name, name) for name in RECORDED_OPERATIONS], "operation"),
    Filter(
        "outcome",
        "Result",
        [("done", "Done"), ("refused", "Refused"), ("open", "Not settled"), ("applied", "Found applied")],
        "outcome",
    ),
    Filter("kind", "Kind", [(kind.value, kind.label) for kind in Kind if kind != Kind.OUTCOME], "kind"),
)


def csv_rows(entries: QuerySet[Any]) -> Iterator[Iterable[Any]]:
    """Yield the cells of the CSV file."""
    fields = [column.name for column in CSV_TABLE.columns]
    for values in entries.values(*fields, "text").iterator(chunk_size=csv_text.BATCH_SIZE):
        yield (_operation_text(values) if name == "operation" else values[name] for name in fields)


def paginate_entries(actor: Actor, organization: Organization, params: QueryDict) -> TablePage:
    """Return a page of entries: read the next numbers of each part from its own index, then their rows."""
    sort, cursor = ENTRIES.sort(params), Cursor.read(params)
    numbers = [
        row[ENTRIES.key]
        for part in scope.readable_parts(actor, organization)
        for row in read_window(
            scope.filter_calls(part, organization, params), (), sort, ENTRIES.key, cursor, PAGE_SIZE + 1
        ).rows
    ]
    entries: EntryQuerySet = Entry.objects.filter(seq__in=numbers)
    ends = Entry.objects.filter(call=OuterRef("call"), outcome__in=[Outcome.SENT, Outcome.BROKEN_OFF])
    with_results = entries.with_result().annotate(end=Subquery(ends.values("text")[:1]))
    return paginate(with_results, ENTRIES, params, extra={"slug": organization.slug})
