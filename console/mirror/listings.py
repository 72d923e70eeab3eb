"""Pages of listings, compared with what is known: only what differs is written, and in one statement.

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
from console.mirror.read_result import COLUMNS, Kind, Reading, column_value, plain

COMMON = ("Name", "Email", "State", "EnabledDate", "DisabledDate")
# What a listing shows of each kind, as far as it is kept in columns.
SHOWN = {
    Kind.USER: (*COMMON, "DisplayName", "UserRole"),
    Kind.GROUP: COMMON,
    Kind.RESOURCE: (*COMMON, "Type"),
}
ENTRIES = {Kind.USER: "Users", Kind.GROUP: "Groups", Kind.RESOURCE: "Resources"}
DERIVED = ("domain", "sort_name", "sort_display_name", "sort_enabled", "search_text")
UPDATED = (
    *dict.fromkeys(COLUMNS[member] for member in SHOWN[Kind.USER]),
    *DERIVED,
    "details",
    "listed_at",
    "wanted_at",
)
# No answer is older than the longest read takes, so a row described since is the fresher one.
OLDEST = timedelta(seconds=10)
Shown = Mapping[str, Any]


def users(reading: Reading) -> None:
    _learn(reading, Kind.USER)


def groups(reading: Reading) -> None:
    _learn(reading, Kind.GROUP)


def resources(reading: Reading) -> None:
    _learn(reading, Kind.RESOURCE)


@transaction.atomic
def domains(reading: Reading) -> None:
    organization = reading.organization
    shown = {each["DomainName"].lower(): each for each in reading.result.get("MailDomains", [])}
    wanted = [
        Domain(organization=organization, name=name, is_default=bool(each.get("DefaultDomain")))
        for name, each in shown.items()
    ]
    held = Domain.objects.filter(organization=organization)
    relations.exchange(reading, shrink_guard.Listing.DOMAINS, held, wanted, lambda row: row.name)
    known = dict(held.values_list("name", "is_default"))
    for row in wanted:
        if known.get(row.name) != row.is_default:
            held.filter(name=row.name).update(is_default=row.is_default)
    default = next((row.name for row in wanted if row.is_default), organization.default_domain)
    if default != organization.default_domain:
        organization.default_domain = default
        organization.save(update_fields=["default_domain"])


def _learn(reading: Reading, kind: Kind) -> None:
    shown = {each["Id"]: each for each in reading.result.get(ENTRIES[kind], [])}
    known = _known(reading.organization, kind, list(shown))
    new = [row for each, row in shown.items() if each not in known]
    changed = {
        each: row for each, row in shown.items() if each in known and _differs(kind, row, *known[each])
    }
    if new:
        _insert(reading, kind, new)
    if changed:
        _update(reading, kind, changed)


def _known(organization: Organization, kind: Kind, ids: list[str]) -> dict[str, tuple[Any, ...]]:
    """When each was described, and the columns that a listing shows; one query."""
    columns = [COLUMNS[member] for member in SHOWN[kind]]
    held = Entity.objects.filter(organization=organization, entity_id__in=ids)
    return {each: tuple(rest) for each, *rest in held.values_list("entity_id", "described_at", *columns)}


def _differs(kind: Kind, row: Shown, described_at: datetime | None, *values: Any) -> bool:
    return any(
        value != column_value(member, row)
        for member, value in zip(SHOWN[kind], values, strict=True)
        if member in row or not described_at
    )


def _insert(reading: Reading, kind: Kind, rows: list[Shown]) -> None:
    """Whoever was described in the meantime is there already, and better known."""
    now = clock.now()
    entities = [Entity(organization=reading.organization, entity_id=row["Id"], kind=kind) for row in rows]
    for entity, row in zip(entities, rows, strict=True):
        _fill(entity, kind, row, now)
        entity.derive([])
    Entity.objects.bulk_create(entities, ignore_conflicts=True)


@transaction.atomic
def _update(reading: Reading, kind: Kind, shown: Mapping[str, Shown]) -> None:
    now = clock.now()
    held = Entity.objects.filter(organization=reading.organization, entity_id__in=list(shown))
    held = held.select_for_update().order_by("pk").prefetch_related("aliases")
    entities = [entity for entity in held if not _is_fresher(entity, now)]
    for entity in entities:
        row = shown[entity.entity_id]
        _note(reading, entity, _members(kind, row))
        if entity.described_at:
            entity.details = {**entity.details, **_members(kind, row)}
            entity.wanted_at = now
        _fill(entity, kind, row, now)
        entity.derive([] if entity.is_deleted else [each.address for each in entity.aliases.all()])
    _save(reading.organization, entities)


def _fill(entity: Entity, kind: Kind, row: Shown, now: datetime) -> None:
    for member in SHOWN[kind]:
        if member in row or not entity.described_at:
            setattr(entity, COLUMNS[member], column_value(member, row))
    entity.listed_at = now


def _save(organization: Organization, entities: list[Entity]) -> None:
    """An upsert by AWS's id: one statement, where UPDATE would be one a row."""
    for entity in entities:
        entity.pk = None
    Entity.objects.bulk_create(
        entities,
        update_conflicts=True,
        unique_fields=["organization", "entity_id"],
        update_fields=UPDATED,
    )
    if deleted := [entity.entity_id for entity in entities if entity.is_deleted]:
        relations.sever(organization, deleted)


def _is_fresher(entity: Entity, now: datetime) -> bool:
    return entity.described_at is not None and entity.described_at > now - OLDEST


def _members(kind: Kind, row: Shown) -> dict[str, Any]:
    shown: dict[str, Any] = plain({member: row[member] for member in SHOWN[kind] if member in row})
    return shown


def _note(reading: Reading, entity: Entity, shown: Shown) -> None:
    """Only of those who were described before: the first listing is news of everybody."""
    if entity.described_at is None:
        return
    known = {member: entity.details.get(member) for member in shown}
    outside_changes.note(reading, entity, outside_changes.drifts(known, shown), since=entity.described_at)


def mark_missing(reading: Reading, kind: Kind, missing: Iterable[str], now: datetime) -> None:
    """Those whom a complete listing no longer shows are deleted."""
    ids = list(missing)
    held = Entity.objects.filter(organization=reading.organization, kind=kind, entity_id__in=ids)
    with transaction.atomic():
        for entity in held.exclude(state=Entity.State.DELETED).select_for_update().order_by("pk"):
            _note(reading, entity, {"State": Entity.State.DELETED.value})
        held.update(state=Entity.State.DELETED, listed_at=now)
        relations.sever(reading.organization, ids)
