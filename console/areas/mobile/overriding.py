"""An override as a change, and its end as a second one that waits for the day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.changes import control, drafting, engine
from console.changes.models import Change
from console.changes.plans import Planned
from console.mirror.models import Entity, Organization
from console.operators.actors import Actor
from console.rules.deciding import ALLOW

State = Change.State
KIND, END = "mobile-override", "mobile-override-end"
Key = tuple[str, str]  # the person's id and the device's, whose case does not matter


def key(override: Mapping[str, Any]) -> Key:
    return override["UserId"], override["DeviceId"].lower()


def put(
    actor: Actor,
    person: Entity,
    params: Mapping[str, Any],
    *,
    until: datetime | None,
    why: Mapping[str, str],
) -> Change:
    """Do it now and then schedule its end, if there is one; an earlier end is called off."""
    reason, ticket = why["reason"], why["ticket"]
    verb = "Allow" if params["Effect"] == ALLOW else "Deny"
    title = f"{verb} device {params['DeviceId']} of {person}"
    steps = [Planned("PutMobileDeviceAccessOverride", params)]
    change = drafting.draft(actor, person.organization, title, steps, kind=KIND, reason=reason, ticket=ticket)
    engine.start(change, actor)
    change.refresh_from_db()
    if change.state in (State.DONE, State.AWAITING):
        call_off(actor, person.organization, key(params))
        if until:
            engine.start(_end(actor, person, params, until, change), actor)
    return change


def _end(actor: Actor, person: Entity, params: Mapping[str, Any], until: datetime, change: Change) -> Change:
    """Of exactly this override: one that somebody else puts in its place stays. While it waits for approval,
    there is nothing to look at yet.
    """
    named = {name: params[name] for name in ("UserId", "DeviceId")}
    waits: dict[str, Any] | None = {} if change.state == State.AWAITING else None
    return drafting.draft(
        actor,
        person.organization,
        f"End the override for device {params['DeviceId']} of {person}",
        [Planned("DeleteMobileDeviceAccessOverride", named, expects=waits)],
        kind=END,
        reason=change.reason,
        ticket=change.ticket,
        not_before=until,
        follows=change,
        data=named,
    )


def ends(organization: Organization) -> dict[Key, Change]:
    """The scheduled ends, by whose and which device it is."""
    waiting = Change.objects.filter(organization=organization, kind=END, state=State.SCHEDULED)
    return {key(change.data): change for change in waiting}


def call_off(actor: Actor, organization: Organization, of: Key) -> None:
    """An end that is not to come any more: the override is another one now, or gone."""
    waiting = Change.objects.filter(organization=organization, kind=END, state=State.SCHEDULED)
    for change in waiting:
        if key(change.data) == of:
            control.cancel(actor, change, "The override was changed or removed.")
