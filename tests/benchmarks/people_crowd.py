"""A believable company of any size in the mirror: the sandbox's invented people, without a sandbox."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
DOMAINS = {"example.com": 80, "example.org": 18, "branch.example": 2}  # of a hundred
STATES = {"ENABLED": 85, "DISABLED": 10, "DELETED": 5}
GROUPS = {"everybody": 1.0, "half": 0.5, "hundredth": 0.01, "few": 0.0005}  # which share belongs to it
HIDDEN = 0.03


def settle(count: int, number: int) -> Any:
    """An organization of so many people in four groups; a company's third name is its slug."""
    from django.db import connection, transaction
    from django.utils import timezone

    from console.mirror.models import Domain, Entity, Organization

    organization = Organization.objects.create(
        organization_id=f"m-{number:032x}",
        slug=f"crowd-{count}",
        name=f"Crowd of {count:,}",
        region="us-east-1",
        default_domain="example.com",
        listed_at=timezone.now(),
    )
    Domain.objects.bulk_create(
        Domain(organization=organization, name=name, ownership="VERIFIED") for name in DOMAINS
    )
    with transaction.atomic():
        for batch in _batches(_people(organization, count), 2000):
            Entity.objects.bulk_create(batch)
        _groups(organization, random.Random(count))
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE mirror_entity, mirror_membership")
    return organization


def _batches(rows: Iterator[Any], size: int) -> Iterator[list[Any]]:
    while batch := list(islice(rows, size)):
        yield batch


def _people(organization: Any, count: int) -> Iterator[Any]:
    from console.mirror.models import Entity
    from console.sandbox import demo_people

    chance = random.Random(count)
    for each in islice(demo_people.generate_people(f"crowd-{count}"), count):
        state = _drawn(chance, STATES)
        changed = BEGAN + timedelta(minutes=chance.randrange(900_000))
        disabled = datetime.now(UTC) - timedelta(days=chance.random() * 29)
        entity = Entity(
            organization=organization,
            entity_id=each.user_id,
            kind="user",
            name=each.username,
            display_name=each.display_name,
            email=f"{each.username}@{_drawn(chance, DOMAINS)}" if state == "ENABLED" else "",
            state=state,
            role="USER",
            hidden=chance.random() < HIDDEN,
            department=each.department,
            job_title=each.job_title,
            office=each.office,
            enabled_date=changed,
            disabled_date=disabled if state == "DISABLED" else None,
            mailbox_size=round(chance.random() * 50_000, 1) if state == "ENABLED" else None,
            mailbox_quota=51_200,
            details={"FirstName": each.first_name, "LastName": each.last_name},
            listed_at=changed,
            described_at=datetime.now(UTC),
            detailed_at=datetime.now(UTC),
        )
        entity.derive([f"{each.initials}.{each.username}@example.org"] if chance.random() < 0.2 else [])
        yield entity


def _drawn(chance: random.Random, weighted: dict[str, int]) -> str:
    return chance.choices(list(weighted), list(weighted.values()))[0]


def _groups(organization: Any, chance: random.Random) -> None:
    from console.mirror.models import Entity, Membership

    people = Entity.objects.of(organization, "user").values_list("pk", flat=True)
    keys = list(people)
    for name, share in GROUPS.items():
        group = Entity(organization=organization, entity_id=f"group-{name}", kind="group", name=name)
        group.state, group.email = "ENABLED", f"{name}@example.com"
        group.derive([])
        group.save()
        members = (each for each in keys if chance.random() < share)
        rows = (Membership(organization=organization, group=group, member_id=each) for each in members)
        Membership.objects.bulk_create(rows, batch_size=5000)
