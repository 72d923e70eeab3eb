"""Grants that end at a set time: the end is scheduled before the grant is made."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from console.actor import Actor
from console.changes import drafts, engine
from console.changes.completion import TERM_KEY, get_identity
from console.changes.models import END_KIND, Change, Step
from console.changes.steps import PlannedStep
from console.mirror.models import Organization


@dataclass(frozen=True, slots=True)
class ScheduledEnd:
    """The scheduled end of a grant: `end` is its step, without `until` the grant stays."""

    end: PlannedStep
    until: datetime | None = None


def perform_temporary(
    actor: Actor,
    operation: str,
    organization: Organization,
    term: ScheduledEnd,
    *,
    title: str = "",
    reason: str = "",
    ticket: str = "",
    **given: Any,
) -> dict[str, Any]:
    """Perform a write and schedule its end first; the end is cancelled if the write failed."""

    def plan(change: Change) -> None:
        if term.until:
            schedule_end(
                actor, organization, term.end, term.until, follows=change, reason=reason, ticket=ticket
            )

    return engine.perform_write(
        actor,
        operation,
        organization,
        title=title,
        reason=reason,
        ticket=ticket,
        kept=plan,
        data={TERM_KEY: get_identity(dict(term.end.params))},
        **given,
    )


def schedule_end(
    actor: Actor,
    organization: Organization,
    planned: PlannedStep | list[PlannedStep],
    until: datetime,
    *,
    title: str = "",
    kind: str = END_KIND,
    follows: Change | None = None,
    reason: str = "",
    ticket: str = "",
    data: Mapping[str, Any] | None = None,
) -> Change:
    """Schedule the steps of an end, to run as the requester; raise what `drafts.create_change` does."""
    steps = planned if isinstance(planned, list) else [planned]
    named = title or steps[0].label
    change = drafts.create_change(
        actor,
        organization,
        named,
        steps,
        kind=kind,
        reason=reason,
        ticket=ticket,
        not_before=until,
        follows=follows,
        data=data,
    )
    return engine.start_change(change)


def scheduled_changes(organization: Organization, kind: str = END_KIND) -> QuerySet[Change]:
    """Return the scheduled ends of a kind."""
    return Change.objects.filter(organization=organization, state=Change.State.SCHEDULED, kind=kind)


def scheduled_steps(organization: Organization, kind: str = END_KIND) -> QuerySet[Step]:
    """Return the steps of scheduled ends, nearest first."""
    waiting = Step.objects.filter(change__in=scheduled_changes(organization, kind))
    return waiting.select_related("change__organization").order_by("change__not_before")


def find_ends(organization: Organization, entity_id: str) -> Iterator[tuple[Step, datetime]]:
    """Yield the steps that end something of an entity, with their times."""
    names = Q(target=entity_id) | Q(params__MemberId=entity_id) | Q(params__GranteeId=entity_id)
    for step in scheduled_steps(organization).filter(names):
        if step.change.not_before:
            yield step, step.change.not_before
