"""Store what Describe… operations and GetMailboxDetails return."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction

from console import clock
from console.mirror import outside_changes, relations
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity
from console.mirror.read_result import (
    COLUMNS,
    Kind,
    ReadResult,
    find_changed_members,
    get_column_value,
    to_json_value,
)

ID_MEMBERS = {Kind.USER: "UserId", Kind.GROUP: "GroupId", Kind.RESOURCE: "ResourceId"}
# Unchanged details are confirmed no more often than this: looking must not cost a write each time.
CONFIRM_INTERVAL = timedelta(seconds=30)


def store_user(reading: ReadResult) -> None:
    _store_description(reading, Kind.USER)


def store_group(reading: ReadResult) -> None:
    _store_description(reading, Kind.GROUP)


def store_resource(reading: ReadResult) -> None:
    _store_description(reading, Kind.RESOURCE)


@transaction.atomic
def store_mailbox(reading: ReadResult) -> None:
    """Store size and quota; only a changed quota counts as a change from outside.

    Of a user without a mailbox WorkMail shows a quota all the same [unknown]: it is not stored.
    """
    entity = reading.entity("UserId")
    if entity is None:
        return
    size, quota = None, None
    if get_mailbox(entity).exists:
        size, quota = reading.result.get("MailboxSize"), reading.result.get("MailboxQuota")
    if (size, quota) == (entity.mailbox_size, entity.mailbox_quota):
        return
    entity = Entity.objects.select_for_update().get(pk=entity.pk)  # another reading may have noted it
    if quota is not None and entity.mailbox_quota not in (None, quota):
        drifts = outside_changes.find_drifts({"MailboxQuota": entity.mailbox_quota}, {"MailboxQuota": quota})
        outside_changes.record_drifts(reading, entity, drifts, since=entity.detailed_at)
    entity.mailbox_size, entity.mailbox_quota = size, quota
    entity.derive_sizes()
    entity.save(update_fields=["mailbox_size", "mailbox_quota", "sort_size", "sort_quota"])


def mark_deleted(reading: ReadResult, entity_id: str) -> None:
    """Mark an entity deleted that AWS no longer knows."""
    with transaction.atomic():
        known = Entity.objects.filter(organization=reading.organization, entity_id=entity_id)
        entity = known.select_for_update().first()
        if entity is None or entity.is_deleted:
            return
        if entity.described_at:
            drifts = outside_changes.find_drifts(
                {"State": entity.state}, {"State": Entity.State.DELETED.value}
            )
            outside_changes.record_drifts(reading, entity, drifts, since=entity.described_at)
        entity.state = Entity.State.DELETED
        entity.details = {**entity.details, "State": Entity.State.DELETED.value}
        entity.derive([])
        entity.save(update_fields=["state", "details", "search_text"])
        relations.delete_relations(reading.organization, [entity_id])


def _store_description(reading: ReadResult, kind: Kind) -> None:
    shown = to_json_value(
        {name: value for name, value in reading.result.items() if name != "ResponseMetadata"}
    )
    entity_id = str(shown[ID_MEMBERS[kind]])
    with transaction.atomic():
        held = Entity.objects.filter(organization=reading.organization, entity_id=entity_id)
        entity = held.select_for_update().first() or Entity(
            organization=reading.organization, entity_id=entity_id, kind=kind
        )
        if entity.described_at is None or find_changed_members(entity.details, shown):
            _update_entity(reading, entity, shown)
        elif entity.described_at < clock.now() - CONFIRM_INTERVAL:
            held.update(described_at=clock.now())


def _update_entity(reading: ReadResult, entity: Entity, shown: Mapping[str, Any]) -> None:
    _record_drifts(reading, entity, shown)
    for member, column in COLUMNS.items():
        if member in reading.result or column != "role":
            setattr(entity, column, get_column_value(member, reading.result))
    entity.details, entity.described_at = dict(shown), clock.now()
    if not get_mailbox(entity).exists:
        entity.mailbox_size = entity.mailbox_quota = None
    entity.derive(_current_aliases(entity))
    entity.save()
    if entity.is_deleted:
        relations.delete_relations(reading.organization, [entity.entity_id])


def _current_aliases(entity: Entity) -> list[str]:
    """Return the aliases, without one that became the primary address."""
    if entity.pk is None or entity.is_deleted:
        return []
    entity.aliases.filter(address=entity.email).delete()
    return list(entity.aliases.values_list("address", flat=True))


def _record_drifts(reading: ReadResult, entity: Entity, shown: Mapping[str, Any]) -> None:
    if entity.described_at is None:
        return
    drifts = outside_changes.find_drifts(entity.details, shown)
    outside_changes.record_drifts(reading, entity, drifts, since=entity.described_at)
