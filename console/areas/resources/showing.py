"""How a room's type, state and record look."""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime

from console.areas.directory.showing import Action, state_badge
from console.areas.resources import capacity
from console.mirror.models import Entity
from console.ui.markup import DASH, code_tag, display_value

State = Entity.State
TYPES = {"ROOM": "Room", "EQUIPMENT": "Equipment"}
# Every member of DescribeResource's answer but the booking options, which have a card of their own.
LABELS = {
    "Name": "Name",
    "Type": "Type",
    "Description": "Description",
    "HiddenFromGlobalAddressList": "Hidden from the address book",
    "Email": "Primary address",
    "State": "State",
    "EnabledDate": "Enabled",
    "DisabledDate": "Disabled",
    "ResourceId": "Id",
}
ACTIONS = (
    Action("Edit", "pencil", "edit", "UpdateResource", tone="primary"),
    Action("Enable", "check", "enable", "RegisterToWorkMail", (State.DISABLED,)),
    Action("Disable", "ban", "disable", "DeregisterFromWorkMail", (State.ENABLED,)),
    Action("Delete", "trash", "delete", "DeleteResource", (State.DISABLED,), "danger"),
)


def kind(value: str) -> str:
    return TYPES.get(value, value.replace("_", " ").capitalize())


def record(resource: Entity) -> list[tuple[str, Any]]:
    """Everything that WorkMail told of it, the capacity beside the description that it was read from."""
    details = resource.details or _listed(resource)
    shown = [(label, _shown(member, details.get(member))) for member, label in LABELS.items()]
    place = list(LABELS).index("Description")
    text_, seats = capacity.split(details.get("Description") or "")
    shown[place] = (LABELS["Description"], display_value(text_))
    return [*shown[: place + 1], ("Capacity", DASH if seats is None else f"{seats:,}"), *shown[place + 1 :]]


def _shown(member: str, value: Any) -> Any:
    if member == "ResourceId":
        return code_tag(value)
    if member.endswith("Date"):
        return display_value(parse_datetime(value) if isinstance(value, str) else value)
    if member == "State":
        return state_badge(value) if value else DASH
    return kind(value) if member == "Type" and value else display_value(value)


def _listed(resource: Entity) -> Mapping[str, Any]:
    """What a listing told of one that nobody has described yet."""
    return {
        "Name": resource.name,
        "Type": resource.role,
        "Email": resource.email,
        "State": resource.state,
        "EnabledDate": resource.enabled_date,
        "DisabledDate": resource.disabled_date,
        "ResourceId": resource.entity_id,
    }
