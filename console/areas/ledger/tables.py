"""The ledger's entries as rows."""

from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from console.aws.catalogue import CATALOGUE, CONSOLE_ACTIONS, Access
from console.ledger.models import Entry
from console.ui.filters import Filter
from console.ui.markup import badge, link, text, when
from console.ui.tables import Column, Table

Kind, Outcome = Entry.Kind, Entry.Outcome
TONES = {
    Outcome.DONE: "success",
    Outcome.APPLIED: "success",
    Outcome.REFUSED: "danger",
    Outcome.NOT_APPLIED: "neutral",
    Outcome.UNKNOWN: "warning",
    Outcome.UNDETERMINED: "warning",
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
    if kind != Kind.INTENT:
        return badge(Kind(kind).label, TONES.get(Kind(kind), "neutral"))
    return badge(Outcome(outcome).label, TONES[Outcome(outcome)]) if outcome else badge("Under way", "info")


def _entry(values: Any) -> SafeString:
    href = reverse("ledger:detail", args=[values["slug"], values["seq"]])
    return link(href, values["operation"] or Kind(values["kind"]).label)


LEDGER = Table(
    (
        Column("at", "When", show=lambda values: when(values["at"])),
        Column("operator", "Who", show=lambda values: text(values["operator"])),
        Column("operation", "What", ("operation", "kind", "seq"), _entry),
        Column("target", "On", ("target_name", "target"), lambda v: text(v["target_name"] or v["target"])),
        Column("result", "Result", ("result", "kind"), lambda v: result(v["kind"], v["result"])),
        Column("ticket", "Ticket", hide="md"),
        Column("reason", "Why", hide="lg"),
        Column("address", "From", hide="xl"),
        Column("seq", "No.", sort="seq", numeric=True, hide="md"),
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
