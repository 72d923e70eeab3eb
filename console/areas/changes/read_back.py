"""Compare what a write was to set with what WorkMail showed after it."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from console.aws import changed_fields
from console.aws.catalogue import CATALOGUE
from console.aws.catalogue.fields import Values
from console.changes.models import Step
from console.changes.steps import find_links
from console.ledger import journal
from console.ledger.models import Entry
from console.ui import form_fields
from console.ui.csv_text import format_value

CONFIRMED = "Read back: WorkMail shows it so."
DIFFERENT = "Read back: WorkMail shows other values."


def describe_outcomes(steps: Iterable[Step]) -> dict[int, str]:
    """Return a sentence by step position for each write whose read-back shows its result."""
    done = {step.call: step for step in steps if step.call and _is_comparable(step)}
    outcomes = Entry.objects.filter(call__in=list(done), kind=Entry.Kind.OUTCOME).order_by("seq")
    after: dict[UUID, Any] = {each.call: each.body["after"] for each in outcomes if each.body.get("after")}
    read_steps = ((step, after[call]) for call, step in done.items() if call in after)
    return {
        step.position: sentence for step, shown in read_steps if (sentence := _describe_outcome(step, shown))
    }


def _is_comparable(step: Step) -> bool:
    written = step.state == Step.State.DONE and not CATALOGUE[step.operation].is_read
    return written and not find_links(step.params)


def _describe_outcome(step: Step, shown: dict[str, Any]) -> str:
    params = {**step.params, **(step.result if CATALOGUE[step.operation].creates else {})}
    current = journal.plain(changed_fields.read_values(step.operation, shown, params))
    expected = step.after or journal.plain(changed_fields.expected_values(step.operation, current, params))
    compared = [
        name for name in expected if name in current and changed_fields.is_readable(step.operation, name)
    ]
    different = [name for name in compared if (current[name] or None) != (expected[name] or None)]
    if not compared:
        return ""
    return (
        " ".join([DIFFERENT, *(_describe_difference(name, expected, current) for name in different)])
        if different
        else CONFIRMED
    )


def _describe_difference(name: str, wanted: Values, found: Values) -> str:
    label = form_fields.member_label(name) if name.isalnum() else name
    return f"{label}: expected {_quote_value(wanted[name])}, found {_quote_value(found[name])}."


def _quote_value(value: Any) -> str:
    return "no value" if value in (None, "", [], {}) else f"“{format_value(value)}”"
