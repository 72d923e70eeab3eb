"""The mailboxes that an export request includes, and those that it leaves out."""

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
from console.ui.forms import ReasonForm

OPERATION = "StartMailboxExportJob"
UNDER_WAY = "An export is queued or running"
DEFAULT_DAYS = 30
MAX_DAYS = 3650
MAX_LISTED_NAMES = 500  # names that a page lists for one reason


class MailboxChoice(TextChoices):
    MISSING = "missing", "Only mailboxes without a completed export"
    OLDER = "older", "Only mailboxes not exported within the number of days below"
    ALL = "all", "All of them"


class MailboxChoiceForm(ReasonForm):
    """A choice between all mailboxes and those without a recent export."""

    which = forms.ChoiceField(
        label="Mailboxes to export",
        choices=MailboxChoice.choices,
        widget=forms.RadioSelect,
        required=False,
        initial=MailboxChoice.ALL,
        help_text="WorkMail exports a mailbox once in 24 hours. A second export waits in the queue.",
    )
    days = forms.IntegerField(
        label="Number of days",
        required=False,
        min_value=1,
        max_value=MAX_DAYS,
        initial=DEFAULT_DAYS,
        help_text="For the second option.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["which"] = cleaned.get("which") or self["which"].initial
        if cleaned["which"] == MailboxChoice.OLDER and not cleaned.get("days") and "days" not in self.errors:
            self.add_error("days", ValidationError(f"Enter 1 to {MAX_DAYS:,} days."))
        return cleaned

    def select(self, organization: Organization, entities: Iterable[Entity]) -> "ExportSelection":
        return select_mailboxes(
            organization, entities, self.cleaned_data["which"], self.cleaned_data.get("days") or 0
        )


@dataclass(frozen=True, slots=True)
class SkippedMailbox:
    """A mailbox that is not exported, with the reason by which pages group it."""

    entity_id: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExportSelection:
    """The included and skipped mailboxes; `exported_at` has the end of each one's last completed export."""

    included: list[Entity] = field(default_factory=list)
    left_out: list[SkippedMailbox] = field(default_factory=list)
    exported_at: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def exported(self) -> list[tuple[str, datetime]]:
        """Return the included mailboxes that were exported before, with the time."""
        pairs = ((each, self.exported_at.get(each.entity_id)) for each in self.included)
        return [(mailbox_label(each), moment) for each, moment in pairs if moment]


def select_mailboxes(
    organization: Organization, entities: Iterable[Entity], which: str = MailboxChoice.ALL, days: int = 0
) -> ExportSelection:
    """Sort the entities into those to export and those to skip, with the reason."""
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
        elif which == MailboxChoice.MISSING and entity.entity_id in exported_at:
            reason = "Exported already"
        elif which == MailboxChoice.OLDER and last and last > since:
            reason = f"Exported in the last {number_of(days, 'day')}"
        else:
            selection.included.append(entity)
            continue
        selection.left_out.append(SkippedMailbox(entity.entity_id, mailbox_label(entity), reason))
    return selection


def mailbox_label(entity: Entity) -> str:
    return entity.email or entity.name


def group_by_reason(left_out: Iterable[SkippedMailbox]) -> dict[str, list[str]]:
    """Return the names for each reason, the most frequent reason first."""
    names: dict[str, list[str]] = {}
    for each in left_out:
        names.setdefault(each.reason, []).append(each.name)
    return dict(sorted(names.items(), key=lambda item: -len(item[1])))


def read_request_result(actor: Actor, organization: Organization, seq: str) -> dict[str, Any] | None:
    """Return what a request queued and skipped, as its audit log entry has it.

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
        SkippedMailbox(each["EntityId"], each["Name"], each["Reason"])
        for each in entry.body.get("left_out", [])
    ]
    return {
        "queued": len(entry.body["mailboxes"]),
        "left_out": group_by_reason(left_out),
        "count": len(left_out),
    }


def serialize_skipped(left_out: Sequence[SkippedMailbox]) -> list[dict[str, str]]:
    """Return the skipped mailboxes as the audit log stores them; `read_request_result` reads them."""
    return [{"EntityId": each.entity_id, "Name": each.name, "Reason": each.reason} for each in left_out]


def explain_nothing_queued(left_out: Iterable[SkippedMailbox]) -> str:
    """Return the error of a request that would queue nothing, with the reasons."""
    reasons = "; ".join(f"{reason} ({len(names):,})" for reason, names in group_by_reason(left_out).items())
    return f"Nothing was queued. {reasons or UNDER_WAY}."


def summarize_request(actor: Actor, organization: Organization, jobs: Sequence[ExportJob]) -> tuple[str, str]:
    """Return the success message of a request, and the URL of the page that lists what it skipped."""
    entry = Entry.objects.filter(
        kind=Entry.Kind.REQUESTED,
        operation=OPERATION,
        organization=organization.organization_id,
        operator_id=actor.operator_id,
        request_id=actor.request_id,
    ).latest("seq")
    count = len(entry.body["left_out"])
    left_out = f" {number_of(count, 'selected mailbox was', 'selected mailboxes were')} left out."
    message = f"{number_of(len(jobs), 'export is', 'exports are')} queued.{left_out if count else ''}"
    return message, f"{reverse('exports:list', args=[organization.slug])}?request={entry.seq}"
