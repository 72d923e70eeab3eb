"""The full sync, in short slices that any worker may take over, and what others ask of it.

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
from console.sync.leases import FOLLOWING, LISTINGS, ensure

LOOKED = timedelta(minutes=10)
HELD_SHOWN = 20  # questions of listings that lacked much


@dataclass(frozen=True, slots=True)
class Freshness:
    """As of when the mirror is, and what is under way; `stages` in the order in which they run."""

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
        """Whether the picture is about to change: a listing, or the first reading of the details."""
        first = self.detailed_at is None
        return any(first or stage.stage in LISTINGS for stage in self.under_way)

    @property
    def errors(self) -> list[str]:
        found = [
            f"{stage.get_stage_display()}: paused, because {leases.FATAL} workers in a row ended during it."
            " Check their logs, then sync again."
            for stage in self.parked
        ]
        return list(dict.fromkeys([*found, *(stage.error for stage in self.stages if stage.error)]))


def request(actor: Actor, organization: Organization) -> None:
    """Let the listings be read as soon as a worker is free; raises `policy.Denied` or `OutOfScope`."""
    policy.require(actor, "SyncMirror", organization, {})
    schedule(organization)


def schedule(organization: Organization) -> None:
    """The same without asking who wants it, for whoever sets an organization up."""
    ensure(Organization.objects.filter(pk=organization.pk))
    leases.parked(organization).update(lease_until=None, expired_leases=0, due_at=clock.now())
    Sync.objects.filter(organization=organization, stage__in=LISTINGS).update(due_at=clock.now())
    hint("console.mirror.tasks.sweep")


def want(organization: Organization, entities: Iterable[Entity]) -> None:
    """Somebody looks at them: their details come before all others, unless they are fresh."""
    fresh = Q(detailed_at__gte=clock.now() - LOOKED) | Q(wanted_at__isnull=False)
    waiting = Entity.objects.filter(organization=organization, pk__in=[entity.pk for entity in entities])
    if waiting.exclude(fresh).update(wanted_at=clock.now()):
        Sync.objects.filter(organization=organization, stage__in=FOLLOWING).update(due_at=clock.now())


def refresh(actor: Actor, organization: Organization, entity: Entity) -> Entity:
    """Read one entity anew from AWS, as far as `actor` may see it; raises what `gateway.call` raises."""
    groups = [("ListGroupsForEntity", "EntityId")] if entity.kind != Entity.Kind.RESOURCE else []
    details_pass.read(actor, entity, lambda: None, groups)
    return Entity.objects.get(organization=organization, pk=entity.pk)


def learn(organization: Organization, kind: str, entity_id: str) -> Entity | None:
    """Take in an entity that AWS has named and the mirror does not know; who may see it is the policy's."""
    met = Entity(organization=organization, kind=kind, entity_id=entity_id)
    details_pass.read(outside_changes.ACTOR, met, lambda: None)
    return Entity.objects.filter(organization=organization, entity_id=entity_id).first()


def freshness(organization: Organization) -> Freshness:
    stages = {stage.stage: stage for stage in Sync.objects.filter(organization=organization)}
    ordered = [stages[stage] for stage in (*LISTINGS, *FOLLOWING) if stage in stages]
    times = Organization.objects.values_list("listed_at", "detailed_at").get(pk=organization.pk)
    held = HeldListing.objects.filter(organization=organization).select_related("entity")
    return Freshness(*times, ordered, list(held[:HELD_SHOWN]), list(leases.parked(organization)))
