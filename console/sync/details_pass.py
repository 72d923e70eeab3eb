"""The details of each entity, which AWS shows one by one: first whom somebody waits for, then the oldest."""

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
from console.sync.leases import Lease, Stage
from console.sync.pace import Pace, resting

KINDS = {Stage.RELATIONS: (Kind.GROUP, Kind.RESOURCE), Stage.DETAILS: (Kind.USER,)}
# The description comes first: it says whether there is anything else to read.
READS = {
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
OLD = shrink_guard.PASS  # after which details are read again
IDLE = timedelta(minutes=1)
BATCH = 20
CHECKPOINT = 1.0
Wait = Callable[[], None]


class DetailsPass:
    """Reads what is missing or old, at the pace that AWS bears."""

    def __init__(self, lease: Lease, pace: Pace) -> None:
        self.lease, self.sync, self.pace = lease, lease.sync, pace
        self.kinds = KINDS[Stage(lease.sync.stage)]
        self.done = self.sync.done

    def run(self, deadline: float) -> None:
        """Go on until nothing is old or the time is over."""
        checkpoint = 0.0
        while batch := _next(self.sync.organization, self.kinds):
            self._start()
            for entity in batch:
                with resting():
                    read(outside_changes.ACTOR, entity, self.pace.wait)
                self.done += 1
                now = time.monotonic()
                if now >= min(checkpoint, deadline):
                    checkpoint = now + CHECKPOINT
                    self.lease.save(done=self.done, total=max(self.done, self.sync.total), error="")
                if now >= deadline:
                    return
        self._finish()

    def _start(self) -> None:
        if self.sync.is_running:
            return
        total = _old(self.sync.organization, self.kinds).count()
        self.done = 0
        self.lease.save(started_at=clock.now(), done=0, total=total, observed=0)

    def _finish(self) -> None:
        now, was_running = clock.now(), self.sync.is_running
        ended: dict[str, Any] = {"done": self.done, "total": self.done} if was_running else {}
        if was_running or self.sync.finished_at is None:
            ended["finished_at"] = now
        self.lease.save(due_at=now + IDLE, error="", **ended)
        held_listings.forget_answered(self.sync.organization)
        if was_running:
            outside_changes.summarise(self.sync)
        if self.sync.stage == Stage.DETAILS:
            Organization.objects.filter(pk=self.sync.organization_id).update(detailed_at=now)


def read(actor: Actor, entity: Entity, wait: Wait, more: Iterable[tuple[str, str]] = ()) -> None:
    """Read all that AWS shows of one entity; what it refuses to show of such an entity is left out."""
    (describe, member), *others = [*READS[Kind(entity.kind)].items(), *more]
    if _described(actor, entity, describe, member, wait):
        for operation, named in others:
            _look(actor, entity, operation, named, wait)
    if not effects.is_skipped():
        with effects.tolerated():
            Entity.objects.filter(pk=entity.pk).update(detailed_at=clock.now(), wanted_at=None)


def _described(actor: Actor, entity: Entity, operation: str, member: str, wait: Wait) -> bool:
    """Whether there is a mailbox or a group behind it: only what is enabled has more to show [inferred]."""
    named: dict[str, Any] = {member: entity.entity_id}
    wait()
    try:
        shown = gateway.call(actor, operation, entity.organization, **named)
    except errors.Throttled:
        raise
    except errors.Refused as refusal:
        if refusal.code == "EntityNotFoundException":
            effects.forget(entity.organization, entity.entity_id, operation=operation)
        return False
    return bool(shown.get("State") == Entity.State.ENABLED)


def _look(actor: Actor, entity: Entity, operation: str, member: str, wait: Wait) -> None:
    organization = entity.organization
    named: dict[str, Any] = {member: entity.entity_id}
    if not policy.allows(actor, operation, organization, entity):
        return
    wait()
    try:
        if operation in UNPAGED:
            gateway.call(actor, operation, organization, **named)
        else:
            listing_pass.read_whole(organization, operation, actor, **named)
    except errors.Throttled:
        raise
    except errors.Refused:
        return


def _next(organization: Organization, kinds: Iterable[Kind]) -> list[Entity]:
    """A batch from each queue in turn, each read from an index: wanted, never read, oldest."""
    living = Entity.objects.filter(organization=organization, kind__in=kinds).exclude(
        state=Entity.State.DELETED
    )
    living = living.select_related("organization")
    queues = (
        living.filter(wanted_at__isnull=False).order_by("-wanted_at"),
        living.filter(detailed_at__isnull=True).order_by("pk"),
        living.filter(detailed_at__lt=clock.now() - OLD).order_by("detailed_at"),
    )
    return next((batch for queue in queues if (batch := list(queue[:BATCH]))), [])


def _old(organization: Organization, kinds: Iterable[Kind]) -> QuerySet[Entity]:
    living = Entity.objects.filter(organization=organization, kind__in=kinds).exclude(
        state=Entity.State.DELETED
    )
    return living.filter(
        Q(detailed_at__isnull=True) | Q(detailed_at__lt=clock.now() - OLD) | Q(wanted_at__isnull=False)
    )
