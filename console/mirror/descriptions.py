"""What a Describe… and a mailbox's details tell of one entity."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from console import clock
from console.mirror import outside_changes, relations
from console.mirror.mailboxes import mailbox_of
from console.mirror.models import Entity
from console.mirror.read_result import COLUMNS, Kind, Reading, changed_members, column_value, plain

IDS = {Kind.USER: "UserId", Kind.GROUP: "GroupId", Kind.RESOURCE: "ResourceId"}
# Unchanged details are confirmed no more often than this: looking must not cost a write each time.
CONFIRMED = timedelta(seconds=30)


def user(reading: Reading) -> None:
    _describe(reading, Kind.USER)


def group(reading: Reading) -> None:
    _describe(reading, Kind.GROUP)


def resource(reading: Reading) -> None:
    _describe(reading, Kind.RESOURCE)


@transaction.atomic
def mailbox(reading: Reading) -> None:
    """Store size and quota; only another quota is a change made outside, since sizes change all the time.

    Of a user without a mailbox WorkMail shows a quota all the same [unknown]: it is not stored.
    """
    entity = reading.entity("UserId")
    if entity is None:
        return
    size, quota = None, None
    if mailbox_of(entity).exists:
        size, quota = reading.result.get("MailboxSize"), reading.result.get("MailboxQuota")
    if (size, quota) == (entity.mailbox_size, entity.mailbox_quota):
        return
    entity = Entity.objects.select_for_update().get(pk=entity.pk)  # another reading may have noted it
    if quota is not None and entity.mailbox_quota not in (None, quota):
        drifts = outside_changes.drifts({"MailboxQuota": entity.mailbox_quota}, {"MailboxQuota": quota})
        outside_changes.note(reading, entity, drifts, since=entity.detailed_at)
    entity.mailbox_size, entity.mailbox_quota = size, quota
    entity.derive_sizes()
    entity.save(update_fields=["mailbox_size", "mailbox_quota", "sort_size", "sort_quota"])


def forget(reading: Reading, entity_id: str) -> None:
    """AWS says that it is gone, or no longer knows it."""
    with transaction.atomic():
        known = Entity.objects.filter(organization=reading.organization, entity_id=entity_id)
        entity = known.select_for_update().first()
        if entity is None or entity.is_deleted:
            return
        if entity.described_at:
            drifts = outside_changes.drifts({"State": entity.state}, {"State": Entity.State.DELETED.value})
            outside_changes.note(reading, entity, drifts, since=entity.described_at)
        entity.state = Entity.State.DELETED
        entity.details = {**entity.details, "State": Entity.State.DELETED.value}
        entity.derive([])
        entity.save(update_fields=["state", "details", "search_text"])
        relations.sever(reading.organization, [entity_id])


def _describe(reading: Reading, kind: Kind) -> None:
    shown = plain({name: value for name, value in reading.result.items() if name != "ResponseMetadata"})
    entity_id = str(shown[IDS[kind]])
    with transaction.atomic():
        held = Entity.objects.filter(organization=reading.organization, entity_id=entity_id)
        entity = held.select_for_update().first() or Entity(
            organization=reading.organization, entity_id=entity_id, kind=kind
        )
        if entity.described_at is None or changed_members(entity.details, shown):
            _take_over(reading, entity, shown)
        elif entity.described_at < clock.now() - CONFIRMED:
            held.update(described_at=clock.now())


def _take_over(reading: Reading, entity: Entity, shown: Mapping[str, Any]) -> None:
    _note(reading, entity, shown)
    for member, column in COLUMNS.items():
        if member in reading.result or column != "role":
            setattr(entity, column, column_value(member, reading.result))
    entity.details, entity.described_at = dict(shown), clock.now()
    if not mailbox_of(entity).exists:
        entity.mailbox_size = entity.mailbox_quota = None
    entity.derive(_aliases(entity))
    entity.save()
    if entity.is_deleted:
        relations.sever(reading.organization, [entity.entity_id])


def _aliases(entity: Entity) -> list[str]:
    """A new primary address was an alias before, and is none any longer."""
    if entity.pk is None or entity.is_deleted:
        return []
    entity.aliases.filter(address=entity.email).delete()
    return list(entity.aliases.values_list("address", flat=True))


def _note(reading: Reading, entity: Entity, shown: Mapping[str, Any]) -> None:
    if entity.described_at is None:
        return
    drifts = outside_changes.drifts(entity.details, shown)
    outside_changes.note(reading, entity, drifts, since=entity.described_at)
