"""Read the details of each entity, requested ones first, then the oldest."""

import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet

from console import clock
from console.actor import Actor
from console.aws import errors
from console.gateway import gateway
from console.mirror import effects, outside_changes, shrink_guard
from console.mirror.models import Entity, Organization
from console.mirror.read_result import Kind
from console.operators import policy
from console.sync import held_listings, listing_pass
from console.sync.leases import Stage, SyncLease
from console.sync.pace import Pace, rest_after_writes

KINDS_BY_STAGE = {Stage.RELATIONS: (Kind.GROUP, Kind.RESOURCE), Stage.DETAILS: (Kind.USER,)}
# The description comes first: it says whether there is anything else to read.
READS_BY_KIND = {
    Kind.USER: {
        "DescribeUser": "UserId",
        "GetMailboxDetails": "UserId",
        "ListAliases": "EntityId",
        "ListMailboxPermissions": "EntityId",
    },
    Kind.GROUP: {
        "DescribeGroup": "GroupId",
        "ListGroupMembers": "GroupId",
        "ListAliases": "EntityId",
        "ListMailboxPermissions": "EntityId",
    },
    Kind.RESOURCE: {
        "DescribeResource": "ResourceId",
        "ListResourceDelegates": "ResourceId",
        "ListAliases": "EntityId",
        "ListMailboxPermissions": "EntityId",
    },
}
UNPAGED = frozenset({"DescribeUser", "DescribeGroup", "DescribeResource", "GetMailboxDetails"})
STALE_AFTER = shrink_guard.PASS_DURATION  # after which details are read again
IDLE_INTERVAL = timedelta(minutes=1)
BATCH_SIZE = 20
CHECKPOINT_SECONDS = 1.0
Wait = Callable[[], None]


class DetailsPass:
    """Read details that are missing or old, at the allowed rate."""

    def __init__(self, lease: SyncLease, pace: Pace) -> None:
        self.lease, self.sync, self.pace = lease, lease.sync, pace
        self.kinds = KINDS_BY_STAGE[Stage(lease.sync.stage)]
        self.done = self.sync.done

    def run(self, deadline: float) -> None:
        """Continue until nothing is stale or the deadline is reached."""
        checkpoint = 0.0
        while batch := _next_batch(self.sync.organization, self.kinds):
            self._start()
            for entity in batch:
                with rest_after_writes():
                    read_details(outside_changes.MIRROR_ACTOR, entity, self.pace.wait)
                self.done += 1
                now = time.monotonic()
                if now >= min(checkpoint, deadline):
                    checkpoint = now + CHECKPOINT_SECONDS
                    self.lease.save(done=self.done, total=max(self.done, self.sync.total), error="")
                if now >= deadline:
                    return
        self._finish()

    def _start(self) -> None:
        if self.sync.is_running:
            return
        total = _stale_entities(self.sync.organization, self.kinds).count()
        self.done = 0
        self.lease.save(started_at=clock.now(), done=0, total=total, observed=0)

    def _finish(self) -> None:
        now, was_running = clock.now(), self.sync.is_running
        ended: dict[str, Any] = {"done": self.done, "total": self.done} if was_running else {}
        if was_running or self.sync.finished_at is None:
            ended["finished_at"] = now
        self.lease.save(due_at=now + IDLE_INTERVAL, error="", **ended)
        held_listings.delete_resolved(self.sync.organization)
        if was_running:
            outside_changes.record_summary(self.sync)
        if self.sync.stage == Stage.DETAILS:
            Organization.objects.filter(pk=self.sync.organization_id).update(detailed_at=now)


def read_details(actor: Actor, entity: Entity, wait: Wait, more: Iterable[tuple[str, str]] = ()) -> None:
    """Read all that AWS shows of one entity, skipping refused reads."""
    (describe, member), *others = [*READS_BY_KIND[Kind(entity.kind)].items(), *more]
    if _describe_entity(actor, entity, describe, member, wait):
        for operation, named in others:
            _read_if_allowed(actor, entity, operation, named, wait)
    if not effects.is_skipped():
        with effects.tolerate_failure():
            Entity.objects.filter(pk=entity.pk).update(detailed_at=clock.now(), wanted_at=None)


def _describe_entity(actor: Actor, entity: Entity, operation: str, member: str, wait: Wait) -> bool:
    """Describe the entity; return whether it is enabled and so has more to read [inferred]."""
    named: dict[str, Any] = {member: entity.entity_id}
    wait()
    try:
        shown = gateway.call(actor, operation, entity.organization, **named)
    except errors.Throttled:
        raise
    except errors.Refused as refusal:
        if refusal.code == "EntityNotFoundException":
            effects.mark_deleted(entity.organization, entity.entity_id, operation=operation)
        return False
    return bool(shown.get("State") == Entity.State.ENABLED)


def _read_if_allowed(actor: Actor, entity: Entity, operation: str, member: str, wait: Wait) -> None:
    organization = entity.organization
    named: dict[str, Any] = {member: entity.entity_id}
    if not policy.allows(actor, operation, organization, entity):
        return
    wait()
    try:
        if operation in UNPAGED:
            gateway.call(actor, operation, organization, **named)
        else:
            listing_pass.read_all_pages(organization, operation, actor, **named)
    except errors.Throttled:
        raise
    except errors.Refused:
        return


def _next_batch(organization: Organization, kinds: Iterable[Kind]) -> list[Entity]:
    """Return the next batch: requested, never read, then oldest."""
    living = Entity.objects.filter(organization=organization, kind__in=kinds).exclude(
        state=Entity.State.DELETED
    )
    living = living.select_related("organization")
    queues = (
        living.filter(wanted_at__isnull=False).order_by("-wanted_at"),
        living.filter(detailed_at__isnull=True).order_by("pk"),
        living.filter(detailed_at__lt=clock.now() - STALE_AFTER).order_by("detailed_at"),
    )
    return next((batch for queue in queues if (batch := list(queue[:BATCH_SIZE]))), [])


def _stale_entities(organization: Organization, kinds: Iterable[Kind]) -> QuerySet[Entity]:
    living = Entity.objects.filter(organization=organization, kind__in=kinds).exclude(
        state=Entity.State.DELETED
    )
    return living.filter(
        Q(detailed_at__isnull=True)
        | Q(detailed_at__lt=clock.now() - STALE_AFTER)
        | Q(wanted_at__isnull=False)
    )
