"""How a person's state, role, mailbox and profile look, and what can be done about her."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString

from console.mirror.models import Entity
from console.operators import policy
from console.operators.actors import Actor
from console.ui.markup import DASH, badge, mono, text

State = Entity.State
KEPT = timedelta(days=30)  # a disabled mailbox, before WorkMail removes it [documented]
TONES = {State.ENABLED: "success", State.DISABLED: "warning", State.DELETED: "neutral"}
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


@dataclass(frozen=True, slots=True)
class Action:
    """A button on a person's page, for whoever may perform what it leads to, in the states that allow it."""

    label: str
    icon: str
    url_name: str
    performs: str
    states: tuple[str, ...] = (State.ENABLED, State.DISABLED)
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    icon: str
    href: str
    tone: str


ACTIONS = (
    Action("Edit", "pencil", "users:edit", "UpdateUser", tone="primary"),
    Action("Reset password", "key", "users:password", "ResetPassword", (State.ENABLED,)),
    Action("Enable", "user-check", "users:enable", "RegisterToWorkMail", (State.DISABLED,)),
    Action("Disable", "user-off", "users:disable", "DeregisterFromWorkMail", (State.ENABLED,)),
    Action("Delete", "trash", "users:delete", "DeleteUser", (State.DISABLED,), "danger"),
)


def buttons(actor: Actor, person: Entity) -> list[Button]:
    return [_button(each, person) for each in ACTIONS if offers(actor, each, person)]


def offers(actor: Actor, action: Action, person: Entity) -> bool:
    """WorkMail keeps its system users to itself [observed]."""
    possible = person.state in action.states and person.role != "SYSTEM_USER"
    return possible and policy.allows(actor, action.performs, person.organization, person)


def _button(action: Action, person: Entity) -> Button:
    href = reverse(action.url_name, args=[person.organization.slug, person.entity_id])
    return Button(action.label, action.icon, href, action.tone)


def state_badge(state: str) -> SafeString:
    known = State(state)
    return badge(known.label, TONES[known])


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
        return mono(value)
    if member.endswith("Date"):
        return text(parse_datetime(value) if isinstance(value, str) else value)
    if member == "State":
        return state_badge(value) if value else DASH
    return role(value) if member == "UserRole" and value else text(value)
