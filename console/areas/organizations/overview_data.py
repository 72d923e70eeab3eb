"""Figures and warnings of the overview, within the operator's scope."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from console.actor import Actor
from console.areas.exports import scope
from console.areas.exports.models import ExportJob
from console.ledger import proofs
from console.ledger.models import Entry
from console.mirror.mailboxes import existing_mailboxes, mailboxes_removed_within, used_mailboxes
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.plurals import number_of
from console.sync.completeness import MAILBOX_STAGES, SIZE_STAGES, Completeness, Figure
from console.sync.leases import Stage

REMOVAL_PERIOD = timedelta(days=7)
LOOSENED_PERIOD = timedelta(days=7)  # that loosened change policies stay in view
LOOSENED_SHOWN = 5
UNSETTLED_PERIOD = timedelta(days=30)  # what is looked through for open changes: the ledger only ever grows
FULL_SHARE = 0.9  # of its quota: WorkMail warns its owner there [documented]
LATEST_SHOWN = 5
LIST_EXPORTS, READ_AUDIT_LOG = "ListMailboxExportJobs", "ReadLedger"


@dataclass(frozen=True, slots=True)
class Concern:
    """A sentence about something that needs attention, with the page that shows it."""

    text: str
    href: str
    tone: str = "warning"


def count_entities(entities: QuerySet[Entity], known: Completeness) -> dict[str, Figure]:
    """Return counts by kind without deleted entities, as in the lists that the figures link to."""
    counts: dict[tuple[str, str], int] = {
        (kind, state): count
        for kind, state, count in entities.order_by().values_list("kind", "state").annotate(Count("pk"))
    }

    def living(kind: str) -> int:
        return counts.get((kind, "ENABLED"), 0) + counts.get((kind, "DISABLED"), 0)

    return {
        "people": known.figure(living("user"), Stage.USERS),
        "disabled": known.figure(counts.get(("user", "DISABLED"), 0), Stage.USERS),
        "groups": known.figure(living("group"), Stage.GROUPS),
        "resources": known.figure(living("resource"), Stage.RESOURCES),
    }


def count_exported(actor: Actor, organization: Organization, known: Completeness) -> dict[str, Any] | None:
    """Return how many mailboxes have a completed export; `None` if the operator may not list exports."""
    if not policy.allows(actor, LIST_EXPORTS, organization):
        return None
    mailboxes = policy.visible_entities(actor, LIST_EXPORTS, organization).filter(existing_mailboxes())
    done = ExportJob.objects.filter(organization=organization, state=ExportJob.State.COMPLETED)
    return {
        "done": mailboxes.filter(entity_id__in=done.values("entity_id")).count(),
        "all": known.figure(mailboxes.count(), *MAILBOX_STAGES),
    }


def summarize_exports(actor: Actor, organization: Organization) -> dict[str, Any] | None:
    if not policy.allows(actor, LIST_EXPORTS, organization):
        return None
    jobs = scope.visible_exports(actor, LIST_EXPORTS, organization)
    running = jobs.filter(state__in=[ExportJob.State.STARTING, ExportJob.State.RUNNING])
    return {**scope.count_by_stage(jobs), "jobs": running.order_by("started_at", "pk")[:LATEST_SHOWN]}


def list_own_changes(actor: Actor, organization: Organization) -> list[Entry]:
    """Return the operator's latest writes about users they may see; needs no right to read the audit log."""
    intents = Entry.objects.filter(
        organization=organization.organization_id, operator_id=actor.operator_id, kind=Entry.Kind.INTENT
    )
    seen = policy.visible_entities(actor, "DescribeUser", organization).filter(kind="user")
    mine = intents.filter(Exists(seen.filter(entity_id=OuterRef("target"))))  # an IN would list everybody
    return list(mine.with_result().order_by("-seq")[:LATEST_SHOWN])


def list_concerns(actor: Actor, organization: Organization, known: Completeness) -> Iterator[Concern]:
    """Yield what needs attention, most urgent first."""
    entities = policy.visible_entities(actor, "ListUsers", organization)
    yield from _audit_log_concerns(actor, organization)
    yield from _policy_concerns(actor, organization)
    yield from _export_concerns(actor, organization)
    yield from _unknown_outcome_concerns(actor, organization)
    yield from _mailbox_removal_concerns(entities, organization, known)
    yield from _full_mailbox_concerns(entities, organization, known)


def _audit_log_concerns(actor: Actor, organization: Organization) -> Iterator[Concern]:
    """Yield problems of the audit log: it does not verify, or its anchor is late."""
    if policy.covers_organization(actor, READ_AUDIT_LOG, organization):
        href = reverse("ledger:list", args=[organization.slug])
        yield from (Concern(text, href, "danger") for text in proofs.list_problems())


def _policy_concerns(actor: Actor, organization: Organization) -> Iterator[Concern]:
    """Yield change policies that were loosened in the last days."""
    if not policy.covers_organization(actor, READ_AUDIT_LOG, organization):
        return
    since = timezone.now() - LOOSENED_PERIOD
    entries = Entry.objects.filter(
        organization=organization.organization_id,
        kind=Entry.Kind.CHANGED,
        operation="SetConditions",
        at__gte=since,
    )
    for entry in entries.order_by("-seq")[:LOOSENED_SHOWN]:
        if loosened := entry.body.get("loosened"):
            href = reverse("ledger:detail", args=[organization.slug, entry.seq])
            text = f"Change policies were loosened by {entry.operator}: {'; '.join(loosened)}."
            yield Concern(text, href)


def _export_concerns(actor: Actor, organization: Organization) -> Iterator[Concern]:
    if not policy.allows(actor, LIST_EXPORTS, organization):
        return
    jobs = scope.visible_exports(actor, LIST_EXPORTS, organization)
    href = reverse("exports:list", args=[organization.slug]) + "?stage=problem"
    stuck = Q(state__in=[ExportJob.State.FAILED, ExportJob.State.PARKED])
    counts = jobs.aggregate(
        differing=Count("pk", filter=Q(check_result=ExportJob.Check.DIFFERS)),
        failed=Count("pk", filter=stuck),
    )
    if differing := counts["differing"]:
        yield Concern(
            f"{number_of(differing, 'zip does', 'zips do')} not match WorkMail's log.", href, "danger"
        )
    if failed := counts["failed"]:
        yield Concern(f"{number_of(failed, 'export has', 'exports have')} failed.", href, "danger")


def _unknown_outcome_concerns(actor: Actor, organization: Organization) -> Iterator[Concern]:
    if not policy.covers_organization(actor, READ_AUDIT_LOG, organization):
        return
    since = timezone.now() - UNSETTLED_PERIOD
    entries = Entry.objects.filter(organization=organization.organization_id, at__gte=since)
    href = reverse("ledger:list", args=[organization.slug]) + "?outcome=open"
    if count := entries.open().order_by().count():
        yield Concern(f"Of {number_of(count, 'change', 'changes')} the outcome is not known yet.", href)


def _mailbox_removal_concerns(
    entities: QuerySet[Entity], organization: Organization, known: Completeness
) -> Iterator[Concern]:
    if count := entities.filter(mailboxes_removed_within(REMOVAL_PERIOD.days), kind="user").count():
        href = reverse("mailboxes:list", args=[organization.slug]) + f"?dying={REMOVAL_PERIOD.days}&kind=user"
        what = say_at_least(
            number_of(count, "disabled user's mailbox", "disabled users' mailboxes"), known, Stage.USERS
        )
        yield Concern(f"WorkMail will delete {what} within {REMOVAL_PERIOD.days} days.", href, "danger")


def _full_mailbox_concerns(
    entities: QuerySet[Entity], organization: Organization, known: Completeness
) -> Iterator[Concern]:
    nearly = entities.filter(used_mailboxes(), kind="user", mailbox_size__gt=F("mailbox_quota") * FULL_SHARE)
    if count := nearly.count():
        href = reverse("mailboxes:list", args=[organization.slug]) + "?full=90&kind=user&state=ENABLED"
        what = say_at_least(number_of(count, "mailbox is", "mailboxes are"), known, *SIZE_STAGES)
        yield Concern(f"{what} more than 90 % full.", href)


def say_at_least(text: str, known: Completeness, *stages: str) -> str:
    """Prefix "At least" to a count of something that was not read completely."""
    return text if known.covers(*stages) else f"At least {text}"
