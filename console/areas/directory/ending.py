"""What it means to enable, disable and delete each kind of entity, in whole sentences."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format

from console.areas.directory.kinds import Kind
from console.mirror.mailboxes import RETENTION_PERIOD, get_mailbox
from console.mirror.models import Entity

MAILBOX_BACK = (
    "The mailbox comes back as it was if it was disabled within the last 30 days;"
    " else it is a new, empty one."
)
GROUP_ENABLED = (
    "Mail to the address goes to all members from then on. Outlook's offline address book can"
    " take two hours to show the group."
)
NO_MAILBOX = "A remote user is listed in the address book and gets no mailbox."
# What of a deleted one's name is somebody else's from then on.
DELETING = {
    Kind.USER: "This cannot be undone. A new person with the same name is somebody else to WorkMail and gets"
    " an empty mailbox.",
    Kind.GROUP: "This cannot be undone. A new group with the same name has no members, and permissions of the"
    " old one are not its own.",
    Kind.RESOURCE: "This cannot be undone. A new resource with the same name has an empty calendar.",
}
GONE = "Memberships, permissions and the record go with it. The ledger keeps what was done."


def enabling(entity: Entity) -> str:
    if entity.kind == Kind.GROUP:
        return GROUP_ENABLED
    return NO_MAILBOX if entity.role == "REMOTE_USER" else MAILBOX_BACK


def disabling(entity: Entity) -> tuple[str, ...]:
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
        f"WorkMail removes the mailbox after 30 days, on {day(timezone.now() + RETENTION_PERIOD)}. Enabling"
        f" {'the same person' if entity.kind == Kind.USER else 'it'} again before then brings it back.",
    )


def deleting(entity: Entity) -> tuple[str, ...]:
    kind = Kind(entity.kind)
    if kind == Kind.GROUP:
        return DELETING[kind], GONE
    gone = dies(entity)
    if gone is None:
        return DELETING[kind], GONE
    lost = "Enabling again is not possible any more, so the mailbox cannot be brought back"
    return DELETING[kind], f"{lost}; until {day(gone)} it still could be.", GONE


def dies(entity: Entity) -> datetime | None:
    """Return when WorkMail deletes the mailbox of what is disabled; `None` if there is none to delete."""
    return get_mailbox(entity).removed_at


def day(moment: Any) -> str:
    return date_format(moment, "j F Y")
