"""Labels, formats, actions and the detail context of users."""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.entities import display, relations
from console.areas.entities.display import EntityAction, state_badge
from console.areas.lifecycle import snapshots
from console.areas.lifecycle.access_block import block_status
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity
from console.operators import policy
from console.ui.markup import DASH, code_tag, display_value

State = Entity.State
ROLE_LABELS = {
    "USER": "User",
    "REMOTE_USER": "Remote user",
    "RESOURCE": "Resource",
    "SYSTEM_USER": "System user",
}
# Every member of DescribeUser's answer, under the headings of the page; the edit form keeps the order.
PROFILE_SECTIONS: dict[str, dict[str, str]] = {
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
ID_MEMBERS = frozenset({"UserId", "IdentityProviderUserId", "IdentityProviderIdentityStoreId"})


USER_ACTIONS = (
    EntityAction("Edit", "pencil", "edit", "UpdateUser", tone="primary"),
    EntityAction("Reset password", "key", "password", "ResetPassword", (State.ENABLED,)),
    EntityAction("Freeze", "lock", "lifecycle:freeze", "PutAccessControlRule", (State.ENABLED,)),
    EntityAction("Why no mail?", "help-circle", "doctor:diagnose", "DiagnosePerson"),
    EntityAction("Enable", "user-check", "enable", "RegisterToWorkMail", (State.DISABLED,)),
    EntityAction("Disable", "user-off", "disable", "DeregisterFromWorkMail", (State.ENABLED,)),
    EntityAction("Offboard", "logout", "lifecycle:offboard", "DeregisterFromWorkMail", (State.ENABLED,)),
    EntityAction(
        "Bring back",
        "user-check",
        "lifecycle:rehire",
        "RegisterToWorkMail",
        (State.DISABLED,),
        given=lambda user: snapshots.get_latest_snapshot(user) is not None,
    ),
    EntityAction("Delete", "trash", "delete", "DeleteUser", (State.DISABLED,), "danger"),
)


def role_label(value: str) -> str:
    return ROLE_LABELS.get(value, value.replace("_", " ").capitalize())


def format_megabytes(value: float | None) -> SafeString | str:
    """Return a size such as "12 MB" or "1.4 GB"; WorkMail counts in MB."""
    if value is None:
        return DASH
    return f"{value:,.0f} MB" if value < 1024 else f"{round(value / 1024, 1):,g} GB"


def quota_percentage(size: float | None, quota: int | None) -> int | None:
    """Return the used share of the quota in percent."""
    return round(100 * size / quota) if size is not None and quota else None


def profile_sections(details: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, Any]]]]:
    return [
        (section, [(label, format_member(member, details.get(member))) for member, label in members.items()])
        for section, members in PROFILE_SECTIONS.items()
    ]


def format_member(member: str, value: Any) -> Any:
    if member in ID_MEMBERS:
        return code_tag(value)
    if member.endswith("Date"):
        return display_value(parse_datetime(value) if isinstance(value, str) else value)
    if member == "State":
        return state_badge(value) if value else DASH
    return role_label(value) if member == "UserRole" and value else display_value(value)


# What is offered of a mailbox in use, and what is asked about a user with or without one.
MAILBOX_OPERATIONS = ("UpdateMailboxQuota", "StartMailboxExportJob")
USER_OPERATIONS = (
    "GetImpersonationRoleEffect",
    "ListPersonalAccessTokens",
    "ListMobileDeviceAccessOverrides",
)


def user_detail_context(actor: Actor, user: Entity) -> dict[str, Any]:
    context = display.entity_detail_context(actor, user, USER_ACTIONS)
    mailbox = get_mailbox(user)
    offered = MAILBOX_OPERATIONS if mailbox.is_in_use else ()
    return {
        **context,
        "person": user,
        "role": role_label(user.role),
        "size": format_megabytes(user.mailbox_size),
        "quota": format_megabytes(user.mailbox_quota),
        "full": quota_percentage(user.mailbox_size, user.mailbox_quota) or 0,
        "may": {**context["may"], **display.get_permitted_operations(actor, user, offered)},
        "asked": {each: policy.allows(actor, each, user.organization, user) for each in USER_OPERATIONS},
        "profile": profile_sections(user.details or _listed_details(user)),
        "exports": relations.list_export_jobs(actor, user),
        "mailbox": mailbox,
        "dies": mailbox.removed_at,
        "standing": block_status.get_block_status(actor, user),
    }


def _listed_details(user: Entity) -> dict[str, Any]:
    """Return the details that a listing has, for a user that was never described."""
    return {
        "UserId": user.entity_id,
        "Name": user.name,
        "DisplayName": user.display_name,
        "Email": user.email,
        "State": user.state,
        "UserRole": user.role,
        "EnabledDate": user.enabled_date,
        "DisabledDate": user.disabled_date,
    }
