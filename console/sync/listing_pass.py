"""One pass over a listing, resumable from its row by any worker."""

import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from django.db.models import Min, Q, QuerySet

from console import clock
from console.aws import errors
from console.gateway import gateway
from console.mirror import effects, listings, outside_changes, shrink_guard
from console.mirror.models import Entity, HeldListing, Organization, Sync
from console.mirror.read_result import Kind, ReadResult
from console.sync.leases import DETAIL_STAGES, LISTING_STAGES, Stage, SyncLease
from console.sync.pace import rest_after_writes

ACTOR = outside_changes.MIRROR_ACTOR
PAGE_SIZE = 100
LISTING_OPERATIONS = {
    Stage.USERS: ("ListUsers", Kind.USER),
    Stage.GROUPS: ("ListGroups", Kind.GROUP),
    Stage.RESOURCES: ("ListResources", Kind.RESOURCE),
}
SYNC_INTERVAL = timedelta(minutes=30)
CHECKPOINT_SECONDS = 1.0  # seconds of work that a killed worker loses at the most
DIGEST_BYTES = 8


class SeenEntities:
    """The ids seen in a pass, as digests small enough for its row."""

    def __init__(self, stored: bytes = b"") -> None:
        self._digests = {
            stored[start : start + DIGEST_BYTES] for start in range(0, len(stored), DIGEST_BYTES)
        }

    def add(self, entity_id: str) -> None:
        self._digests.add(_entity_digest(entity_id))

    def __contains__(self, entity_id: str) -> bool:
        return _entity_digest(entity_id) in self._digests

    def __bytes__(self) -> bytes:
        return b"".join(self._digests)


class ListingPass:
    """Read the pages of users, groups or resources; the gateway stores each."""

    def __init__(self, lease: SyncLease) -> None:
        self.lease, self.sync = lease, lease.sync
        self.operation, self.kind = LISTING_OPERATIONS[Stage(lease.sync.stage)]
        if not self.sync.is_running:
            self._start()
        self.seen, self.done = SeenEntities(bytes(self.sync.seen)), self.sync.done

    def run(self, deadline: float) -> None:
        """Continue until the listing is complete or the deadline is reached."""
        checkpoint = time.monotonic() + CHECKPOINT_SECONDS
        for page in self._pages():
            self._note(page)
            token = page.get("NextToken", "")
            now = time.monotonic()
            if not token:
                self._finish(page)
            elif now >= min(deadline, checkpoint):
                self._checkpoint(token)
                checkpoint = now + CHECKPOINT_SECONDS
            if now >= deadline:
                break

    def _pages(self) -> Iterator[Mapping[str, Any]]:
        token = self.sync.token
        while True:
            with rest_after_writes():
                page = self._page(token)
            yield page
            token = page.get("NextToken", "")
            if not token:
                return

    def _page(self, token: str) -> dict[str, Any]:
        """Read one page; an expired token restarts the pass."""
        given: dict[str, Any] = {"NextToken": token} if token else {}
        try:
            return gateway.call(ACTOR, self.operation, self.sync.organization, MaxResults=PAGE_SIZE, **given)
        except errors.Refused as refusal:
            if token and refusal.code == "InvalidParameterException":
                self.lease.save(started_at=None, token="")
            raise

    def _start(self) -> None:
        known = _existing_entities(self.sync.organization, self.kind).count()
        fresh: dict[str, Any] = {"token": "", "seen": b"", "done": 0, "total": known, "observed": 0}
        self.lease.save(started_at=clock.now(), **fresh)

    def _note(self, page: Mapping[str, Any]) -> None:
        shown = page.get(listings.RESULT_MEMBERS[self.kind], [])
        for each in shown:
            self.seen.add(each["Id"])
        self.done += len(shown)

    def _checkpoint(self, token: str) -> None:
        total = max(self.done, self.sync.total)
        self.lease.save(token=token, seen=bytes(self.seen), done=self.done, total=total, error="")

    def _finish(self, page: Mapping[str, Any]) -> None:
        self.lease.save()  # nobody is marked deleted by a worker that has lost the row
        missing = self._missing()
        known = _existing_entities(self.sync.organization, self.kind).count()
        listing = HeldListing.Listing(self.sync.stage)
        if shrink_guard.may_remove(self.sync.organization, listing, len(missing), known):
            reading = ReadResult(self.sync.organization, self.operation, {}, page)
            listings.mark_missing_deleted(reading, self.kind, missing, clock.now())
        finish_stage(self.lease, done=self.done, total=self.done, seen=b"", token="")

    def _missing(self) -> list[str]:
        """Return known entities that this pass has not seen and no read has shown since it began."""
        began = self.sync.started_at
        before = Q(listed_at__isnull=True) | Q(listed_at__lt=began)
        undescribed = Q(described_at__isnull=True) | Q(described_at__lt=began)
        known = _existing_entities(self.sync.organization, self.kind).filter(before, undescribed)
        return [each for each in known.values_list("entity_id", flat=True) if each not in self.seen]


def sync_domains(lease: SyncLease) -> None:
    """Read the organization and its domains in one slice."""
    organization = lease.sync.organization
    lease.save(started_at=clock.now(), done=0, total=0)
    gateway.call(ACTOR, "DescribeOrganization", organization)
    names = [each["DomainName"] for each in read_all_pages(organization, "ListMailDomains")["MailDomains"]]
    for done, name in enumerate(names, start=1):
        gateway.call(ACTOR, "GetMailDomain", organization, DomainName=name)
        lease.save(done=done, total=len(names))
    finish_stage(lease)


def read_all_pages(
    organization: Organization, operation: str, actor: Any = ACTOR, **params: Any
) -> dict[str, Any]:
    """Read all pages of a listing as one result, and store that in the mirror."""
    asked = time.monotonic()
    pages = list(gateway.call_pages(actor, operation, organization, **params))
    joined: dict[str, Any] = {}
    for page in pages:
        for name, value in page.items():
            joined[name] = [*joined.get(name, []), *value] if isinstance(value, list) else value
    joined.pop("NextToken", None)
    if len(pages) > 1:
        effects.store_result(organization, operation, params, joined, asked=asked)
    return joined


def finish_stage(lease: SyncLease, **fields: Any) -> None:
    """Finish a stage; when all listings are complete, make the details due."""
    now, organization = clock.now(), lease.sync.organization
    lease.save(finished_at=now, due_at=now + SYNC_INTERVAL, error="", **fields)
    outside_changes.record_summary(lease.sync)
    listed_at = _oldest_listing(organization)
    if listed_at is not None:
        Organization.objects.filter(pk=organization.pk).update(listed_at=listed_at)
        Sync.objects.filter(organization=organization, stage__in=DETAIL_STAGES, due_at__gt=now).update(
            due_at=now
        )


def _oldest_listing(organization: Organization) -> datetime | None:
    stages = Sync.objects.filter(organization=organization, stage__in=LISTING_STAGES)
    if stages.filter(finished_at__isnull=True).exists():
        return None
    found: datetime | None = stages.aggregate(oldest=Min("finished_at"))["oldest"]
    return found


def _existing_entities(organization: Organization, kind: str) -> QuerySet[Entity]:
    return Entity.objects.filter(organization=organization, kind=kind).exclude(state=Entity.State.DELETED)


def _entity_digest(entity_id: str) -> bytes:
    return blake2b(entity_id.encode(), digest_size=DIGEST_BYTES).digest()
