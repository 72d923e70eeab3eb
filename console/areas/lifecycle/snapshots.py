"""Snapshots of users before they are offboarded."""

from collections.abc import Iterable
from typing import Any

from console import clock
from console.actor import Actor
from console.areas.lifecycle.models import Capsule
from console.aws import errors
from console.gateway import gateway
from console.ledger import journal
from console.mirror.mailboxes import RETENTION_PERIOD
from console.mirror.models import Entity, Permission

SNAPSHOT_ACTOR = Actor.system("what leavers have")


def take_snapshot(actor: Actor, user: Entity) -> Capsule:
    """Read the user as the console and store the result.

    It includes what the operator cannot see. Raise `CallFailed` if a read fails.
    """
    described = gateway.call(SNAPSHOT_ACTOR, "DescribeUser", user.organization, UserId=user.entity_id)
    state = {
        "DescribeUser": described,
        "Aliases": _list_all(user, "ListAliases", "Aliases"),
        "Groups": _list_all(user, "ListGroupsForEntity", "Groups"),
        "Readers": _list_all(user, "ListMailboxPermissions", "Permissions"),
        "Opens": _list_granted_mailboxes(user),
        "MailboxQuota": _read_quota(user),
        "Overrides": _list_overrides(user),
    }
    return Capsule.objects.create(
        organization=user.organization,
        entity_id=user.entity_id,
        name=str(user),
        state=journal.plain(state),
        taken_by=actor.name,
    )


def get_latest_snapshot(user: Entity) -> Capsule | None:
    """Return the latest snapshot from the time that WorkMail keeps a disabled mailbox."""
    snapshots = Capsule.objects.filter(organization=user.organization, entity_id=user.entity_id)
    return (
        snapshots.filter(taken_at__gt=clock.recent() - RETENTION_PERIOD).order_by("-taken_at", "-pk").first()
    )


def _list_all(user: Entity, operation: str, member: str) -> list[Any]:
    pages = gateway.call_pages(SNAPSHOT_ACTOR, operation, user.organization, EntityId=user.entity_id)
    return [each for page in pages for each in page.get(member, [])]


def _list_granted_mailboxes(user: Entity) -> list[dict[str, Any]]:
    """Return the user's permissions on other mailboxes from the mirror; WorkMail does not list them."""
    permissions: Iterable[Permission] = Permission.objects.filter(
        organization=user.organization, grantee_id=user.entity_id
    ).select_related("owner")
    return [{"EntityId": each.owner.entity_id, "PermissionValues": each.values} for each in permissions]


def _read_quota(user: Entity) -> int | None:
    try:
        details = gateway.call(SNAPSHOT_ACTOR, "GetMailboxDetails", user.organization, UserId=user.entity_id)
    except errors.Refused:
        return None
    return details.get("MailboxQuota")


def _list_overrides(user: Entity) -> list[dict[str, Any]]:
    pages = gateway.call_pages(
        SNAPSHOT_ACTOR, "ListMobileDeviceAccessOverrides", user.organization, UserId=user.entity_id
    )
    return [each for page in pages for each in page.get("Overrides", [])]
