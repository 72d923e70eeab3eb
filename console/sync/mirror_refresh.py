"""Request syncs, refresh single entities, and report how fresh the mirror is.

Listings are read every half hour; members, delegates and details follow as the pace allows, whom
somebody looked at first. Nothing here is waited for by a page.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from console import clock
from console.actor import Actor
from console.celery import hint
from console.mirror import outside_changes
from console.mirror.models import Entity, HeldListing, Organization, Sync
from console.operators import policy
from console.sync import details_pass, leases
from console.sync.leases import DETAIL_STAGES, LISTING_STAGES, ensure_stages

FRESH_FOR = timedelta(minutes=10)
MAX_HELD_SHOWN = 20  # questions of listings that lacked much


@dataclass(frozen=True, slots=True)
class Freshness:
    """How fresh the mirror is and what is running; `stages` in the order in which they run."""

    listed_at: datetime | None
    detailed_at: datetime | None
    stages: list[Sync]
    held: list[HeldListing]
    parked: list[Sync]

    @property
    def under_way(self) -> list[Sync]:
        return [stage for stage in self.stages if stage.is_running]

    @property
    def running(self) -> bool:
        """Return whether a listing or the first reading of details is running."""
        first = self.detailed_at is None
        return any(first or stage.stage in LISTING_STAGES for stage in self.under_way)

    @property
    def errors(self) -> list[str]:
        found = [
            f"{stage.get_stage_display()}: paused, because {leases.MAX_EXPIRED_LEASES} workers in a row ended"
            " during it. Check their logs, then sync again."
            for stage in self.parked
        ]
        return list(dict.fromkeys([*found, *(stage.error for stage in self.stages if stage.error)]))


def request_sync(actor: Actor, organization: Organization) -> None:
    """Schedule the listings; raise `policy.Denied` or `OutOfScope`."""
    policy.require_right(actor, "SyncMirror", organization, {})
    schedule_sync(organization)


def schedule_sync(organization: Organization) -> None:
    """Schedule the listings without checking rights."""
    ensure_stages(Organization.objects.filter(pk=organization.pk))
    leases.parked_stages(organization).update(lease_until=None, expired_leases=0, due_at=clock.now())
    Sync.objects.filter(organization=organization, stage__in=LISTING_STAGES).update(due_at=clock.now())
    hint("console.mirror.tasks.sweep")


def prioritise_details(organization: Organization, entities: Iterable[Entity]) -> None:
    """Read the details of these entities first, unless they are fresh."""
    fresh = Q(detailed_at__gte=clock.now() - FRESH_FOR) | Q(wanted_at__isnull=False)
    waiting = Entity.objects.filter(organization=organization, pk__in=[entity.pk for entity in entities])
    if waiting.exclude(fresh).update(wanted_at=clock.now()):
        Sync.objects.filter(organization=organization, stage__in=DETAIL_STAGES).update(due_at=clock.now())


def refresh_entity(actor: Actor, organization: Organization, entity: Entity) -> Entity:
    """Read one entity again, as far as the actor may see it; raise what `gateway.call` raises."""
    groups = [("ListGroupsForEntity", "EntityId")] if entity.kind != Entity.Kind.RESOURCE else []
    details_pass.read_details(actor, entity, lambda: None, groups)
    return Entity.objects.get(organization=organization, pk=entity.pk)


def fetch_entity(organization: Organization, kind: str, entity_id: str) -> Entity | None:
    """Read an entity that the mirror does not know yet, and return it."""
    met = Entity(organization=organization, kind=kind, entity_id=entity_id)
    details_pass.read_details(outside_changes.MIRROR_ACTOR, met, lambda: None)
    return Entity.objects.filter(organization=organization, entity_id=entity_id).first()


def get_freshness(organization: Organization) -> Freshness:
    stages = {stage.stage: stage for stage in Sync.objects.filter(organization=organization)}
    ordered = [stages[stage] for stage in (*LISTING_STAGES, *DETAIL_STAGES) if stage in stages]
    times = Organization.objects.values_list("listed_at", "detailed_at").get(pk=organization.pk)
    held = HeldListing.objects.filter(organization=organization).select_related("entity")
    return Freshness(*times, ordered, list(held[:MAX_HELD_SHOWN]), list(leases.parked_stages(organization)))
