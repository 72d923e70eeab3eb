"""Store pages of listings, writing only what differs.

Once an entity is described, a member that a listing leaves out says nothing: whether AWS's listings
show all that its descriptions do is not documented [unknown]. A difference asks for a description.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from console import clock
from console.mirror import outside_changes, relations, shrink_guard
from console.mirror.models import Domain, Entity, Organization
from console.mirror.read_result import COLUMNS, Kind, ReadResult, get_column_value, to_json_value

COMMON_MEMBERS = ("Name", "Email", "State", "EnabledDate", "DisabledDate")
# What a listing shows of each kind, as far as it is kept in columns.
LISTED_MEMBERS = {
    Kind.USER: (*COMMON_MEMBERS, "DisplayName", "UserRole"),
    Kind.GROUP: COMMON_MEMBERS,
    Kind.RESOURCE: (*COMMON_MEMBERS, "Type"),
}
RESULT_MEMBERS = {Kind.USER: "Users", Kind.GROUP: "Groups", Kind.RESOURCE: "Resources"}
DERIVED_COLUMNS = ("domain", "sort_name", "sort_display_name", "sort_enabled", "search_text")
UPDATED_COLUMNS = (
    *dict.fromkeys(COLUMNS[member] for member in LISTED_MEMBERS[Kind.USER]),
    *DERIVED_COLUMNS,
    "details",
    "listed_at",
    "wanted_at",
)
# No answer is older than the longest read takes, so a row described since is the fresher one.
MAX_READ_AGE = timedelta(seconds=10)
ListedEntity = Mapping[str, Any]


def store_users(reading: ReadResult) -> None:
    _store_entities(reading, Kind.USER)


def store_groups(reading: ReadResult) -> None:
    _store_entities(reading, Kind.GROUP)


def store_resources(reading: ReadResult) -> None:
    _store_entities(reading, Kind.RESOURCE)


@transaction.atomic
def store_domains(reading: ReadResult) -> None:
    organization = reading.organization
    shown = {each["DomainName"].lower(): each for each in reading.result.get("MailDomains", [])}
    wanted = [
        Domain(organization=organization, name=name, is_default=bool(each.get("DefaultDomain")))
        for name, each in shown.items()
    ]
    held = Domain.objects.filter(organization=organization)
    relations.replace_rows(reading, shrink_guard.Listing.DOMAINS, held, wanted, lambda row: row.name)
    known = dict(held.values_list("name", "is_default"))
    for row in wanted:
        if known.get(row.name) != row.is_default:
            held.filter(name=row.name).update(is_default=row.is_default)
    default = next((row.name for row in wanted if row.is_default), organization.default_domain)
    if default != organization.default_domain:
        organization.default_domain = default
        organization.save(update_fields=["default_domain"])


def _store_entities(reading: ReadResult, kind: Kind) -> None:
    shown = {each["Id"]: each for each in reading.result.get(RESULT_MEMBERS[kind], [])}
    known = _stored_columns(reading.organization, kind, list(shown))
    new = [row for each, row in shown.items() if each not in known]
    changed = {
        each: row for each, row in shown.items() if each in known and _differs(kind, row, *known[each])
    }
    if new:
        _insert_entities(reading, kind, new)
    if changed:
        _update_entities(reading, kind, changed)


def _stored_columns(organization: Organization, kind: Kind, ids: list[str]) -> dict[str, tuple[Any, ...]]:
    """Return described_at and the listed columns of each entity, in one query."""
    columns = [COLUMNS[member] for member in LISTED_MEMBERS[kind]]
    held = Entity.objects.filter(organization=organization, entity_id__in=ids)
    return {each: tuple(rest) for each, *rest in held.values_list("entity_id", "described_at", *columns)}


def _differs(kind: Kind, row: ListedEntity, described_at: datetime | None, *values: Any) -> bool:
    return any(
        value != get_column_value(member, row)
        for member, value in zip(LISTED_MEMBERS[kind], values, strict=True)
        if member in row or not described_at
    )


def _insert_entities(reading: ReadResult, kind: Kind, rows: list[ListedEntity]) -> None:
    """Insert new entities; skip those described meanwhile."""
    now = clock.now()
    entities = [Entity(organization=reading.organization, entity_id=row["Id"], kind=kind) for row in rows]
    for entity, row in zip(entities, rows, strict=True):
        _set_columns(entity, kind, row, now)
        entity.derive([])
    Entity.objects.bulk_create(entities, ignore_conflicts=True)


@transaction.atomic
def _update_entities(reading: ReadResult, kind: Kind, shown: Mapping[str, ListedEntity]) -> None:
    now = clock.now()
    held = Entity.objects.filter(organization=reading.organization, entity_id__in=list(shown))
    held = held.select_for_update().order_by("pk").prefetch_related("aliases")
    entities = [entity for entity in held if not _is_fresher(entity, now)]
    for entity in entities:
        row = shown[entity.entity_id]
        _record_drifts(reading, entity, _listed_values(kind, row))
        if entity.described_at:
            entity.details = {**entity.details, **_listed_values(kind, row)}
            entity.wanted_at = now
        _set_columns(entity, kind, row, now)
        entity.derive([] if entity.is_deleted else [each.address for each in entity.aliases.all()])
    _upsert_entities(reading.organization, entities)


def _set_columns(entity: Entity, kind: Kind, row: ListedEntity, now: datetime) -> None:
    for member in LISTED_MEMBERS[kind]:
        if member in row or not entity.described_at:
            setattr(entity, COLUMNS[member], get_column_value(member, row))
    entity.listed_at = now


def _upsert_entities(organization: Organization, entities: list[Entity]) -> None:
    """Upsert by AWS id in one statement, where UPDATE would take one per row."""
    for entity in entities:
        entity.pk = None
    Entity.objects.bulk_create(
        entities,
        update_conflicts=True,
        unique_fields=["organization", "entity_id"],
        update_fields=UPDATED_COLUMNS,
    )
    if deleted := [entity.entity_id for entity in entities if entity.is_deleted]:
        relations.delete_relations(organization, deleted)


def _is_fresher(entity: Entity, now: datetime) -> bool:
    return entity.described_at is not None and entity.described_at > now - MAX_READ_AGE


def _listed_values(kind: Kind, row: ListedEntity) -> dict[str, Any]:
    shown: dict[str, Any] = to_json_value(
        {member: row[member] for member in LISTED_MEMBERS[kind] if member in row}
    )
    return shown


def _record_drifts(reading: ReadResult, entity: Entity, shown: ListedEntity) -> None:
    """Record differences of entities that were described before."""
    if entity.described_at is None:
        return
    known = {member: entity.details.get(member) for member in shown}
    outside_changes.record_drifts(
        reading, entity, outside_changes.find_drifts(known, shown), since=entity.described_at
    )


def mark_missing_deleted(reading: ReadResult, kind: Kind, missing: Iterable[str], now: datetime) -> None:
    """Mark entities deleted that a complete listing no longer shows."""
    ids = list(missing)
    held = Entity.objects.filter(organization=reading.organization, kind=kind, entity_id__in=ids)
    with transaction.atomic():
        for entity in held.exclude(state=Entity.State.DELETED).select_for_update().order_by("pk"):
            _record_drifts(reading, entity, {"State": Entity.State.DELETED.value})
        held.update(state=Entity.State.DELETED, listed_at=now)
        relations.delete_relations(reading.organization, ids)
