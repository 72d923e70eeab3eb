"""What is in the mailbox of an entity, as far as the sandbox keeps mail."""

from console.sandbox import mail
from console.sandbox.records import Entity, Organization, User


def size(entity: Entity, now: float) -> float:
    """Megabytes; a mailbox that a call made is empty, whatever it may have had before."""
    return mail.size_in_mb(entity.entity_id) if entity.filled and entity.has_mailbox(now) else 0.0


def archive(entity: Entity, organization: Organization) -> list[mail.Item]:
    """Everything in it that an export carries."""
    if not entity.filled:
        return []
    address = entity.email or f"{entity.name}@{organization.default_domain}"
    name = entity.display_name if isinstance(entity, User) else entity.name
    return mail.archive(entity.entity_id, address, name)


def non_exportable(entity: Entity) -> int:
    """Contacts, tasks and notes, which an export leaves out [documented]."""
    return mail.non_exportable(entity.entity_id) if entity.filled else 0
