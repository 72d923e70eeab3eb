"""Labels, actions and the detail context of resources."""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime

from console.actor import Actor
from console.areas.entities import display, relations
from console.areas.entities.display import EntityAction, state_badge
from console.areas.resources import booking_options, capacity
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Delegate, Entity
from console.operators import policy
from console.ui.markup import DASH, code_tag, display_value

State = Entity.State
TYPE_LABELS = {"ROOM": "Room", "EQUIPMENT": "Equipment"}
# Every member of DescribeResource's answer but the booking options, which have a card of their own.
RECORD_LABELS = {
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
RESOURCE_ACTIONS = (
    EntityAction("Edit", "pencil", "edit", "UpdateResource", tone="primary"),
    EntityAction("Enable", "check", "enable", "RegisterToWorkMail", (State.DISABLED,)),
    EntityAction("Disable", "ban", "disable", "DeregisterFromWorkMail", (State.ENABLED,)),
    EntityAction("Delete", "trash", "delete", "DeleteResource", (State.DISABLED,), "danger"),
)


def type_label(value: str) -> str:
    return TYPE_LABELS.get(value, value.replace("_", " ").capitalize())


def record_fields(resource: Entity) -> list[tuple[str, Any]]:
    """Return all details with labels, and the capacity from the description as a field of its own."""
    details = resource.details or _listed_details(resource)
    fields = [(label, _format_member(member, details.get(member))) for member, label in RECORD_LABELS.items()]
    place = list(RECORD_LABELS).index("Description")
    text_, seats = capacity.split_description(details.get("Description") or "")
    fields[place] = (RECORD_LABELS["Description"], display_value(text_))
    return [*fields[: place + 1], ("Capacity", DASH if seats is None else f"{seats:,}"), *fields[place + 1 :]]


def _format_member(member: str, value: Any) -> Any:
    if member == "ResourceId":
        return code_tag(value)
    if member.endswith("Date"):
        return display_value(parse_datetime(value) if isinstance(value, str) else value)
    if member == "State":
        return state_badge(value) if value else DASH
    return type_label(value) if member == "Type" and value else display_value(value)


def _listed_details(resource: Entity) -> Mapping[str, Any]:
    """Return the details that a listing has, for a resource that was never described."""
    return {
        "Name": resource.name,
        "Type": resource.role,
        "Email": resource.email,
        "State": resource.state,
        "EnabledDate": resource.enabled_date,
        "DisabledDate": resource.disabled_date,
        "ResourceId": resource.entity_id,
    }


# Besides what every entity's page offers; also a disabled room has delegates.
DELEGATE_OPERATIONS = ("AssociateDelegateToResource", "DisassociateDelegateFromResource")
EXPORT_OPERATIONS = ("StartMailboxExportJob",)


def resource_detail_context(actor: Actor, resource: Entity) -> dict[str, Any]:
    context = display.entity_detail_context(actor, resource, RESOURCE_ACTIONS)
    mailbox = get_mailbox(resource)
    exporting = display.get_permitted_operations(
        actor, resource, EXPORT_OPERATIONS if mailbox.is_exportable else ()
    )
    seen, answering = visible_delegates(actor, resource), Delegate.objects.filter(resource=resource).count()
    return {
        **context,
        "resource": resource,
        "may": {**context["may"], **_permitted_delegate_operations(actor, resource), **exporting},
        "mailbox": mailbox,
        "dies": mailbox.removed_at,
        "exports": relations.list_export_jobs(actor, resource),
        "kind": type_label(resource.role),
        "record": record_fields(resource),
        "booking": booking_options.describe_options(resource.details, answering),
        "unanswered": is_unanswered(resource, answering),
        "delegates": seen,
        "answering": answering,
        "outside": answering - len(seen),
    }


def visible_delegates(actor: Actor, resource: Entity) -> list[Entity]:
    seen = policy.visible_entities(actor, "ListResourceDelegates", resource.organization)
    delegates = seen.filter(delegations__resource=resource).select_related("organization")
    return list(delegates.order_by("sort_display_name", "sort_name"))


def is_unanswered(resource: Entity, answering: int) -> bool:
    known = booking_options.get_options(resource.details)
    return known is not None and not booking_options.is_answered(known, answering)


def _permitted_delegate_operations(actor: Actor, resource: Entity) -> dict[str, bool]:
    return {
        each: not resource.is_deleted and policy.allows(actor, each, resource.organization, resource)
        for each in DELEGATE_OPERATIONS
    }
