"""The ledger's entries as rows, a page of which costs the same however long the ledger is."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.ledger import scope
from console.aws.catalogue import CATALOGUE, CONSOLE_ACTIONS, Access
from console.ledger.models import Entry, EntryQuerySet, describe_download, describe_outside_change
from console.mirror.models import Organization
from console.ui import csv_text
from console.ui.filters import Filter
from console.ui.keyset import Cursor, window
from console.ui.markup import badge, link, text, when
from console.ui.tables import SIZE, Column, Page, Table, paginate

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
RECORDED = sorted(
    rule.name for rule in (*CATALOGUE.values(), *CONSOLE_ACTIONS.values()) if rule.access is not Access.READ
)


def result(kind: str, outcome: str) -> SafeString:
    """What came of it: the outcome of a call, the kind of everything else."""
    if outcome == Outcome.BROKEN_OFF:
        return badge(Outcome(outcome).label, TONES[Outcome(outcome)])
    if kind != Kind.INTENT:
        return badge(Kind(kind).label, TONES.get(Kind(kind), "neutral"))
    return badge(Outcome(outcome).label, TONES[Outcome(outcome)]) if outcome else badge("Under way", "info")


def _entry(values: Any) -> SafeString:
    href = reverse("ledger:detail", args=[values["slug"], values["seq"]])
    if values["kind"] == Kind.DOWNLOADED:
        body, end = json.loads(values["text"]), json.loads(values["end"] or "{}")
        return link(
            href, f"Downloaded {describe_download(body, end)}", values["target_name"] or values["target"]
        )
    return link(href, _what(values) or Kind(values["kind"]).label, values["target_name"] or values["target"])


def _what(values: Any) -> str:
    is_observed = values["kind"] == Kind.OBSERVED
    return (is_observed and describe_outside_change(json.loads(values["text"]))) or str(values["operation"])


def _who(values: Any) -> SafeString | str:
    return "Outside the console" if values["kind"] == Kind.OBSERVED else text(values["operator"])


def _result(values: Any) -> SafeString:
    shown = result(values["kind"], values["result"])
    return format_html('{}<span class="below">{}</span>', shown, when(values["at"]))


def _why(values: Any) -> SafeString | str:
    reason, ticket = values["reason"], values["ticket"]
    return format_html('{}<span class="below">{}</span>', text(reason), ticket) if ticket else text(reason)


FIELDS = ("operation", "kind", "seq", "target_name", "target", "text", "end")
LEDGER = Table(
    (
        Column("what", "What", FIELDS, _entry),
        Column("result", "Result", ("result", "kind", "at"), _result),
        Column("who", "Who", ("operator", "kind"), _who, hide="sm"),
        Column("why", "Why", ("reason", "ticket"), _why, hide="md"),
        Column("from", "From", ("address",), hide="xl"),
        Column("seq", "No.", sort="seq", numeric=True, hide="lg"),
    ),
    default_sort="-seq",
    key="seq",
)
# The same rows as a file, whose reader wants one thing a cell.
FILE = Table(
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
    Filter("operation", "Operation", [(name, name) for name in RECORDED], "operation"),
    Filter(
        "outcome",
        "Result",
        [("done", "Done"), ("refused", "Refused"), ("open", "Not settled"), ("applied", "Found applied")],
        "outcome",
    ),
    Filter("kind", "Kind", [(kind.value, kind.label) for kind in Kind if kind != Kind.OUTCOME], "kind"),
)


def file_rows(entries: QuerySet[Any]) -> Iterator[Iterable[Any]]:
    """Cells of the file; what was changed outside has no operation, but fields."""
    fields = [column.name for column in FILE.columns]
    for values in entries.values(*fields, "text").iterator(chunk_size=csv_text.BATCH_SIZE):
        yield (_what(values) if name == "operation" else values[name] for name in fields)


def page(actor: Actor, organization: Organization, params: QueryDict) -> Page:
    """The numbers of each part's next entries first, each from its own index; then the rows of those."""
    sort, cursor = LEDGER.sort(params), Cursor.read(params)
    numbers = [
        row[LEDGER.key]
        for part in scope.parts(actor, organization)
        for row in window(
            scope.one_a_call(part, organization, params), (), sort, LEDGER.key, cursor, SIZE + 1
        ).rows
    ]
    found: EntryQuerySet = Entry.objects.filter(seq__in=numbers)
    ends = Entry.objects.filter(call=OuterRef("call"), outcome__in=[Outcome.SENT, Outcome.BROKEN_OFF])
    shown = found.with_result().annotate(end=Subquery(ends.values("text")[:1]))
    return paginate(shown, LEDGER, params, extra={"slug": organization.slug})
