"""Store aliases, members, permissions and delegates."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Model, QuerySet

from console.aws.catalogue.groups import MEMBERSHIP
from console.aws.catalogue.mailboxes import PERMISSION
from console.aws.catalogue.resources import DELEGATE
from console.mirror import outside_changes, shrink_guard
from console.mirror.models import Alias, Delegate, Entity, HeldListing, Membership, Organization, Permission
from console.mirror.own_writes import ADDRESS_LABEL, Drift
from console.mirror.read_result import ReadResult
from console.mirror.shrink_guard import Listing

Row = TypeVar("Row", bound=Model)
RowChanges = tuple[list[Row], list[Row]]  # gone, new


def replace_rows(
    reading: ReadResult,
    listing: Listing,
    held: QuerySet[Row],
    wanted: Iterable[Row],
    key: Callable[[Row], Hashable],
    *,
    entity: Entity | None = None,
) -> RowChanges[Row]:
    """Replace `held` by `wanted`, writing only the rows that differ; return those.

    A part of a listing only adds, and so does one that lacks so much that an operator has to confirm it.
    Of readings that show the same difference at the same time one gets it, the others find it made.
    """
    asked = {key(row): row for row in wanted}
    known = {key(row): row for row in held}
    if asked.keys() - known.keys() or (reading.is_whole and known.keys() - asked.keys()):
        Organization.objects.select_for_update(no_key=True).get(pk=reading.organization.pk)
        known = {key(row): row for row in held.all()}
    gone = [row for each, row in known.items() if each not in asked] if reading.is_whole else []
    new = [row for each, row in asked.items() if each not in known]
    if reading.is_whole and len(known) > settings.SHRINK_ROWS:
        may_remove = shrink_guard.may_remove(reading.organization, listing, len(gone), len(known), entity)
        gone = gone if may_remove else []
    lost = len(gone) - len(new)  # a row with other values takes the place of one that is gone
    if entity is not None and lost > 0 and not shrink_guard.is_large_loss(len(gone), len(known)):
        rows = held.model._default_manager.filter(organization=reading.organization)
        may_remove = shrink_guard.may_remove_in_pass(entity, listing, lost, rows)
        gone = gone if may_remove else []
    if gone:
        held.filter(pk__in=[row.pk for row in gone]).delete()
    if new:
        held.model._default_manager.bulk_create(new, ignore_conflicts=True)
    return gone, new


@transaction.atomic
def store_aliases(reading: ReadResult) -> None:
    """Store the aliases, without the primary address that `ListAliases` shows too [observed]."""
    entity = reading.entity("EntityId")
    if entity is None:
        return
    shown = {address.lower() for address in reading.result.get("Aliases", [])} - {entity.email}
    wanted = [Alias(organization=reading.organization, entity=entity, address=each) for each in sorted(shown)]
    gone, new = replace_rows(
        reading, Listing.ALIASES, entity.aliases.all(), wanted, lambda row: row.address, entity=entity
    )
    if gone or new:
        update_search_text(entity)
        drifts = _drifts_of_rows(
            "Aliases", gone, new, lambda row: (f"{ADDRESS_LABEL}{row.address}", row.address)
        )
        _record_drifts(reading, entity, drifts)


@transaction.atomic
def store_members(reading: ReadResult) -> None:
    group = reading.entity("GroupId")
    if group is None:
        return
    found = _stored_entities(reading.organization, [each["Id"] for each in reading.result.get("Members", [])])
    wanted = [Membership(organization=reading.organization, group=group, member=each) for each in found]
    held = Membership.objects.filter(group=group).select_related("member")
    gone, new = replace_rows(reading, Listing.MEMBERS, held, wanted, lambda row: row.member_id, entity=group)
    if gone or new:
        drifts = _drifts_of_rows(
            "Members", gone, new, lambda row: (_membership_label(row.member, group), _entity_name(row.member))
        )
        _record_drifts(reading, group, drifts, [row.member.entity_id for row in (*gone, *new)])


@transaction.atomic
def store_memberships(reading: ReadResult) -> None:
    """Store a member's groups; report changes only for groups that were read before."""
    member = reading.entity("EntityId")
    if member is None:
        return
    found = _stored_entities(
        reading.organization, [each["GroupId"] for each in reading.result.get("Groups", [])]
    )
    wanted = [Membership(organization=reading.organization, group=each, member=member) for each in found]
    held = Membership.objects.filter(member=member).select_related("group")
    gone, new = replace_rows(
        reading, Listing.MEMBERSHIPS, held, wanted, lambda row: row.group_id, entity=member
    )
    left, joined = ([row for row in rows if row.group.detailed_at] for rows in (gone, new))
    if left or joined:
        drifts = _drifts_of_rows(
            "Groups",
            left,
            joined,
            lambda row: (_membership_label(member, row.group), _entity_name(row.group)),
        )
        _record_drifts(reading, member, drifts, [row.group.entity_id for row in (*left, *joined)])


@transaction.atomic
def store_permissions(reading: ReadResult) -> None:
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
    gone, new = replace_rows(
        reading, Listing.PERMISSIONS, held, wanted, lambda row: (row.grantee_id, *row.values), entity=owner
    )
    if gone or new:
        grantees = {row.grantee_id for row in (*gone, *new)}
        names = {
            each.entity_id: _entity_name(each)
            for each in _stored_entities(reading.organization, list(grantees))
        }
        drifts = _drifts_of_rows(
            "Permissions",
            gone,
            new,
            lambda row: (
                PERMISSION.label({"GranteeId": row.grantee_id}),
                names.get(row.grantee_id, row.grantee_id),
            ),
            lambda row: row.values,
        )
        _record_drifts(reading, owner, drifts, grantees)


@transaction.atomic
def store_delegates(reading: ReadResult) -> None:
    resource = reading.entity("ResourceId")
    if resource is None:
        return
    found = _stored_entities(
        reading.organization, [each["Id"] for each in reading.result.get("Delegates", [])]
    )
    wanted = [Delegate(organization=reading.organization, resource=resource, delegate=each) for each in found]
    held = Delegate.objects.filter(resource=resource).select_related("delegate")
    gone, new = replace_rows(
        reading, Listing.DELEGATES, held, wanted, lambda row: row.delegate_id, entity=resource
    )
    if gone or new:
        drifts = _drifts_of_rows(
            "Delegates",
            gone,
            new,
            lambda row: (
                DELEGATE.label({"EntityId": row.delegate.entity_id}),
                _entity_name(row.delegate),
            ),
        )
        _record_drifts(reading, resource, drifts, [row.delegate.entity_id for row in (*gone, *new)])


def delete_relations(organization: Organization, entity_ids: list[str]) -> None:
    """Delete the addresses, memberships, permissions and delegates of deleted entities."""
    gone = Entity.objects.filter(organization=organization, entity_id__in=entity_ids)
    HeldListing.objects.filter(entity__in=gone).delete()
    Alias.objects.filter(entity__in=gone).delete()
    Membership.objects.filter(group__in=gone).delete()
    Membership.objects.filter(member__in=gone).delete()
    Permission.objects.filter(owner__in=gone).delete()
    Permission.objects.filter(organization=organization, grantee_id__in=entity_ids).delete()
    Delegate.objects.filter(resource__in=gone).delete()
    Delegate.objects.filter(delegate__in=gone).delete()


def update_search_text(entity: Entity) -> None:
    """Derive the search text again from the locked row."""
    entity = Entity.objects.select_for_update().get(pk=entity.pk)
    entity.derive(entity.aliases.values_list("address", flat=True))
    entity.save(update_fields=["search_text"])


def _stored_entities(organization: Organization, entity_ids: list[str]) -> QuerySet[Entity]:
    """Return the entities that a listing has brought in already."""
    return Entity.objects.filter(organization=organization, entity_id__in=entity_ids)


def _drifts_of_rows(
    field: str,
    gone: Iterable[Row],
    new: Iterable[Row],
    names: Callable[[Row], tuple[str, str]],
    value: Callable[[Row], Any] = lambda _: True,
) -> list[Drift]:
    """Return rows as drifts; `names` gives each row's field name and display name."""
    before, after = ({names(row): value(row) for row in rows} for rows in (gone, new))
    both = dict.fromkeys([*before, *after])
    return [
        Drift(field, name, before.get((name, item)), after.get((name, item)), item) for name, item in both
    ]


def _record_drifts(
    reading: ReadResult, entity: Entity, drifts: list[Drift], others: Iterable[str] = ()
) -> None:
    """Record differences, unless this is the first reading."""
    if entity.detailed_at is not None:
        outside_changes.record_drifts(reading, entity, drifts, since=entity.detailed_at, others=others)


def _membership_label(member: Entity, group: Entity) -> str:
    return MEMBERSHIP.label({"MemberId": member.entity_id, "GroupId": group.entity_id})


def _entity_name(entity: Entity) -> str:
    return entity.email or entity.name
