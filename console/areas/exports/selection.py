"""Which of the selected mailboxes an export takes, and which it leaves out and why."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max, TextChoices
from django.urls import reverse
from django.utils import timezone

from console.actor import Actor
from console.areas.exports.models import ExportJob
from console.ledger.models import Entry
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.plurals import number_of
from console.ui.forms import WhyForm

OPERATION = "StartMailboxExportJob"
UNDER_WAY = "An export is queued or running"
DAYS = 30
LONGEST = 3650
NAMED = 500  # names that a page lists for one reason


class Which(TextChoices):
    MISSING = "missing", "Only mailboxes without a completed export"
    OLDER = "older", "Only mailboxes not exported within the number of days below"
    ALL = "all", "All of them"


class WhichForm(WhyForm):
    """Whether mailboxes that were exported already are exported again."""

    which = forms.ChoiceField(
        label="Mailboxes to export",
        choices=Which.choices,
        widget=forms.RadioSelect,
        required=False,
        initial=Which.ALL,
        help_text="WorkMail exports a mailbox once in 24 hours. A second export waits in the queue.",
    )
    days = forms.IntegerField(
        label="Number of days",
        required=False,
        min_value=1,
        max_value=LONGEST,
        initial=DAYS,
        help_text="For the second option.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["which"] = cleaned.get("which") or self["which"].initial
        if cleaned["which"] == Which.OLDER and not cleaned.get("days") and "days" not in self.errors:
            self.add_error("days", ValidationError(f"Enter 1 to {LONGEST:,} days."))
        return cleaned

    def select(self, organization: Organization, entities: Iterable[Entity]) -> "ExportSelection":
        return select(organization, entities, self.cleaned_data["which"], self.cleaned_data.get("days") or 0)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A mailbox that is not exported; `reason` groups it with others on a page."""

    entity_id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExportSelection:
    """`exported_at` is when the last completed export of an included mailbox ended."""

    included: list[Entity] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    exported_at: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def exported(self) -> list[tuple[str, datetime]]:
        """Return the included mailboxes that have an export already, and since when."""
        found = ((each, self.exported_at.get(each.entity_id)) for each in self.included)
        return [(name_of(each), moment) for each, moment in found if moment]


def select(
    organization: Organization, entities: Iterable[Entity], which: str = Which.ALL, days: int = 0
) -> ExportSelection:
    """Sort the entities into those that can and shall be exported, and all others with the reason."""
    jobs = ExportJob.objects.filter(organization=organization)
    under_way = set(jobs.open().values_list("entity_id", flat=True))
    done = jobs.filter(state=ExportJob.State.COMPLETED).order_by().values_list("entity_id")
    exported_at: dict[str, datetime] = dict(done.annotate(last=Max("finished_at")))
    since = timezone.now() - timedelta(days=days)
    selection = ExportSelection(exported_at=exported_at)
    for entity in entities:
        last = exported_at.get(entity.entity_id)
        mailbox = get_mailbox(entity)
        if not mailbox.is_exportable:
            reason = str(mailbox.obstacle.label)
        elif entity.entity_id in under_way:
            reason = UNDER_WAY
        elif which == Which.MISSING and entity.entity_id in exported_at:
            reason = "Exported already"
        elif which == Which.OLDER and last and last > since:
            reason = f"Exported in the last {number_of(days, 'day')}"
        else:
            selection.included.append(entity)
            continue
        selection.left_out.append(LeftOut(entity.entity_id, name_of(entity), reason))
    return selection


def name_of(entity: Entity) -> str:
    return entity.email or entity.name


def by_reason(left_out: Iterable[LeftOut]) -> dict[str, list[str]]:
    """Return the names for each reason, the most frequent reason first."""
    names: dict[str, list[str]] = {}
    for each in left_out:
        names.setdefault(each.reason, []).append(each.name)
    return dict(sorted(names.items(), key=lambda item: -len(item[1])))


def result_of(actor: Actor, organization: Organization, seq: str) -> dict[str, Any] | None:
    """Return what a request queued and left out, from its entry in the audit log.

    Only the operator who made the request, and operators who can export every mailbox, get it.
    """
    requests = Entry.objects.filter(
        kind=Entry.Kind.REQUESTED, operation=OPERATION, organization=organization.organization_id
    )
    entry = requests.filter(seq=int(seq)).first() if seq.isdecimal() and len(seq) < 12 else None
    if entry is None:
        return None
    if entry.operator_id != actor.operator_id and not policy.covers_organization(
        actor, OPERATION, organization
    ):
        return None
    left_out = [
        LeftOut(each["EntityId"], each["Name"], each["Reason"]) for each in entry.body.get("left_out", [])
    ]
    return {"queued": len(entry.body["mailboxes"]), "left_out": by_reason(left_out), "count": len(left_out)}


def written(left_out: Sequence[LeftOut]) -> list[dict[str, str]]:
    """As the audit log keeps them; `result_of` reads them again."""
    return [{"EntityId": each.entity_id, "Name": each.name, "Reason": each.reason} for each in left_out]


def nothing_left(left_out: Iterable[LeftOut]) -> str:
    """Say that a request would queue nothing, and why."""
    reasons = "; ".join(f"{reason} ({len(names):,})" for reason, names in by_reason(left_out).items())
    return f"Nothing was queued. {reasons or UNDER_WAY}."


def queued(actor: Actor, organization: Organization, jobs: Sequence[ExportJob]) -> tuple[str, str]:
    """Return what to say of a request, and the page that names what it left out."""
    entry = Entry.objects.filter(
        kind=Entry.Kind.REQUESTED,
        operation=OPERATION,
        organization=organization.organization_id,
        operator_id=actor.operator_id,
        request_id=actor.request_id,
    ).latest("seq")
    count = len(entry.body["left_out"])
    left_out = f" {number_of(count, 'selected mailbox was', 'selected mailboxes were')} left out."
    said = f"{number_of(len(jobs), 'export is', 'exports are')} queued.{left_out if count else ''}"
    return said, f"{reverse('exports:list', args=[organization.slug])}?request={entry.seq}"
