"""The scheduled end of overrides, which the console adds: WorkMail has none."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from console.changes import schedule
from console.changes.steps import PlannedStep
from console.mirror.models import Entity, Organization

DELETE_OPERATION = "DeleteMobileDeviceAccessOverride"
OverrideKey = tuple[str, str]  # the person's id and the device's, whose case does not matter


def override_key(override: Mapping[str, Any]) -> OverrideKey:
    return override["UserId"], override["DeviceId"].lower()


def build_expiry_step(user: Entity, device_id: str) -> PlannedStep:
    """Return the step that deletes the override, so that the rules apply to the device again."""
    params = {"UserId": user.entity_id, "DeviceId": device_id}
    return PlannedStep(DELETE_OPERATION, params, f"End of the override for device {device_id} of {user}")


def get_expiry_times(organization: Organization) -> dict[OverrideKey, datetime | None]:
    waiting = schedule.scheduled_steps(organization).filter(operation=DELETE_OPERATION)
    return {override_key(step.params): step.change.not_before for step in waiting}
