"""Badges, buttons, texts and the detail context of users, groups and resources."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.entities import expiry, kinds, relations
from console.areas.entities.kinds import Kind
from console.mirror.mailboxes import RETENTION_PERIOD, get_mailbox
from console.mirror.models import Entity
from console.operators import policy
from console.ui.markup import badge

State = Entity.State
FRESH_FOR = timedelta(seconds=60)
STATE_TONES = {State.ENABLED: "success", State.DISABLED: "warning", State.DELETED: "neutral"}
# Operations of a page's small forms: each is offered to whoever may perform it on this entity.
FORM_OPERATIONS = (
    "CreateAlias",
    "DeleteAlias",
    "UpdatePrimaryEmailAddress",
    "AssociateMemberToGroup",
    "DisassociateMemberFromGroup",
    "PutMailboxPermissions",
    "DeleteMailboxPermissions",
    "ReadLedger",
)


@dataclass(frozen=True, slots=True)
class EntityAction:
    """A button on a detail page; `url_name` is within the kind's namespace, `given` a further condition."""

    label: str
    icon: str
    url_name: str
    performs: str
    states: tuple[str, ...] = (State.ENABLED, State.DISABLED)
    tone: str = ""
    given: Callable[[Entity], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class ActionButton:
    label: str
    icon: str
    href: str
    tone: str


def entity_detail_context(actor: Actor, entity: Entity, actions: Sequence[EntityAction]) -> dict[str, Any]:
    """Return the context that every detail page needs."""
    return {
        "entity": entity,
        "words": kinds.get_kind_info(entity),
        "state": state_badge(entity.state),
        "buttons": action_buttons(actor, entity, actions),
        "may": get_permitted_operations(actor, entity, FORM_OPERATIONS),
        "hands_over": can_transfer_addresses(actor, entity),
        "aliases": relations.list_aliases(actor, entity),
        "groups": relations.list_groups(actor, entity),
        "readers": relations.list_grantees(actor, entity),
        "opens": relations.list_granted_mailboxes(actor, entity),
        "answers_for": relations.list_delegated_resources(actor, entity),
        "ends": expiry.find_end_times(entity),
        "history": relations.list_history(actor, entity),
        "whole": relations.can_see_all_relations(actor, entity),
        "hidden": relations.count_hidden_relations(actor, entity),
    }


def can_transfer_addresses(actor: Actor, entity: Entity) -> bool:
    """Return whether its addresses can be transferred to another entity."""
    needed = "DeleteAlias" if entity.state == State.ENABLED else "CreateAlias"
    return not entity.is_deleted and policy.allows(actor, needed, entity.organization, entity)


def is_stale(entity: Entity) -> bool:
    """Return whether the mirror's details are too old for a detail page."""
    return entity.detailed_at is None or entity.detailed_at < timezone.now() - FRESH_FOR


def state_badge(state: str) -> SafeString:
    known = State(state)
    return badge(known.label, STATE_TONES[known])


def action_buttons(actor: Actor, entity: Entity, actions: Sequence[EntityAction]) -> list[ActionButton]:
    return [_action_button(each, entity) for each in actions if is_action_available(actor, each, entity)]


def is_action_available(actor: Actor, action: EntityAction, entity: Entity) -> bool:
    """Return whether the button is shown; WorkMail protects its system users [observed]."""
    possible = entity.state in action.states and entity.role != "SYSTEM_USER"
    allowed = possible and policy.allows(actor, action.performs, entity.organization, entity)
    return allowed and action.given(entity)


def get_permitted_operations(actor: Actor, entity: Entity, operations: Sequence[str]) -> dict[str, bool]:
    """Return which operations are permitted; an entity that is not enabled has only its history."""
    living = entity.state == State.ENABLED
    return {
        each: (living or each == "ReadLedger") and policy.allows(actor, each, entity.organization, entity)
        for each in operations
    }


def _action_button(action: EntityAction, entity: Entity) -> ActionButton:
    return ActionButton(action.label, action.icon, kinds.entity_url(entity, action.url_name), action.tone)


ENABLE_MAILBOX_NOTE = (
    "The mailbox comes back as it was if it was disabled within the last 30 days;"
    " else it is a new, empty one."
)
ENABLE_GROUP_NOTE = (
    "Mail to the address goes to all members from then on. Outlook's offline address book can"
    " take two hours to show the group."
)
ENABLE_REMOTE_USER_NOTE = "A remote user is listed in the address book and gets no mailbox."
# What of a deleted one's name is somebody else's from then on.
DELETE_WARNINGS = {
    Kind.USER: "This cannot be undone. A new person with the same name is somebody else to WorkMail and gets"
    " an empty mailbox.",
    Kind.GROUP: "This cannot be undone. A new group with the same name has no members, and permissions of the"
    " old one are not its own.",
    Kind.RESOURCE: "This cannot be undone. A new resource with the same name has an empty calendar.",
}
DELETE_SCOPE = "Memberships, permissions and the record go with it. The ledger keeps what was done."


def enable_note(entity: Entity) -> str:
    if entity.kind == Kind.GROUP:
        return ENABLE_GROUP_NOTE
    return ENABLE_REMOTE_USER_NOTE if entity.role == "REMOTE_USER" else ENABLE_MAILBOX_NOTE


def disable_consequences(entity: Entity) -> tuple[str, ...]:
    if entity.kind == Kind.GROUP:
        return (
            # That mail is returned, and not dropped, is [inferred].
            "Mail to the group reaches nobody from this moment on and is returned to its sender.",
            "Its members stay in it, and it can be enabled again at any time.",
        )
    if not get_mailbox(entity).exists:
        return ("A remote user has no mailbox. The email address stops working now.",)
    return (
        "Nobody can sign in to the mailbox from this moment on, and mail to it is returned to its sender."
        if entity.kind == Kind.USER
        else "It cannot be booked from this moment on, and invitations to it are returned to their sender.",
        f"WorkMail removes the mailbox after 30 days, on {format_day(timezone.now() + RETENTION_PERIOD)}."
        " Enabling"
        f" {'the same person' if entity.kind == Kind.USER else 'it'} again before then brings it back.",
    )


def delete_consequences(entity: Entity) -> tuple[str, ...]:
    kind = Kind(entity.kind)
    if kind == Kind.GROUP:
        return DELETE_WARNINGS[kind], DELETE_SCOPE
    gone = mailbox_removal_date(entity)
    if gone is None:
        return DELETE_WARNINGS[kind], DELETE_SCOPE
    lost = "Enabling again is not possible any more, so the mailbox cannot be brought back"
    return DELETE_WARNINGS[kind], f"{lost}; until {format_day(gone)} it still could be.", DELETE_SCOPE


def mailbox_removal_date(entity: Entity) -> datetime | None:
    """Return when WorkMail deletes the mailbox of a disabled entity; `None` if it has none."""
    return get_mailbox(entity).removed_at


def format_day(moment: Any) -> str:
    return date_format(moment, "j F Y")
