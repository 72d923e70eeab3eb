"""The creation of a resource as steps of a change."""

from collections.abc import Iterable, Mapping
from typing import Any

from console.changes.steps import FromStep, PlannedStep
from console.mirror.models import Entity

NEW_RESOURCE_ID = FromStep(0, "ResourceId")


def plan_resource_creation(
    params: Mapping[str, Any],
    address: str = "",
    delegates: Iterable[Entity] = (),
    options: Mapping[str, bool] | None = None,
) -> list[PlannedStep]:
    """Plan delegates before options: without a delegate, WorkMail requires automatic acceptance."""
    name = params["Name"]
    steps = [PlannedStep("CreateResource", params, label=f"Create {name}")]
    if address:
        registered = {"EntityId": NEW_RESOURCE_ID, "Email": address}
        steps.append(
            PlannedStep("RegisterToWorkMail", registered, label=f"Enable {name} as {address}", needs=0)
        )
    steps += [_delegate_step(name, each) for each in delegates]
    if options is not None:
        last = len(steps) - 1
        changes = {"ResourceId": NEW_RESOURCE_ID, "BookingOptions": dict(options)}
        steps.append(PlannedStep("UpdateResource", changes, label=f"Booking options of {name}", needs=last))
    return steps


def _delegate_step(name: str, delegate: Entity) -> PlannedStep:
    params = {"ResourceId": NEW_RESOURCE_ID, "EntityId": delegate.entity_id}
    return PlannedStep("AssociateDelegateToResource", params, label=f"{delegate} answers for {name}", needs=0)
