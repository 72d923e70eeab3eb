"""A new room as a change: made, enabled, given delegates, then told what to do with requests."""

from collections.abc import Iterable, Mapping
from typing import Any

from console.changes.steps import FromStep, PlannedStep
from console.mirror.models import Entity

MADE = FromStep(0, "ResourceId")


def making(
    params: Mapping[str, Any],
    address: str = "",
    delegates: Iterable[Entity] = (),
    options: Mapping[str, bool] | None = None,
) -> list[PlannedStep]:
    """The delegates come first: until somebody answers, AWS lets no room stop accepting by itself."""
    name = params["Name"]
    steps = [PlannedStep("CreateResource", params, label=f"Create {name}")]
    if address:
        registered = {"EntityId": MADE, "Email": address}
        steps.append(
            PlannedStep("RegisterToWorkMail", registered, label=f"Enable {name} as {address}", needs=0)
        )
    steps += [_delegate(name, each) for each in delegates]
    if options is not None:
        last = len(steps) - 1
        told = {"ResourceId": MADE, "BookingOptions": dict(options)}
        steps.append(PlannedStep("UpdateResource", told, label=f"Booking options of {name}", needs=last))
    return steps


def _delegate(name: str, delegate: Entity) -> PlannedStep:
    params = {"ResourceId": MADE, "EntityId": delegate.entity_id}
    return PlannedStep("AssociateDelegateToResource", params, label=f"{delegate} answers for {name}", needs=0)
