"""Whether an entity has a mailbox and whether it can be exported.

`mailbox_of` answers for one entity; `existing`, `exportable` and `removed_within` are the same as
conditions of queries.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, TextChoices
from django.utils import timezone
from django.utils.formats import date_format

from console.mirror.models import Entity

Kind, State = Entity.Kind, Entity.State
RETENTION_PERIOD = timedelta(days=30)  # how long WorkMail keeps the mailbox of a disabled user [documented]
ROLES_WITHOUT_MAILBOX = (
    "REMOTE_USER",
    "SYSTEM_USER",
    "RESOURCE",
)  # roles of users; of the last one [unknown]


class Obstacle(TextChoices):
    """Why a mailbox cannot be exported."""

    NONE = "", ""
    DISABLED = "disabled", "Disabled. Enable them to export the mailbox"
    REMOTE = "remote", "Remote users, who have no mailbox in WorkMail"
    SYSTEM = "system", "System accounts, which have no mailbox"
    GROUP = "group", "Groups, which have no mailbox"
    UNUSED = "unused", "Never enabled, so there is no mailbox"
    REMOVED = "removed", "Disabled for more than 30 days, so WorkMail has deleted the mailbox"
    DELETED = "deleted", "Deleted"


SENTENCES = {
    Obstacle.REMOTE: "A remote user has no mailbox in WorkMail.",
    Obstacle.SYSTEM: "A system account has no mailbox.",
    Obstacle.GROUP: "A group has no mailbox.",
    Obstacle.UNUSED: "This {} was never enabled, so there is no mailbox.",
    Obstacle.REMOVED: "WorkMail deleted the mailbox 30 days after this {} was disabled.",
    Obstacle.DELETED: "This {} was deleted, so there is no mailbox to export.",
    Obstacle.DISABLED: "This {} is disabled. WorkMail keeps the mailbox until {}."
    " Enable the {} to export it.",
}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The mailbox of an entity; `removed_at` is when WorkMail deletes a disabled one."""

    noun: str
    obstacle: Obstacle = Obstacle.NONE
    removed_at: datetime | None = None

    @property
    def exists(self) -> bool:
        return self.obstacle in (Obstacle.NONE, Obstacle.DISABLED)

    @property
    def is_in_use(self) -> bool:
        return self.obstacle == Obstacle.NONE

    @property
    def is_exportable(self) -> bool:
        """Return whether an export can start.

        Only one in use: whether WorkMail exports a disabled mailbox that it still keeps is [unknown].
        """
        return self.is_in_use

    @property
    def why_not(self) -> str:
        """Return why it cannot be exported and what to do, or ""."""
        if self.is_exportable:
            return ""
        until = date_format(self.removed_at, "j F Y") if self.removed_at else ""
        return SENTENCES[self.obstacle].format(self.noun, until, self.noun)


def get_mailbox(entity: Entity) -> Mailbox:
    """Return the mailbox of an entity, as far as the mirror knows it."""
    noun = "resource" if entity.kind == Kind.RESOURCE else "user"
    if entity.state == State.DELETED:
        return Mailbox(noun, Obstacle.DELETED)
    if entity.kind == Kind.GROUP:
        return Mailbox(noun, Obstacle.GROUP)
    if entity.kind == Kind.USER and entity.role in ROLES_WITHOUT_MAILBOX:
        return Mailbox(noun, Obstacle.REMOTE if entity.role == "REMOTE_USER" else Obstacle.SYSTEM)
    if entity.state == State.ENABLED:
        return Mailbox(noun)
    if entity.disabled_date is None:
        return Mailbox(noun, Obstacle.UNUSED)
    removed_at = entity.disabled_date + RETENTION_PERIOD
    if removed_at <= timezone.now():
        return Mailbox(noun, Obstacle.REMOVED)
    return Mailbox(noun, Obstacle.DISABLED, removed_at)


def existing_mailboxes() -> Q:
    """Match entities with a mailbox, including disabled ones that WorkMail still keeps."""
    kept = Q(state=State.DISABLED, disabled_date__gt=timezone.now() - RETENTION_PERIOD)
    return MAILBOX_HOLDERS & (Q(state=State.ENABLED) | kept)


def used_mailboxes() -> Q:
    """Match entities with an enabled mailbox."""
    return MAILBOX_HOLDERS & Q(state=State.ENABLED)


def exportable_mailboxes() -> Q:
    """Match entities whose mailbox can be exported."""
    return used_mailboxes()


def mailboxes_removed_within(days: int) -> Q:
    """Match disabled entities whose mailbox WorkMail deletes within `days`."""
    removed = timezone.now() - RETENTION_PERIOD
    last = removed + timedelta(days=days)
    return MAILBOX_HOLDERS & Q(state=State.DISABLED, disabled_date__gt=removed, disabled_date__lte=last)


MAILBOX_HOLDERS = Q(kind=Kind.RESOURCE) | (Q(kind=Kind.USER) & ~Q(role__in=ROLES_WITHOUT_MAILBOX))
