"""One audit log entry with every step of its call, as its page shows it."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.audit_log import scope
from console.areas.audit_log.name_redaction import NameRedactor
from console.areas.audit_log.tables import result_badge
from console.aws.catalogue import label_from_name
from console.ledger.differences import Difference
from console.ledger.models import Entry
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.ui.markup import display_value

Kind, Outcome = Entry.Kind, Entry.Outcome
# Of the body these have places of their own on the page.
SEPARATE_FIELDS = {"params", "before", "after", "error", "attempts", "result", "values"}
OUTCOME_MEANINGS = {
    "": "It was entered before it was sent. What became of it is not known yet; the console looks by itself.",
    Outcome.REFUSED: "Nothing was changed.",
    Outcome.UNKNOWN: "There was no answer. The console looks whether it happened, and never repeats it.",
    Outcome.APPLIED: "There was no answer; the console looked later, and it had happened.",
    Outcome.NOT_APPLIED: "There was no answer; the console looked later, and it had not happened.",
    Outcome.UNDETERMINED: "There was no answer, and nothing shows whether it happened. Ask, or do it again.",
}
HIDDEN_PARAMETERS = {"OrganizationId"}  # the page is below it already


def entry_context(actor: Actor, organization: Organization, entry: Entry) -> dict[str, Any]:
    """Return the template context of an entry; an outcome is shown with its intent."""
    call = list(scope.readable_entries(actor, organization).of_call(entry.call))
    first, last = call[0], _last_outcome(call)
    error = (last.body.get("error") if last else None) or {}
    more = {name: value for each in call for name, value in each.body.items() if name not in SEPARATE_FIELDS}
    veil = NameRedactor(actor, organization, *(each.body for each in call))
    return {
        "title": f"Entry {first.seq}",
        "organization": organization,
        "entry": first,
        "call": call,
        "result": result_badge(first.kind, last.outcome if last else ""),
        "meaning": OUTCOME_MEANINGS.get(last.outcome if last else "") if first.kind == Kind.INTENT else "",
        "person": _target_user(actor, organization, first.target),
        "aws_request_id": last.aws_request_id if last else "",
        "error": veil.rewrite(error),
        "changes": [_readable_difference(each, veil) for each in first.changes],
        "params": _readable_members(veil.rewrite(first.body.get("params") or {})),
        "more": _readable_members(veil.rewrite(more)),
    }


def value_html(value: Any) -> SafeString | str:
    """Return a value as HTML: list items on lines of their own, members with their names."""
    if isinstance(value, Mapping):
        members = ((name, value_html(each)) for name, each in value.items() if each not in (None, "", []))
        return format_html_join(", ", "{}: {}", members)
    if isinstance(value, list) and value:
        return format_html_join("", "<div>{}</div>", ((value_html(each),) for each in value))
    return display_value(None if value == [] else value)


def _last_outcome(call: list[Entry]) -> Entry | None:
    """Return the outcome that counts: a known one before an unknown one."""
    outcomes = [each for each in call if each.kind == Kind.OUTCOME]
    known_outcomes = [each for each in outcomes if each.outcome != Outcome.UNKNOWN]
    return next(reversed(known_outcomes or outcomes), None)


def _target_user(actor: Actor, organization: Organization, target: str) -> Entity | None:
    """Return the user that the entry is about, if the operator may see them."""
    users = policy.visible_entities(actor, "DescribeUser", organization).filter(kind=Entity.Kind.USER)
    return users.filter(entity_id=target).first() if target else None


def _readable_difference(change: Difference, veil: NameRedactor) -> Difference:
    """Return the difference with readable values, without the name of the read that showed it."""
    read, _, member = change.field.partition(".")
    before, after = veil.rewrite(change.before, member), veil.rewrite(change.after, member)
    return Difference(label_from_name(member or read), value_html(before), value_html(after))


def _readable_members(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value_html(value)) for name, value in values.items() if name not in HIDDEN_PARAMETERS]
