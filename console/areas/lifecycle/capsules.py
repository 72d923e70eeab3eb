"""The state of a person as WorkMail shows it, kept whole before she goes."""

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

CONSOLE = Actor.system("what leavers have")


def take(actor: Actor, person: Entity) -> Capsule:
    """Read everything and keep it. Raises what a read raises: nobody goes of whom it is not known.

    It is read as the console: what the operator may not see comes back with the person all the same.
    """
    described = gateway.call(CONSOLE, "DescribeUser", person.organization, UserId=person.entity_id)
    state = {
        "DescribeUser": described,
        "Aliases": _all(person, "ListAliases", "Aliases"),
        "Groups": _all(person, "ListGroupsForEntity", "Groups"),
        "Readers": _all(person, "ListMailboxPermissions", "Permissions"),
        "Opens": _opens(person),
        "MailboxQuota": _quota(person),
        "Overrides": _overrides(person),
    }
    return Capsule.objects.create(
        organization=person.organization,
        entity_id=person.entity_id,
        name=str(person),
        state=journal.plain(state),
        taken_by=actor.name,
    )


def latest(person: Entity) -> Capsule | None:
    """The one by which she can be brought back as she was, while WorkMail has the mailbox."""
    found = Capsule.objects.filter(organization=person.organization, entity_id=person.entity_id)
    return found.filter(taken_at__gt=clock.recent() - RETENTION_PERIOD).order_by("-taken_at", "-pk").first()


def _all(person: Entity, operation: str, member: str) -> list[Any]:
    pages = gateway.call_pages(CONSOLE, operation, person.organization, EntityId=person.entity_id)
    return [each for page in pages for each in page.get(member, [])]


def _opens(person: Entity) -> list[dict[str, Any]]:
    """WorkMail does not list them; the mirror knows whom she may read."""
    held: Iterable[Permission] = Permission.objects.filter(
        organization=person.organization, grantee_id=person.entity_id
    ).select_related("owner")
    return [{"EntityId": each.owner.entity_id, "PermissionValues": each.values} for each in held]


def _quota(person: Entity) -> int | None:
    try:
        shown = gateway.call(CONSOLE, "GetMailboxDetails", person.organization, UserId=person.entity_id)
    except errors.Refused:
        return None
    return shown.get("MailboxQuota")


def _overrides(person: Entity) -> list[dict[str, Any]]:
    pages = gateway.call_pages(
        CONSOLE, "ListMobileDeviceAccessOverrides", person.organization, UserId=person.entity_id
    )
    return [each for page in pages for each in page.get("Overrides", [])]
