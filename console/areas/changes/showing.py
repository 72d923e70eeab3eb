"""A change for people to read: what it does to whom, before and after, and how far it is."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.changes import proving
from console.aws import errors
from console.aws.catalogue import CATALOGUE
from console.changes import undo
from console.changes.models import UNDER_WAY, Change, Step
from console.changes.steps import GENERATED_MARK, LINK_MARK, get_absent_value
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.ui import shapes
from console.ui.markup import badge, text
from console.web import aws_errors, aws_messages

State, StepState = Change.State, Step.State
OUTSIDE = "(outside your domains)"
WORD = re.compile(r"[\w.+@-]*\w")
TONES = {
    State.DRAFT: "neutral",
    State.AWAITING: "warning",
    State.APPROVED: "info",
    State.SCHEDULED: "info",
    State.RUNNING: "info",
    State.CANCELLING: "warning",
    State.DONE: "success",
    State.PARTLY: "warning",
    State.FAILED: "danger",
    State.CANCELLED: "neutral",
}
STEP_TONES = {
    StepState.PENDING: "neutral",
    StepState.RUNNING: "info",
    StepState.DONE: "success",
    StepState.REFUSED: "danger",
    StepState.UNKNOWN: "warning",
    StepState.SKIPPED: "neutral",
}
AREAS = {"user": "users"}
SECRETLY = "a new value that is not shown"


@dataclass(frozen=True, slots=True)
class Line:
    """One field of one step: before and after."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Row:
    """One step as the page shows it."""

    number: int
    title: str
    target: str
    href: str
    state: SafeString
    lines: list[Line]
    note: str
    looked: bool = True  # whether "before" is known


class Names:
    """How the operator calls the entities that steps name by id; whoever is outside stays nameless."""

    def __init__(self, actor: Actor, organization: Organization, steps: Iterable[Step]) -> None:
        self.slug = organization.slug
        words = {
            word for step in steps for word in _words([step.target, step.params, step.before, step.after])
        }
        known = Entity.objects.filter(organization=organization, entity_id__in=words)
        seen = policy.visible_entities(actor, "ReadChanges", organization).filter(entity_id__in=words)
        if policy.granted_domains(actor, "ReadChanges", organization):
            self.names = dict.fromkeys(known.values_list("entity_id", flat=True), OUTSIDE)
        else:
            self.names = {}
        self.entities = {each.entity_id: each for each in seen}
        self.names |= {key: each.display_name or each.name for key, each in self.entities.items()}

    def over(self, value: Any) -> Any:
        """The same with names in the place of ids."""
        if isinstance(value, str):
            return WORD.sub(lambda word: self.names.get(word[0], word[0]), value)
        if isinstance(value, Mapping):
            return {self.over(name): self.over(each) for name, each in value.items()}
        return [self.over(each) for each in value] if isinstance(value, list) else value

    def target(self, step: Step) -> tuple[str, str]:
        """Whom the step is about, and the page of that, if there is one for her to see."""
        entity = self.entities.get(step.target)
        if entity is None:
            return self.names.get(step.target) or step.target_name or step.target, ""
        return str(entity), href_of(self.slug, entity)


def href_of(slug: str, entity: Entity) -> str:
    area = AREAS.get(entity.kind)
    return reverse(f"{area}:detail", args=[slug, entity.entity_id]) if area else ""


def state_badge(change: Change) -> SafeString:
    if change.state == State.RUNNING and change.paused:
        return badge("Paused", "warning")
    return badge(change.get_state_display(), TONES[State(change.state)])


def rows(actor: Actor, change: Change, steps: list[Step]) -> list[Row]:
    names, proofs = Names(actor, change.organization, steps), proving.read_back(steps)
    return [_row(step, names, proofs.get(step.position, "")) for step in steps]


def _row(step: Step, names: Names, proof: str) -> Row:
    target, href = names.target(step)
    title = names.over(step.label) or CATALOGUE[step.operation].title
    state = badge(step.get_state_display(), STEP_TONES[StepState(step.state)])
    told = list(lines(step, names)), note(step, names) or proof
    return Row(step.position + 1, title, target, href, state, *told, looked=step.before is not None)


def lines(step: Step, names: Names) -> Iterator[Line]:
    """What changes; where the reads show nothing of it, what is sent."""
    is_read = CATALOGUE[step.operation].is_read
    before, after = (
        names.over(step.before or {}),
        names.over(step.after or (step.expects if is_read else {}) or {}),
    )
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name) or is_read:
            yield Line(_label(name), spelled(before.get(name)), spelled(after.get(name)))
    if step.before is None:
        sent = names.over(step.params)
        yield from (Line(name, None, spelled(value)) for name, value in sent.items() if _tells(step, name))


def _label(name: str) -> str:
    """A member of AWS's in words; what has words already stays."""
    return shapes.spelled(name) if name.isalnum() else name


def _tells(step: Step, name: str) -> bool:
    return name not in ("OrganizationId", "ClientToken", CATALOGUE[step.operation].target)


def _in_words(value: Any) -> Any:
    """Return the console's own marks in words, anything else as it is."""
    if missing := get_absent_value(value):
        return f"without {missing}"
    if isinstance(value, Mapping) and LINK_MARK in value:
        return "from an earlier step"
    if isinstance(value, Mapping) and GENERATED_MARK in value:
        return "generated, not shown"
    return SECRETLY if value == "[secret]" else value


def note(step: Step, names: Names) -> str:
    """Why it was not done, in the words that every page has for it."""
    if step.state == StepState.REFUSED and step.code in aws_messages.MESSAGES:
        return str(aws_errors.explain_error(errors.Refused(step.code, step.note)).sentence)
    return str(names.over(step.note))


def spelled(value: Any) -> SafeString | str:
    value = _in_words(value)
    if isinstance(value, Mapping):
        return format_html_join(", ", "{}: {}", ((name, spelled(each)) for name, each in value.items()))
    if isinstance(value, list):
        return format_html_join(", ", "{}", ((spelled(each),) for each in value)) if value else text(None)
    return text(value)


def progress(change: Change, counts: Mapping[str, int]) -> dict[str, Any]:
    ended = sum(
        count for state, count in counts.items() if state not in (StepState.PENDING, StepState.RUNNING)
    )
    return {
        "value": ended,
        "max": change.total,
        "done": change.state not in UNDER_WAY or change.paused,
        "note": "",
    }


def tally(counts: Mapping[str, int]) -> str:
    """`412 done, 3 refused, 85 pending`."""
    return ", ".join(f"{counts[state]:,} {state.label.lower()}" for state in StepState if counts.get(state))


def undo_labels(change: Change) -> list[tuple[str, undo.UndoLabel]]:
    return [(CATALOGUE[name].title, label) for name, label in undo.list_labels(change)]


def receipt(actor: Actor, change: Change, steps: list[Step], address: str) -> str:
    """What was done, as text for a ticket."""
    names = Names(actor, change.organization, steps)
    told = [
        change.title,
        f"State: {change.get_state_display()} ({tally(change.counts())})",
        f"Requested by: {change.requested_by}"
        + (f", run by {change.confirmed_by}" if change.confirmed_by not in ("", change.requested_by) else "")
        + (f", approved by {change.approved_by}" if change.approved_by else ""),
        f"When: {(change.finished_at or change.requested_at):%Y-%m-%d %H:%M UTC}",
        *([f"Why: {change.reason}"] if change.reason else []),
        *([f"Ticket: {change.ticket}"] if change.ticket else []),
        "",
        *(line for step in steps for line in _told(step, names)),
        "",
        "In effect: at once for most; permissions and rules within 5 minutes, Outlook within an hour.",
        f"Details and undo: {address}",
    ]
    return "\n".join(told)


def _told(step: Step, names: Names) -> list[str]:
    target, _ = names.target(step)
    title = step.label or CATALOGUE[step.operation].title
    head = f"- {title}" + (f" ({target})" if target else "") + f": {step.get_state_display().lower()}"
    before, after = names.over(step.before or {}), names.over(step.after or {})
    fields = [
        f"    {name}: {_flat(before.get(name))} -> {_flat(after.get(name))}"
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
    said = note(step, names)
    return [head, *fields, *([f"    {said}"] if said else [])]


def _flat(value: Any) -> str:
    value = _in_words(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_flat(each)}" for name, each in value.items()) or "nothing"
    if isinstance(value, list):
        return ", ".join(_flat(each) for each in value) or "nothing"
    return "nothing" if value in (None, "") else str(value)


def _words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from WORD.findall(value)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from WORD.findall(str(name))
            yield from _words(each)
    elif isinstance(value, list):
        for each in value:
            yield from _words(each)


def link(change: Change) -> SafeString:
    href = reverse("changes:detail", args=[change.organization.slug, change.pk])
    return format_html('<a href="{}">{}</a>', href, change.title)
