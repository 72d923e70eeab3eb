"""What is given for a while: its end is a change of its own, scheduled before the thing itself is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from console.actor import Actor
from console.changes import drafting, engine
from console.changes.ending import END, TERM, identity_of
from console.changes.models import Change, Step
from console.changes.plans import Planned
from console.mirror.models import Organization


@dataclass(frozen=True, slots=True)
class Term:
    """How long something is given: `end` takes it away again, and its label is the end's title.

    Without `until` it stays; an end that was planned for it before is called off all the same.
    """

    end: Planned
    until: datetime | None = None


def perform(
    actor: Actor,
    operation: str,
    organization: Organization,
    term: Term,
    *,
    title: str = "",
    reason: str = "",
    ticket: str = "",
    **given: Any,
) -> dict[str, Any]:
    """`engine.perform` for as long as the term says.

    The end is scheduled before anything is sent. It is called off only once it is known that nothing was
    given, and ends that were scheduled before only once it is known that something was (`ending.finish`).
    """

    def plan(change: Change) -> None:
        if term.until:
            end(actor, organization, term.end, term.until, follows=change, reason=reason, ticket=ticket)

    return engine.perform(
        actor,
        operation,
        organization,
        title=title,
        reason=reason,
        ticket=ticket,
        kept=plan,
        data={TERM: identity_of(dict(term.end.params))},
        **given,
    )


def end(
    actor: Actor,
    organization: Organization,
    planned: Planned | list[Planned],
    until: datetime,
    *,
    title: str = "",
    kind: str = END,
    follows: Change | None = None,
    reason: str = "",
    ticket: str = "",
    data: Mapping[str, Any] | None = None,
) -> Change:
    """Schedule it: it is in the calendar, and it runs as whoever asked. Raises what `drafting.keep` does."""
    steps = planned if isinstance(planned, list) else [planned]
    named = title or steps[0].label
    change = drafting.keep(
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
    return engine.start(change)


def coming(organization: Organization, kind: str = END) -> QuerySet[Change]:
    """All ends of a kind to come."""
    return Change.objects.filter(organization=organization, state=Change.State.SCHEDULED, kind=kind)


def scheduled(organization: Organization, kind: str = END) -> QuerySet[Step]:
    """Their steps, the nearest first."""
    waiting = Step.objects.filter(change__in=coming(organization, kind))
    return waiting.select_related("change__organization").order_by("change__not_before")


def ends_of(organization: Organization, entity_id: str) -> Iterator[tuple[Step, datetime]]:
    """Everything of somebody's that has an end, and when; of several for one thing the last counts."""
    names = Q(target=entity_id) | Q(params__MemberId=entity_id) | Q(params__GranteeId=entity_id)
    for step in scheduled(organization).filter(names):
        if step.change.not_before:
            yield step, step.change.not_before
