"""What is given for a while: its end is a change of its own, scheduled before the thing itself is done."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from console.aws import errors
from console.changes import control, drafting, engine
from console.changes.ending import END
from console.changes.models import Change, Step
from console.changes.plans import Planned
from console.mirror.models import Organization
from console.operators.actors import Actor

IDENTITY = (
    "GroupId",
    "MemberId",
    "EntityId",
    "GranteeId",
    "UserId",
    "DeviceId",
)  # what says of what it is the end


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

    The end is scheduled first, so that nobody who kills the console here leaves something that lasts
    for ever; it goes again where nothing was done. What else was planned for it is called off.
    """
    ends: list[Change] = []

    def plan(change: Change) -> None:
        if term.until:
            ends.append(
                end(
                    actor,
                    organization,
                    term.end,
                    term.until,
                    follows=change,
                    reason=reason,
                    ticket=ticket,
                )
            )

    try:
        answer = engine.perform(
            actor, operation, organization, title=title, reason=reason, ticket=ticket, kept=plan, **given
        )
    except engine.WantsApproval:
        raise
    except BaseException as failure:
        if not (isinstance(failure, errors.Unreachable) and failure.sent):
            Change.objects.filter(pk__in=[each.pk for each in ends]).delete()
        raise
    call_off(actor, organization, term.end, *ends)
    return answer


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


def call_off(
    actor: Actor, organization: Organization, planned: Planned, *but: Change, kind: str = END
) -> None:
    """What was planned to end is over already, or was given anew: `but` are the ends that count now."""
    for step in scheduled(organization, kind).exclude(change__in=but):
        if _identity(step.params) == _identity(planned.params):
            control.cancel(actor, step.change, "It was changed or ended in another way.")


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


def _identity(params: Mapping[str, Any]) -> dict[str, str]:
    """Ids of devices come in any case."""
    return {name: str(params[name]).casefold() for name in IDENTITY if name in params}
