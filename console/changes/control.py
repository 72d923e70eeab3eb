"""What operators do with a change: run, approve, pause, resume, cancel and retry it."""

import logging
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from console import clock
from console.actor import Actor
from console.celery import hint
from console.changes import attended, authority, conditions, drafting, ending, engine, preview, trail
from console.changes.models import Change, Step

logger = logging.getLogger(__name__)
State = Change.State
SLICE = 20.0
MOVED_ON = "Another operator or a worker has just moved this change on. Reload the page."
RETRYING = "Paused while the steps to try again are read. It continues within a few minutes."
FORGOTTEN = timedelta(days=2)  # drafts that nobody took up


class NotNow(Exception):
    """The change is in a state in which this makes no sense; `str()` says so to whoever asked."""


def prepare_waiting() -> None:
    """Read the previews of fresh drafts, and of what waits for approval, a slice each."""
    since = clock.now() - FORGOTTEN
    fresh = Q(state=State.DRAFT, requested_at__gt=since) | Q(state=State.AWAITING)
    drafts = Change.objects.filter(fresh, prepared_at=None)
    for change in drafts.select_related("organization").order_by("total", "pk"):
        try:
            preview.prepare(change, time.monotonic() + SLICE)
        except Exception:
            logger.exception("the preview of change %s could not be read; others go on", change.pk)


def run(actor: Actor, change: Change, not_before: datetime | None = None) -> Change:
    """Let a draft run now or later, as it was previewed."""
    authority.require(actor, change, "schedule" if not_before else "run")
    _require(change, State.DRAFT)
    given = {**_runner(actor, change), **({"not_before": not_before} if not_before else {})}
    with transaction.atomic():
        if not engine.admit(change, **given):
            raise NotNow(MOVED_ON)
        trail.enter(actor, change, "was scheduled" if not_before else "was started")
    engine.proceed(change, actor)
    return change


def approve(actor: Actor, change: Change, seen: str) -> Change:
    """Agree to exactly what the preview shows; `seen` is the digest of what the approver looked at.

    The approver needs the right to every step, and is neither the requester nor the runner.
    """
    _require(change, State.AWAITING)
    if actor.operator_id in (change.requested_by_id, change.confirmed_by_id):
        raise NotNow("Another operator has to approve this change: you requested it or let it run.")
    for approved in (change, *conditions.ends_of(change)):
        authority.require_steps(actor, approved, "approve")
    if change.prepared_at is None:
        raise NotNow("The preview is not complete yet. Wait until it is, and review it.")
    digest = conditions.digest(change)
    if seen != digest:
        raise NotNow("This change is different from what you reviewed. Review it, then approve it.")
    given: dict[str, Any] = {
        "approved_by_id": actor.operator_id,
        "approved_by": actor.name,
        "approved_at": clock.now(),
        "digest": digest,
    }
    with transaction.atomic():
        if attended.is_attended(change):
            waiting = Change.objects.filter(pk=change.pk, state=State.AWAITING)
            is_moved = bool(waiting.update(state=State.APPROVED, note="", **given))
            change.refresh_from_db()
        else:
            is_moved = engine.admit(change, **given)
        if not is_moved:
            raise NotNow(MOVED_ON)
        trail.enter(actor, change, "was approved")
    engine.proceed(change)
    return change


def attending_problem(actor: Actor, change: Change) -> str:
    """Return why the operator cannot run this approved change and see its answer, or nothing."""
    if not authority.is_own(actor, change):
        return "Only the operator who requested this change can run it."
    if change.state != State.APPROVED:
        return f"This change is {change.get_state_display().lower()}. Reload the page."
    return attended.EXPIRED if attended.is_expired(change) else ""


def run_attended(actor: Actor, change: Change, secrets: drafting.Secrets) -> None:
    """Run an approved change with what its requester has just entered; `answers` is what it reveals."""
    if problem := attending_problem(actor, change):
        raise NotNow(problem)
    change.secrets, change.is_attended = secrets, True
    with transaction.atomic():
        if not engine.admit(change, here=True, **_runner(actor, change)):
            raise NotNow(MOVED_ON)
        trail.enter(actor, change, "was started")
    engine.proceed(change, actor)
    change.refresh_from_db()
    if change.state == State.AWAITING:
        raise NotNow("The approval is no longer valid. Another operator has to approve this change again.")


def cancel(actor: Actor, change: Change, why: str = "") -> None:
    """Let no further step begin; a running step is accounted for, and what is done stays done."""
    authority.require(actor, change, "cancel")
    if change.is_finished or change.state == State.CANCELLING:
        raise NotNow("This change has ended or is being cancelled.")
    with transaction.atomic():
        if not ending.stop(change, why or f"Cancelled by {actor.name}."):
            raise NotNow(MOVED_ON)
        trail.enter(actor, change, "was cancelled", why)
    ending.finish(change)
    change.refresh_from_db()


def pause(actor: Actor, change: Change) -> None:
    """Let the step under way end and no other begin."""
    authority.require(actor, change, "pause")
    _require(change, State.RUNNING)
    with transaction.atomic():
        running = Change.objects.filter(pk=change.pk, state=State.RUNNING, paused=False)
        if not running.update(paused=True, note=f"Paused by {actor.name}."):
            raise NotNow(MOVED_ON)
        trail.enter(actor, change, "was paused")


def resume(actor: Actor, change: Change) -> None:
    """Let a paused change go on, with the rights of `actor` from now on."""
    authority.require(actor, change, "resume")
    _require(change, State.RUNNING)
    given = _runner(actor, change)
    with transaction.atomic():
        held = Change.objects.filter(pk=change.pk, state=State.RUNNING, paused=True)
        if not held.update(paused=False, note="", turn_at=clock.now(), **given):
            raise NotNow(MOVED_ON)
        trail.enter(actor, change, "was resumed")
    hint(engine.TASK)


def retry(actor: Actor, change: Change) -> int:
    """Do again what was refused or skipped, as it is seen now; return how many steps wait anew.

    What a policy puts under approval by now, or what was approved as it was seen before, waits for it again.
    """
    authority.require(actor, change, "retry")
    if change.state not in (State.PARTLY, State.FAILED) and not (
        change.state == State.RUNNING and change.paused
    ):
        raise NotNow("Only failed steps can be tried again.")
    count = _take_up_again(actor, change)
    if count:
        _preview_and_go_on(change, count)
    return count


def resume_retries() -> None:
    """Let the changes go on whose retry was cut off, since its process ended during the preview."""
    cut_off = Q(confirmed_at__lt=clock.now() - engine.LEASE, note=RETRYING)
    held = Change.objects.filter(cut_off, state=State.RUNNING, paused=True)
    for change in held.select_related("organization"):
        try:
            _preview_and_go_on(change, change.steps.filter(state=Step.State.PENDING).count())
        except NotNow:
            logger.info("change %s has moved on meanwhile", change.pk)
        except Exception:
            logger.exception("the retry of change %s could not be resumed; others go on", change.pk)


def _preview_and_go_on(change: Change, count: int) -> None:
    preview.prepare(change, time.monotonic() + (drafting.LOOKED_AT if count <= drafting.SHORT else 0))
    _go_on(change)


def _take_up_again(actor: Actor, change: Change) -> int:
    """Reset the steps that were not done, in a change that is paused until they have been previewed."""
    left = [Step.State.REFUSED, Step.State.SKIPPED, *([Step.State.PENDING] if change.is_finished else [])]
    given = _runner(actor, change)
    with transaction.atomic():
        same = Change.objects.filter(pk=change.pk, state=change.state, paused=change.paused)
        fresh = {"paused": True, "note": RETRYING, "finished_at": None, "prepared_at": None, **given}
        if not same.update(state=State.RUNNING, **fresh):
            raise NotNow(MOVED_ON)
        count = change.steps.filter(state__in=left).update(
            state=Step.State.PENDING, note="", code="", before=None, after=None
        )
        if not count:
            transaction.set_rollback(True)
            return 0
        ending.revive(change)
        trail.enter(actor, change, "was tried again")
    change.refresh_from_db()
    return count


def _go_on(change: Change) -> None:
    """Let the steps that wait anew run, or wait for an approval of what they are seen to change now."""
    waits = conditions.wants_approval(change)
    held = Change.objects.filter(pk=change.pk, state=State.RUNNING, paused=True, note=RETRYING)
    fresh = {"state": State.AWAITING if waits else State.RUNNING, "paused": False, "note": ""}
    # What is tried again is read anew; an approval of what was seen before no longer counts.
    approved_at = change.approved_at if conditions.is_approved(change) else None
    if not held.update(turn_at=clock.now(), approved_at=approved_at, **fresh):
        raise NotNow(MOVED_ON)
    change.refresh_from_db()
    hint(drafting.PREPARE if waits else engine.TASK)


def _runner(actor: Actor, change: Change) -> dict[str, Any]:
    """Return the fields that make `actor` the runner, with whose rights the change runs from then on."""
    if change.approved_by_id is not None and change.approved_by_id == actor.operator_id:
        raise NotNow("You approved this change, so another operator has to run it.")
    return {"confirmed_by_id": actor.operator_id, "confirmed_by": actor.name, "confirmed_at": clock.now()}


def _require(change: Change, *states: str) -> None:
    if change.state not in states:
        raise NotNow(f"This change is {change.get_state_display().lower()}. Reload the page.")
