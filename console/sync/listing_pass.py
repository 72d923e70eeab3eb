"""One pass over a listing, slice by slice: where it stands is in its row, so any worker can go on."""

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
from console.mirror.read_result import Kind, Reading
from console.sync.leases import FOLLOWING, LISTINGS, Lease, Stage
from console.sync.pace import resting

ACTOR = outside_changes.ACTOR
PAGE = 100
OPERATIONS = {
    Stage.USERS: ("ListUsers", Kind.USER),
    Stage.GROUPS: ("ListGroups", Kind.GROUP),
    Stage.RESOURCES: ("ListResources", Kind.RESOURCE),
}
EVERY = timedelta(minutes=30)
CHECKPOINT = 1.0  # seconds of work that a killed worker loses at the most
DIGEST = 8


class Seen:
    """Whom this pass has met, small enough to be kept in its row: the directory's rows stay untouched."""

    def __init__(self, stored: bytes = b"") -> None:
        self._digests = {stored[start : start + DIGEST] for start in range(0, len(stored), DIGEST)}

    def add(self, entity_id: str) -> None:
        self._digests.add(_digest(entity_id))

    def __contains__(self, entity_id: str) -> bool:
        return _digest(entity_id) in self._digests

    def __bytes__(self) -> bytes:
        return b"".join(self._digests)


class ListingPass:
    """Reads the pages of users, groups or resources; the gateway teaches the mirror each of them."""

    def __init__(self, lease: Lease) -> None:
        self.lease, self.sync = lease, lease.sync
        self.operation, self.kind = OPERATIONS[Stage(lease.sync.stage)]
        if not self.sync.is_running:
            self._start()
        self.seen, self.done = Seen(bytes(self.sync.seen)), self.sync.done

    def run(self, deadline: float) -> None:
        """Go on until the listing is complete or the time is over."""
        checkpoint = time.monotonic() + CHECKPOINT
        for page in self._pages():
            self._note(page)
            token = page.get("NextToken", "")
            now = time.monotonic()
            if not token:
                self._finish(page)
            elif now >= min(deadline, checkpoint):
                self._checkpoint(token)
                checkpoint = now + CHECKPOINT
            if now >= deadline:
                break

    def _pages(self) -> Iterator[Mapping[str, Any]]:
        token = self.sync.token
        while True:
            with resting():
                page = self._page(token)
            yield page
            token = page.get("NextToken", "")
            if not token:
                return

    def _page(self, token: str) -> dict[str, Any]:
        """A token that AWS no longer takes ends the pass: the next one begins at the beginning."""
        given: dict[str, Any] = {"NextToken": token} if token else {}
        try:
            return gateway.call(ACTOR, self.operation, self.sync.organization, MaxResults=PAGE, **given)
        except errors.Refused as refusal:
            if token and refusal.code == "InvalidParameterException":
                self.lease.save(started_at=None, token="")
            raise

    def _start(self) -> None:
        known = _living(self.sync.organization, self.kind).count()
        fresh: dict[str, Any] = {"token": "", "seen": b"", "done": 0, "total": known, "observed": 0}
        self.lease.save(started_at=clock.now(), **fresh)

    def _note(self, page: Mapping[str, Any]) -> None:
        shown = page.get(listings.ENTRIES[self.kind], [])
        for each in shown:
            self.seen.add(each["Id"])
        self.done += len(shown)

    def _checkpoint(self, token: str) -> None:
        total = max(self.done, self.sync.total)
        self.lease.save(token=token, seen=bytes(self.seen), done=self.done, total=total, error="")

    def _finish(self, page: Mapping[str, Any]) -> None:
        self.lease.save()  # nobody is marked deleted by a worker that has lost the row
        missing = self._missing()
        known = _living(self.sync.organization, self.kind).count()
        listing = HeldListing.Listing(self.sync.stage)
        if shrink_guard.may_remove(self.sync.organization, listing, len(missing), known):
            reading = Reading(self.sync.organization, self.operation, {}, page)
            listings.mark_missing(reading, self.kind, missing, clock.now())
        finish(self.lease, done=self.done, total=self.done, seen=b"", token="")

    def _missing(self) -> list[str]:
        """Who was known before the pass began and was not met in it, nor came or was described since."""
        began = self.sync.started_at
        before = Q(listed_at__isnull=True) | Q(listed_at__lt=began)
        undescribed = Q(described_at__isnull=True) | Q(described_at__lt=began)
        known = _living(self.sync.organization, self.kind).filter(before, undescribed)
        return [each for each in known.values_list("entity_id", flat=True) if each not in self.seen]


def run_domains(lease: Lease) -> None:
    """The organization itself and its domains: few enough for one slice."""
    organization = lease.sync.organization
    lease.save(started_at=clock.now(), done=0, total=0)
    gateway.call(ACTOR, "DescribeOrganization", organization)
    names = [each["DomainName"] for each in read_whole(organization, "ListMailDomains")["MailDomains"]]
    for done, name in enumerate(names, start=1):
        gateway.call(ACTOR, "GetMailDomain", organization, DomainName=name)
        lease.save(done=done, total=len(names))
    finish(lease)


def read_whole(
    organization: Organization, operation: str, actor: Any = ACTOR, **params: Any
) -> dict[str, Any]:
    """All pages of a listing as one; the mirror hears of the whole, and so of what is gone."""
    asked = time.monotonic()
    pages = list(gateway.pages(actor, operation, organization, **params))
    joined: dict[str, Any] = {}
    for page in pages:
        for name, value in page.items():
            joined[name] = [*joined.get(name, []), *value] if isinstance(value, list) else value
    joined.pop("NextToken", None)
    if len(pages) > 1:
        effects.absorb(organization, operation, params, joined, asked=asked)
    return joined


def finish(lease: Lease, **fields: Any) -> None:
    """A listing is complete; once all four are, the organization is listed and its details may follow."""
    now, organization = clock.now(), lease.sync.organization
    lease.save(finished_at=now, due_at=now + EVERY, error="", **fields)
    outside_changes.summarise(lease.sync)
    listed_at = _listed_at(organization)
    if listed_at is not None:
        Organization.objects.filter(pk=organization.pk).update(listed_at=listed_at)
        Sync.objects.filter(organization=organization, stage__in=FOLLOWING, due_at__gt=now).update(due_at=now)


def _listed_at(organization: Organization) -> datetime | None:
    stages = Sync.objects.filter(organization=organization, stage__in=LISTINGS)
    if stages.filter(finished_at__isnull=True).exists():
        return None
    found: datetime | None = stages.aggregate(oldest=Min("finished_at"))["oldest"]
    return found


def _living(organization: Organization, kind: str) -> QuerySet[Entity]:
    return Entity.objects.filter(organization=organization, kind=kind).exclude(state=Entity.State.DELETED)


def _digest(entity_id: str) -> bytes:
    return blake2b(entity_id.encode(), digest_size=DIGEST).digest()
