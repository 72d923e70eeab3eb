"""When overrides end, and what ends them: the console's own plan, for WorkMail knows no end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.changes import schedule
from console.changes.steps import PlannedStep
from console.mirror.models import Entity, Organization

END = "DeleteMobileDeviceAccessOverride"
Key = tuple[str, str]  # the person's id and the device's, whose case does not matter


def key(override: Mapping[str, Any]) -> Key:
    return override["UserId"], override["DeviceId"].lower()


def end(person: Entity, device_id: str) -> PlannedStep:
    """From then on the rules decide about this device again."""
    params = {"UserId": person.entity_id, "DeviceId": device_id}
    return PlannedStep(END, params, f"End of the override for device {device_id} of {person}")


def ends(organization: Organization) -> dict[Key, datetime | None]:
    """The planned ends, by whose and which device it is."""
    waiting = schedule.scheduled_steps(organization).filter(operation=END)
    return {key(step.params): step.change.not_before for step in waiting}
