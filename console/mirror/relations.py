"""What the reads about one entity tell of others: aliases, members, permissions, delegates."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet

from console.mirror import observing, shrink_guard
from console.mirror.models import Alias, Delegate, Entity, HeldListing, Membership, Organization, Permission
from console.mirror.readings import Reading
from console.mirror.shrink_guard import Listing

Row = TypeVar("Row", bound=Model)
Changes = tuple[list[Row], list[Row]]  # gone, new


def exchange(
    reading: Reading,
    listing: Listing,
    held: QuerySet[Row],
    wanted: Iterable[Row],
    key: Callable[[Row], Hashable],
    *,
    entity: Entity | None = None,
) -> Changes[Row]:
    """Make `held` what is `wanted`, touching only the rows that differ.

    A part of a listing only adds, and so does one that lacks so much that an operator has to confirm it.
    """
    known, asked = {key(row): row for row in held}, {key(row): row for row in wanted}
    gone = [row for each, row in known.items() if each not in asked] if reading.is_whole else []
    new = [row for each, row in asked.items() if each not in known]
    if reading.is_whole and len(known) > settings.SHRINK_ROWS:
        may_remove = shrink_guard.may_remove(reading.organization, listing, len(gone), len(known), entity)
        gone = gone if may_remove else []
    if gone:
        held.filter(pk__in=[row.pk for row in gone]).delete()
    if new:
        held.model._default_manager.bulk_create(new, ignore_conflicts=True)
    return gone, new


@transaction.atomic
def aliases(reading: Reading) -> None:
    """`ListAliases` shows the primary address too [observed]; it is no alias."""
    entity = reading.entity("EntityId")
    if entity is None:
        return
    shown = {address.lower() for address in reading.result.get("Aliases", [])} - {entity.email}
    wanted = [Alias(organization=reading.organization, entity=entity, address=each) for each in sorted(shown)]
    gone, new = exchange(
        reading, Listing.ALIASES, entity.aliases.all(), wanted, lambda row: row.address, entity=entity
    )
    if gone or new:
        refresh_search(entity)
        _note(reading, entity, "Aliases", [row.address for row in gone], [row.address for row in new])


@transaction.atomic
def members(reading: Reading) -> None:
    group = reading.entity("GroupId")
    if group is None:
        return
    found = _known(reading.organization, [each["Id"] for each in reading.result.get("Members", [])])
    wanted = [Membership(organization=reading.organization, group=group, member=each) for each in found]
    held = Membership.objects.filter(group=group).select_related("member")
    gone, new = exchange(reading, Listing.MEMBERS, held, wanted, lambda row: row.member_id, entity=group)
    if gone or new:
        _note(reading, group, "Members", [row.member for row in gone], [row.member for row in new])


@transaction.atomic
def memberships(reading: Reading) -> None:
    """The same from the member's side; a group whose members were never read has no known ones to miss."""
    member = reading.entity("EntityId")
    if member is None:
        return
    found = _known(reading.organization, [each["GroupId"] for each in reading.result.get("Groups", [])])
    wanted = [Membership(organization=reading.organization, group=each, member=member) for each in found]
    held = Membership.objects.filter(member=member).select_related("group")
    gone, new = exchange(reading, Listing.MEMBERSHIPS, held, wanted, lambda row: row.group_id, entity=member)
    left, joined = ([row.group for row in rows if row.group.detailed_at] for rows in (gone, new))
    if left or joined:
        _note(reading, member, "Groups", left, joined)


@transaction.atomic
def permissions(reading: Reading) -> None:
    owner = reading.entity("EntityId")
    if owner is None:
        return
    wanted = [
        Permission(
            organization=reading.organization,
            owner=owner,
            grantee_id=each["GranteeId"],
            grantee_kind=each["GranteeType"].lower(),
            values=sorted(each["PermissionValues"]),
        )
        for each in reading.result.get("Permissions", [])
    ]
    held = Permission.objects.filter(owner=owner)
    gone, new = exchange(
        reading, Listing.PERMISSIONS, held, wanted, lambda row: (row.grantee_id, *row.values), entity=owner
    )
    if gone or new:
        _note(
            reading,
            owner,
            "Permissions",
            _spelled(gone),
            _spelled(new),
            [row.grantee_id for row in (*gone, *new)],
        )


@transaction.atomic
def delegates(reading: Reading) -> None:
    resource = reading.entity("ResourceId")
    if resource is None:
        return
    found = _known(reading.organization, [each["Id"] for each in reading.result.get("Delegates", [])])
    wanted = [Delegate(organization=reading.organization, resource=resource, delegate=each) for each in found]
    held = Delegate.objects.filter(resource=resource).select_related("delegate")
    gone, new = exchange(
        reading, Listing.DELEGATES, held, wanted, lambda row: row.delegate_id, entity=resource
    )
    if gone or new:
        _note(reading, resource, "Delegates", [row.delegate for row in gone], [row.delegate for row in new])


def sever(organization: Organization, entity_ids: list[str]) -> None:
    """What is deleted has no addresses, groups, rights or delegates any more."""
    gone = Entity.objects.filter(organization=organization, entity_id__in=entity_ids)
    HeldListing.objects.filter(entity__in=gone).delete()
    Alias.objects.filter(entity__in=gone).delete()
    Membership.objects.filter(group__in=gone).delete()
    Membership.objects.filter(member__in=gone).delete()
    Permission.objects.filter(owner__in=gone).delete()
    Permission.objects.filter(organization=organization, grantee_id__in=entity_ids).delete()
    Delegate.objects.filter(resource__in=gone).delete()
    Delegate.objects.filter(delegate__in=gone).delete()


def refresh_search(entity: Entity) -> None:
    """Derive it from the row as it is now: another reading may have changed the name meanwhile."""
    entity = Entity.objects.select_for_update().get(pk=entity.pk)
    entity.derive(entity.aliases.values_list("address", flat=True))
    entity.save(update_fields=["search_text"])


def _known(organization: Organization, entity_ids: list[str]) -> QuerySet[Entity]:
    """Those that a listing has brought in already; the others are met again on the next round."""
    return Entity.objects.filter(organization=organization, entity_id__in=entity_ids)


def _note(
    reading: Reading, entity: Entity, member: str, gone: list[Any], new: list[Any], others: Iterable[str] = ()
) -> None:
    """Only what differs: a group may have thousands of members. The first reading is no change."""
    if entity.detailed_at is None:
        return
    involved = [each.entity_id for each in (*gone, *new) if isinstance(each, Entity)]
    before, after = ({member: [_name(each) for each in rows]} for rows in (gone, new))
    observing.note(reading, entity, before, after, others=[*involved, *others])


def _name(each: Any) -> str:
    return (each.email or each.name) if isinstance(each, Entity) else str(each)


def _spelled(rows: list[Permission]) -> list[str]:
    return [f"{row.grantee_id}: {', '.join(row.values)}" for row in rows]
