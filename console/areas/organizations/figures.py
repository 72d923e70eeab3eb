"""The overview's figures and what on it asks for somebody, within what the operator may see."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from console.areas.exports import scope as exports
from console.areas.exports.models import ExportJob
from console.ledger.models import Entry
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.actors import Actor

KEPT = timedelta(days=30)  # a disabled mailbox, before WorkMail removes it [documented]
SOON = timedelta(days=7)
FULL = 0.9  # of its quota: WorkMail warns its owner there [documented]
MAILBOX = Q(kind="user", role="USER", state="ENABLED")


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that asks for somebody: a sentence, and where to see it."""

    text: str
    href: str
    tone: str = "warning"


def counts(entities: QuerySet[Entity]) -> dict[str, int]:
    """How many there are of what, in one query."""
    live = ~Q(state="DELETED")
    return entities.aggregate(
        people=Count("pk", filter=Q(kind="user") & live & ~Q(role="SYSTEM_USER")),
        enabled=Count("pk", filter=MAILBOX),
        disabled=Count("pk", filter=Q(kind="user", state="DISABLED") & ~Q(role="SYSTEM_USER")),
        groups=Count("pk", filter=Q(kind="group") & live),
        resources=Count("pk", filter=Q(kind="resource") & live),
    )


def exported(entities: QuerySet[Entity], organization: Organization) -> int:
    """Mailboxes of which a completed export exists."""
    done = ExportJob.objects.filter(organization=organization, state=ExportJob.State.COMPLETED)
    return entities.filter(MAILBOX, entity_id__in=done.values("entity_id")).count()


def concerns(actor: Actor, organization: Organization) -> Iterator[Concern]:
    """What needs attention, most urgent first."""
    entities = policy.visible(actor, "ListUsers", organization)
    yield from _exports(actor, organization)
    yield from _unsettled(actor, organization)
    yield from _dying(entities, organization)
    yield from _full(entities, organization)


def _exports(actor: Actor, organization: Organization) -> Iterator[Concern]:
    if not policy.allows(actor, "ListMailboxExportJobs", organization):
        return
    jobs = exports.visible(actor, "ListMailboxExportJobs", organization)
    href = reverse("exports:list", args=[organization.slug]) + "?stage=problem"
    if differing := jobs.filter(check_result=ExportJob.Check.DIFFERS).count():
        yield Concern(f"{some(differing, 'zip does', 'zips do')} not match WorkMail's log.", href, "danger")
    stuck = Q(state__in=[ExportJob.State.FAILED, ExportJob.State.PARKED])
    if failed := jobs.filter(stuck).count():
        yield Concern(f"{some(failed, 'export has', 'exports have')} failed.", href, "danger")


def _unsettled(actor: Actor, organization: Organization) -> Iterator[Concern]:
    if not policy.reaches_all(actor, "ReadLedger", organization):
        return
    entries = Entry.objects.filter(organization=organization.organization_id)
    href = reverse("ledger:list", args=[organization.slug]) + "?outcome=open"
    if count := entries.open().count():
        yield Concern(f"Of {some(count, 'change', 'changes')} the outcome is not known yet.", href)


def _dying(entities: QuerySet[Entity], organization: Organization) -> Iterator[Concern]:
    ending = timezone.now() - KEPT + SOON
    disabled = Q(kind="user", state="DISABLED", disabled_date__range=(timezone.now() - KEPT, ending))
    if count := entities.filter(disabled).count():
        href = reverse("users:list", args=[organization.slug]) + "?state=DISABLED"
        what = some(count, "disabled person's mailbox is", "disabled people's mailboxes are")
        yield Concern(f"{what} removed by WorkMail within {SOON.days} days.", href, "danger")


def _full(entities: QuerySet[Entity], organization: Organization) -> Iterator[Concern]:
    if count := entities.filter(MAILBOX, mailbox_size__gt=F("mailbox_quota") * FULL).count():
        href = reverse("users:list", args=[organization.slug]) + "?sort=-size"
        yield Concern(f"{some(count, 'mailbox is', 'mailboxes are')} more than 90 % full.", href)


def some(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
