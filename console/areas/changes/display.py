"""A change as its page, its receipt and its files show it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.changes import read_back
from console.aws import errors
from console.aws.catalogue import CATALOGUE
from console.changes import undo
from console.changes.models import UNDER_WAY, Change, Step
from console.changes.steps import GENERATED_MARK, LINK_MARK, get_absent_value
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.ui import form_fields
from console.ui.markup import badge, display_value
from console.web import aws_errors, aws_messages

State, StepState = Change.State, Step.State
OUTSIDE_NAME = "(outside your domains)"
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
ENTITY_AREAS = {"user": "users"}
HIDDEN_VALUE = "a new value that is not shown"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of a step before and after the change."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step as the page of a change shows it."""

    number: int
    title: str
    target: str
    href: str
    state: SafeString
    lines: list[FieldChange]
    note: str
    looked: bool = True  # whether "before" is known


class EntityNames:
    """Names of the entities that steps refer to by id; entities outside the operator's scope stay unnamed."""

    def __init__(self, actor: Actor, organization: Organization, steps: Iterable[Step]) -> None:
        self.slug = organization.slug
        words = {
            word
            for step in steps
            for word in _iterate_words([step.target, step.params, step.before, step.after])
        }
        known = Entity.objects.filter(organization=organization, entity_id__in=words)
        seen = policy.visible_entities(actor, "ReadChanges", organization).filter(entity_id__in=words)
        if policy.granted_domains(actor, "ReadChanges", organization):
            self.names = dict.fromkeys(known.values_list("entity_id", flat=True), OUTSIDE_NAME)
        else:
            self.names = {}
        self.entities = {each.entity_id: each for each in seen}
        self.names |= {key: each.display_name or each.name for key, each in self.entities.items()}

    def rewrite(self, value: Any) -> Any:
        """Return the value with entity ids replaced by names."""
        if isinstance(value, str):
            return WORD.sub(lambda word: self.names.get(word[0], word[0]), value)
        if isinstance(value, Mapping):
            return {self.rewrite(name): self.rewrite(each) for name, each in value.items()}
        return [self.rewrite(each) for each in value] if isinstance(value, list) else value

    def target(self, step: Step) -> tuple[str, str]:
        """Return the name of a step's target and the URL of its page, "" if the operator may not open it."""
        entity = self.entities.get(step.target)
        if entity is None:
            return self.names.get(step.target) or step.target_name or step.target, ""
        return str(entity), entity_url(self.slug, entity)


def entity_url(slug: str, entity: Entity) -> str:
    area = ENTITY_AREAS.get(entity.kind)
    return reverse(f"{area}:detail", args=[slug, entity.entity_id]) if area else ""


def state_badge(change: Change) -> SafeString:
    if change.state == State.RUNNING and change.paused:
        return badge("Paused", "warning")
    return badge(change.get_state_display(), TONES[State(change.state)])


def step_rows(actor: Actor, change: Change, steps: list[Step]) -> list[StepRow]:
    names, proofs = EntityNames(actor, change.organization, steps), read_back.describe_outcomes(steps)
    return [_step_row(step, names, proofs.get(step.position, "")) for step in steps]


def _step_row(step: Step, names: EntityNames, proof: str) -> StepRow:
    target, href = names.target(step)
    title = names.rewrite(step.label) or CATALOGUE[step.operation].title
    state = badge(step.get_state_display(), STEP_TONES[StepState(step.state)])
    details = list(field_changes(step, names)), step_note(step, names) or proof
    return StepRow(step.position + 1, title, target, href, state, *details, looked=step.before is not None)


def field_changes(step: Step, names: EntityNames) -> Iterator[FieldChange]:
    """Yield what a step changes, or its parameters if the reads show none of it."""
    is_read = CATALOGUE[step.operation].is_read
    before, after = (
        names.rewrite(step.before or {}),
        names.rewrite(step.after or (step.expects if is_read else {}) or {}),
    )
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name) or is_read:
            yield FieldChange(_field_label(name), value_html(before.get(name)), value_html(after.get(name)))
    if step.before is None:
        sent = names.rewrite(step.params)
        yield from (
            FieldChange(name, None, value_html(value))
            for name, value in sent.items()
            if _is_shown_parameter(step, name)
        )


def _field_label(name: str) -> str:
    """Return a readable label of an AWS member; labels that are readable already stay."""
    return form_fields.member_label(name) if name.isalnum() else name


def _is_shown_parameter(step: Step, name: str) -> bool:
    return name not in ("OrganizationId", "ClientToken", CATALOGUE[step.operation].target)


def _describe_marker(value: Any) -> Any:
    """Return the console's own markers in words, any other value unchanged."""
    if missing := get_absent_value(value):
        return f"without {missing}"
    if isinstance(value, Mapping) and LINK_MARK in value:
        return "from an earlier step"
    if isinstance(value, Mapping) and GENERATED_MARK in value:
        return "generated, not shown"
    return HIDDEN_VALUE if value == "[secret]" else value


def step_note(step: Step, names: EntityNames) -> str:
    """Return why a step was not done, with the console's message for known AWS errors."""
    if step.state == StepState.REFUSED and step.code in aws_messages.MESSAGES:
        return str(aws_errors.explain_error(errors.Refused(step.code, step.note)).sentence)
    return str(names.rewrite(step.note))


def value_html(value: Any) -> SafeString | str:
    value = _describe_marker(value)
    if isinstance(value, Mapping):
        return format_html_join(", ", "{}: {}", ((name, value_html(each)) for name, each in value.items()))
    if isinstance(value, list):
        return (
            format_html_join(", ", "{}", ((value_html(each),) for each in value))
            if value
            else display_value(None)
        )
    return display_value(value)


def progress_bar(change: Change, counts: Mapping[str, int]) -> dict[str, Any]:
    ended = sum(
        count for state, count in counts.items() if state not in (StepState.PENDING, StepState.RUNNING)
    )
    return {
        "value": ended,
        "max": change.total,
        "done": change.state not in UNDER_WAY or change.paused,
        "note": "",
    }


def format_counts(counts: Mapping[str, int]) -> str:
    """Return counts by state as text: `412 done, 3 refused, 85 pending`."""
    return ", ".join(f"{counts[state]:,} {state.label.lower()}" for state in StepState if counts.get(state))


def undo_labels(change: Change) -> list[tuple[str, undo.UndoLabel]]:
    return [(CATALOGUE[name].title, label) for name, label in undo.list_labels(change)]


def receipt_text(actor: Actor, change: Change, steps: list[Step], address: str) -> str:
    """Return the change as plain text for a ticket."""
    names = EntityNames(actor, change.organization, steps)
    lines = [
        change.title,
        f"State: {change.get_state_display()} ({format_counts(change.counts())})",
        f"Requested by: {change.requested_by}"
        + (f", run by {change.confirmed_by}" if change.confirmed_by not in ("", change.requested_by) else "")
        + (f", approved by {change.approved_by}" if change.approved_by else ""),
        f"When: {(change.finished_at or change.requested_at):%Y-%m-%d %H:%M UTC}",
        *([f"Why: {change.reason}"] if change.reason else []),
        *([f"Ticket: {change.ticket}"] if change.ticket else []),
        "",
        *(line for step in steps for line in _receipt_lines(step, names)),
        "",
        "In effect: at once for most; permissions and rules within 5 minutes, Outlook within an hour.",
        f"Details and undo: {address}",
    ]
    return "\n".join(lines)


def _receipt_lines(step: Step, names: EntityNames) -> list[str]:
    target, _ = names.target(step)
    title = step.label or CATALOGUE[step.operation].title
    head = f"- {title}" + (f" ({target})" if target else "") + f": {step.get_state_display().lower()}"
    before, after = names.rewrite(step.before or {}), names.rewrite(step.after or {})
    fields = [
        f"    {name}: {_value_text(before.get(name))} -> {_value_text(after.get(name))}"
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]
    note = step_note(step, names)
    return [head, *fields, *([f"    {note}"] if note else [])]


def _value_text(value: Any) -> str:
    value = _describe_marker(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_value_text(each)}" for name, each in value.items()) or "nothing"
    if isinstance(value, list):
        return ", ".join(_value_text(each) for each in value) or "nothing"
    return "nothing" if value in (None, "") else str(value)


def _iterate_words(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from WORD.findall(value)
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from WORD.findall(str(name))
            yield from _iterate_words(each)
    elif isinstance(value, list):
        for each in value:
            yield from _iterate_words(each)


def change_link(change: Change) -> SafeString:
    href = reverse("changes:detail", args=[change.organization.slug, change.pk])
    return format_html('<a href="{}">{}</a>', href, change.title)
