"""One entry for people to read: who, what, why, before and after, and every step of its call."""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.ledger import scope
from console.areas.ledger.tables import result
from console.areas.ledger.veil import Veil
from console.aws.catalogue import label_from_name
from console.ledger.differences import Difference
from console.ledger.models import Entry
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.ui.markup import text

Kind, Outcome = Entry.Kind, Entry.Outcome
# Of the body these have places of their own on the page.
APART = {"params", "before", "after", "error", "attempts", "result", "values"}
MEANINGS = {
    "": "It was entered before it was sent. What became of it is not known yet; the console looks by itself.",
    Outcome.REFUSED: "Nothing was changed.",
    Outcome.UNKNOWN: "There was no answer. The console looks whether it happened, and never repeats it.",
    Outcome.APPLIED: "There was no answer; the console looked later, and it had happened.",
    Outcome.NOT_APPLIED: "There was no answer; the console looked later, and it had not happened.",
    Outcome.UNDETERMINED: "There was no answer, and nothing shows whether it happened. Ask, or do it again.",
}
HIDDEN = {"OrganizationId"}  # the page is below it already


def context(actor: Actor, organization: Organization, entry: Entry) -> dict[str, Any]:
    """What the page of an entry shows; an outcome is shown with the intent that it belongs to."""
    call = list(scope.visible(actor, organization).of_call(entry.call))
    first, last = call[0], _last_outcome(call)
    error = (last.body.get("error") if last else None) or {}
    more = {name: value for each in call for name, value in each.body.items() if name not in APART}
    veil = Veil(actor, organization, *(each.body for each in call))
    return {
        "title": f"Entry {first.seq}",
        "organization": organization,
        "entry": first,
        "call": call,
        "result": result(first.kind, last.outcome if last else ""),
        "meaning": MEANINGS.get(last.outcome if last else "") if first.kind == Kind.INTENT else "",
        "person": _person(actor, organization, first.target),
        "aws_request_id": last.aws_request_id if last else "",
        "error": veil.over(error),
        "changes": [_spelled(each, veil) for each in first.changes],
        "params": _members(veil.over(first.body.get("params") or {})),
        "more": _members(veil.over(more)),
    }


def spelled(value: Any) -> SafeString | str:
    """Lists below one another, members by name; what is one value as everywhere else."""
    if isinstance(value, Mapping):
        members = ((name, spelled(each)) for name, each in value.items() if each not in (None, "", []))
        return format_html_join(", ", "{}: {}", members)
    if isinstance(value, list) and value:
        return format_html_join("", "<div>{}</div>", ((spelled(each),) for each in value))
    return text(None if value == [] else value)


def _last_outcome(call: list[Entry]) -> Entry | None:
    """What counts: a finding beats the `unknown` before it, and one after it."""
    outcomes = [each for each in call if each.kind == Kind.OUTCOME]
    known = [each for each in outcomes if each.outcome != Outcome.UNKNOWN]
    return next(reversed(known or outcomes), None)


def _person(actor: Actor, organization: Organization, target: str) -> Entity | None:
    """Whose page the target has, if it is somebody whom the reader may see."""
    people = policy.visible_entities(actor, "DescribeUser", organization).filter(kind=Entity.Kind.USER)
    return people.filter(entity_id=target).first() if target else None


def _spelled(change: Difference, veil: Veil) -> Difference:
    """Without the name of the read that showed it, which the reader of the page has no use for."""
    read, _, member = change.field.partition(".")
    before, after = veil.over(change.before, member), veil.over(change.after, member)
    return Difference(label_from_name(member or read), spelled(before), spelled(after))


def _members(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(name, spelled(value)) for name, value in values.items() if name not in HIDDEN]
