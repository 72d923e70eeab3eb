"""The overview's figures and what on it asks for somebody, within what the operator may see."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from console.actor import Actor
from console.areas.exports import scope as exports
from console.areas.exports.models import ExportJob
from console.ledger import proofs
from console.ledger.models import Entry
from console.mirror.mailboxes import existing_mailboxes, mailboxes_removed_within, used_mailboxes
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.plurals import number_of
from console.sync.completeness import MAILBOX_STAGES, SIZE_STAGES, Completeness, Figure
from console.sync.leases import Stage

SOON = timedelta(days=7)
LOOSENED = timedelta(days=7)  # that loosened change policies stay in view
LATEST = 5
RECENT = timedelta(days=30)  # what is looked through for open changes: the ledger only ever grows
FULL = 0.9  # of its quota: WorkMail warns its owner there [documented]
LAST = 5
LISTING, READING = "ListMailboxExportJobs", "ReadLedger"


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that asks for somebody: a sentence, and where to see it."""

    text: str
    href: str
    tone: str = "warning"


def counts(entities: QuerySet[Entity], known: Completeness) -> dict[str, Figure]:
    """How many there are of what, deleted ones left out as in the lists that the figures lead to."""
    found: dict[tuple[str, str], int] = {
        (kind, state): count
        for kind, state, count in entities.order_by().values_list("kind", "state").annotate(Count("pk"))
    }

    def living(kind: str) -> int:
        return found.get((kind, "ENABLED"), 0) + found.get((kind, "DISABLED"), 0)

    return {
        "people": known.figure(living("user"), Stage.USERS),
        "disabled": known.figure(found.get(("user", "DISABLED"), 0), Stage.USERS),
        "groups": known.figure(living("group"), Stage.GROUPS),
        "resources": known.figure(living("resource"), Stage.RESOURCES),
    }


def exported(actor: Actor, organization: Organization, known: Completeness) -> dict[str, Any] | None:
    """Of how many mailboxes a completed export exists; `None` for whom exports are no business."""
    if not policy.allows(actor, LISTING, organization):
        return None
    mailboxes = policy.visible_entities(actor, LISTING, organization).filter(existing_mailboxes())
    done = ExportJob.objects.filter(organization=organization, state=ExportJob.State.COMPLETED)
    return {
        "done": mailboxes.filter(entity_id__in=done.values("entity_id")).count(),
        "all": known.figure(mailboxes.count(), *MAILBOX_STAGES),
    }


def exports_under_way(actor: Actor, organization: Organization) -> dict[str, Any] | None:
    if not policy.allows(actor, LISTING, organization):
        return None
    jobs = exports.visible(actor, LISTING, organization)
    running = jobs.filter(state__in=[ExportJob.State.STARTING, ExportJob.State.RUNNING])
    return {**exports.summary(jobs), "jobs": running.order_by("started_at", "pk")[:LAST]}


def own_changes(actor: Actor, organization: Organization) -> list[Entry]:
    """What she did last herself to whom she still may see; that takes no right to read the ledger."""
    intents = Entry.objects.filter(
        organization=organization.organization_id, operator_id=actor.operator_id, kind=Entry.Kind.INTENT
    )
    seen = policy.visible_entities(actor, "DescribeUser", organization).filter(kind="user")
    mine = intents.filter(Exists(seen.filter(entity_id=OuterRef("target"))))  # an IN would list everybody
    return list(mine.with_result().order_by("-seq")[:LAST])


def concerns(actor: Actor, organization: Organization, known: Completeness) -> Iterator[Concern]:
    """What needs attention, most urgent first."""
    entities = policy.visible_entities(actor, "ListUsers", organization)
    yield from _unproven(actor, organization)
    yield from _loosened(actor, organization)
    yield from _exports(actor, organization)
    yield from _unsettled(actor, organization)
    yield from _dying(entities, organization, known)
    yield from _full(entities, organization, known)


def _unproven(actor: Actor, organization: Organization) -> Iterator[Concern]:
    """An audit log that does not verify, or whose anchor is late."""
    if policy.covers_organization(actor, READING, organization):
        href = reverse("ledger:list", args=[organization.slug])
        yield from (Concern(text, href, "danger") for text in proofs.list_problems())


def _loosened(actor: Actor, organization: Organization) -> Iterator[Concern]:
    """Change policies that were loosened during the last days, so that it does not go unnoticed."""
    if not policy.covers_organization(actor, READING, organization):
        return
    since = timezone.now() - LOOSENED
    entries = Entry.objects.filter(
        organization=organization.organization_id,
        kind=Entry.Kind.CHANGED,
        operation="SetConditions",
        at__gte=since,
    )
    for entry in entries.order_by("-seq")[:LATEST]:
        if loosened := entry.body.get("loosened"):
            href = reverse("ledger:detail", args=[organization.slug, entry.seq])
            text = f"Change policies were loosened by {entry.operator}: {'; '.join(loosened)}."
            yield Concern(text, href)


def _exports(actor: Actor, organization: Organization) -> Iterator[Concern]:
    if not policy.allows(actor, LISTING, organization):
        return
    jobs = exports.visible(actor, LISTING, organization)
    href = reverse("exports:list", args=[organization.slug]) + "?stage=problem"
    stuck = Q(state__in=[ExportJob.State.FAILED, ExportJob.State.PARKED])
    found = jobs.aggregate(
        differing=Count("pk", filter=Q(check_result=ExportJob.Check.DIFFERS)),
        failed=Count("pk", filter=stuck),
    )
    if differing := found["differing"]:
        yield Concern(
            f"{number_of(differing, 'zip does', 'zips do')} not match WorkMail's log.", href, "danger"
        )
    if failed := found["failed"]:
        yield Concern(f"{number_of(failed, 'export has', 'exports have')} failed.", href, "danger")


def _unsettled(actor: Actor, organization: Organization) -> Iterator[Concern]:
    if not policy.covers_organization(actor, READING, organization):
        return
    since = timezone.now() - RECENT
    entries = Entry.objects.filter(organization=organization.organization_id, at__gte=since)
    href = reverse("ledger:list", args=[organization.slug]) + "?outcome=open"
    if count := entries.open().order_by().count():
        yield Concern(f"Of {number_of(count, 'change', 'changes')} the outcome is not known yet.", href)


def _dying(entities: QuerySet[Entity], organization: Organization, known: Completeness) -> Iterator[Concern]:
    if count := entities.filter(mailboxes_removed_within(SOON.days), kind="user").count():
        href = reverse("mailboxes:list", args=[organization.slug]) + f"?dying={SOON.days}&kind=user"
        what = least(
            number_of(count, "disabled user's mailbox", "disabled users' mailboxes"), known, Stage.USERS
        )
        yield Concern(f"WorkMail will delete {what} within {SOON.days} days.", href, "danger")


def _full(entities: QuerySet[Entity], organization: Organization, known: Completeness) -> Iterator[Concern]:
    nearly = entities.filter(used_mailboxes(), kind="user", mailbox_size__gt=F("mailbox_quota") * FULL)
    if count := nearly.count():
        href = reverse("mailboxes:list", args=[organization.slug]) + "?full=90&kind=user&state=ENABLED"
        what = least(number_of(count, "mailbox is", "mailboxes are"), known, *SIZE_STAGES)
        yield Concern(f"{what} more than 90 % full.", href)


def least(text: str, known: Completeness, *stages: str) -> str:
    """Say "at least" of a number that may grow, because what it counts was not read to the end."""
    return text if known.covers(*stages) else f"At least {text}"
