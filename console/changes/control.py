"""What people do with a change: see it, let it run, agree to it, hold it, and try again what failed."""

import time
from datetime import datetime, timedelta

from django.db import transaction

from console import clock
from console.celery import hint
from console.changes import conditions, ending, engine, preview
from console.changes.models import Change, Step
from console.ledger import journal
from console.ledger.models import Entry
from console.operators import policy
from console.operators.actors import Actor

State = Change.State
SLICE = 20.0
FORGOTTEN = timedelta(days=2)  # drafts that nobody took up


class NotNow(Exception):
    """The change is in a state in which this makes no sense; `str()` says so to whoever asked."""


def prepare_waiting() -> None:
    """Read the previews of fresh drafts, a slice each."""
    since = clock.now() - FORGOTTEN
    drafts = Change.objects.filter(state=State.DRAFT, prepared_at=None, requested_at__gt=since)
    for change in drafts.select_related("organization").order_by("total", "pk"):
        preview.prepare(change, time.monotonic() + SLICE)


def run(actor: Actor, change: Change, not_before: datetime | None = None) -> Change:
    """Let a draft run now or later, as it was previewed."""
    _require(change, State.DRAFT)
    enter(actor, change, "was scheduled" if not_before else "was started")
    if not_before:
        change.not_before = not_before
        change.save(update_fields=["not_before"])
    return engine.start(change, actor)


def approve(actor: Actor, change: Change) -> Change:
    """Agree to exactly what the preview shows; nobody agrees to her own."""
    _require(change, State.AWAITING)
    if actor.operator_id == change.requested_by_id:
        raise NotNow("Somebody else has to approve what you asked for.")
    for operation in change.steps.values_list("operation", flat=True).distinct():
        if not policy.allows(actor, operation, change.organization):
            raise policy.Denied(f"{operation} is not among your rights, so you cannot approve it")
    change.approved_by_id, change.approved_by = actor.operator_id, actor.name
    change.approved_at, change.digest = clock.now(), conditions.digest(change)
    change.save(update_fields=["approved_by_id", "approved_by", "approved_at", "digest"])
    enter(actor, change, "was approved")
    return engine.start(change)


def cancel(actor: Actor, change: Change, why: str = "") -> None:
    """Let no further step begin; a running step is accounted for, and what is done stays done."""
    if change.is_finished or change.state == State.CANCELLING:
        raise NotNow("This change is over already, or is being cancelled.")
    with transaction.atomic():
        if not ending.stop(change, why or f"Cancelled by {actor.name}."):
            raise NotNow("The change has just moved on; look again.")
        enter(actor, change, "was cancelled", why)
    ending.finish(change)
    change.refresh_from_db()


def pause(actor: Actor, change: Change) -> None:
    """The step under way is finished, none follows."""
    _require(change, State.RUNNING)
    Change.objects.filter(pk=change.pk).update(paused=True, note=f"Paused by {actor.name}.")
    enter(actor, change, "was paused")


def resume(actor: Actor, change: Change) -> None:
    _require(change, State.RUNNING)
    Change.objects.filter(pk=change.pk).update(paused=False, note="", turn_at=clock.now())
    enter(actor, change, "was resumed")
    hint(engine.TASK)


def retry(actor: Actor, change: Change) -> int:
    """Do again what was refused or skipped; returns how many steps wait anew."""
    if change.state not in (State.PARTLY, State.FAILED) and not (
        change.state == State.RUNNING and change.paused
    ):
        raise NotNow("Only what has failed can be tried again.")
    ending.revive(change)
    again = change.steps.filter(state__in=[Step.State.REFUSED, Step.State.SKIPPED])
    count = again.update(state=Step.State.PENDING, note="", code="", before=None, after=None)
    if count:
        now = clock.now()
        Change.objects.filter(pk=change.pk).update(
            state=State.RUNNING, paused=False, note="", turn_at=now, finished_at=None
        )
        enter(actor, change, "was tried again")
        hint(engine.TASK)
    return count


def _require(change: Change, *states: str) -> None:
    if change.state not in states:
        raise NotNow(f"This change is {change.get_state_display().lower()}; look again.")


def enter(actor: Actor, change: Change, what: str, why: str = "") -> None:
    """Who let it happen is as much a part of the ledger as what happened; of one person, in her history."""
    journal.record(
        actor,
        Entry.Kind.REQUESTED,
        organization=change.organization.organization_id,
        operation="RunChanges",
        target=str(change.data.get("entity_id") or f"change-{change.pk}"),
        target_name=change.title[:300],
        reason=why or change.reason,
        ticket=change.ticket,
        what=f"“{change.title}” {what}",
        change=change.pk,
        steps=change.total,
    )
