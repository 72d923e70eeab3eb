"""How a person's role, mailbox and profile look, and what can be done about her."""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString

from console.areas.directory.showing import Action, state_badge
from console.areas.lifecycle import capsules
from console.mirror.models import Entity
from console.ui.markup import DASH, code_tag, display_value

State = Entity.State
ROLES = {
    "USER": "User",
    "REMOTE_USER": "Remote user",
    "RESOURCE": "Resource",
    "SYSTEM_USER": "System user",
}
# Every member of DescribeUser's answer, under the headings of the page; the edit form keeps the order.
SECTIONS: dict[str, dict[str, str]] = {
    "Name": {
        "DisplayName": "Display name",
        "FirstName": "First name",
        "LastName": "Last name",
        "Initials": "Initials",
    },
    "Work": {
        "JobTitle": "Job title",
        "Department": "Department",
        "Company": "Company",
        "Office": "Office",
    },
    "Contact and address": {
        "Telephone": "Telephone",
        "Street": "Street",
        "ZipCode": "Postal code",
        "City": "City",
        "Country": "Country",
    },
    "Visibility and role": {
        "UserRole": "Role",
        "HiddenFromGlobalAddressList": "Hidden from the address book",
        "IdentityProviderUserId": "IAM Identity Center user",
    },
    "Account": {
        "Name": "Username",
        "Email": "Primary address",
        "State": "State",
        "EnabledDate": "Enabled",
        "DisabledDate": "Disabled",
        "MailboxProvisionedDate": "Mailbox made",
        "MailboxDeprovisionedDate": "Mailbox removed",
        "UserId": "Id",
        "IdentityProviderIdentityStoreId": "Identity store",
    },
}
IDENTIFIERS = frozenset({"UserId", "IdentityProviderUserId", "IdentityProviderIdentityStoreId"})


ACTIONS = (
    Action("Edit", "pencil", "edit", "UpdateUser", tone="primary"),
    Action("Reset password", "key", "password", "ResetPassword", (State.ENABLED,)),
    Action("Freeze", "lock", "lifecycle:freeze", "PutAccessControlRule", (State.ENABLED,)),
    Action("Why no mail?", "help-circle", "doctor:diagnose", "DiagnosePerson"),
    Action("Enable", "user-check", "enable", "RegisterToWorkMail", (State.DISABLED,)),
    Action("Disable", "user-off", "disable", "DeregisterFromWorkMail", (State.ENABLED,)),
    Action("Offboard", "logout", "lifecycle:offboard", "DeregisterFromWorkMail", (State.ENABLED,)),
    Action(
        "Bring back",
        "user-check",
        "lifecycle:rehire",
        "RegisterToWorkMail",
        (State.DISABLED,),
        given=lambda person: capsules.latest(person) is not None,
    ),
    Action("Delete", "trash", "delete", "DeleteUser", (State.DISABLED,), "danger"),
)


def role(value: str) -> str:
    return ROLES.get(value, value.replace("_", " ").capitalize())


def megabytes(value: float | None) -> SafeString | str:
    """`12 MB`, `1.4 GB`; WorkMail counts in MB."""
    if value is None:
        return DASH
    return f"{value:,.0f} MB" if value < 1024 else f"{round(value / 1024, 1):,g} GB"


def fill(size: float | None, quota: int | None) -> int | None:
    """How full a mailbox is, in percent."""
    return round(100 * size / quota) if size is not None and quota else None


def profile(details: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Everything that WorkMail told of a person, section by section."""
    return [
        (section, [(label, shown(member, details.get(member))) for member, label in members.items()])
        for section, members in SECTIONS.items()
    ]


def shown(member: str, value: Any) -> Any:
    if member in IDENTIFIERS:
        return code_tag(value)
    if member.endswith("Date"):
        return display_value(parse_datetime(value) if isinstance(value, str) else value)
    if member == "State":
        return state_badge(value) if value else DASH
    return role(value) if member == "UserRole" and value else display_value(value)
