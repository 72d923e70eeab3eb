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
from console.changes import attended_changes, authority, completion, drafts, engine, policies, preview
from console.changes.models import Change, Step

logger = logging.getLogger(__name__)
State = Change.State
SLICE_SECONDS = 20.0
MOVED_ON = "Another operator or a worker has just moved this change on. Reload the page."
RETRYING = "Paused while the steps to try again are read. It continues within a few minutes."
MAX_DRAFT_AGE = timedelta(days=2)  # drafts that nobody took up


class InvalidState(Exception):
    """The change is in a state that does not allow this; `str()` says so."""


def prepare_previews() -> None:
    """Continue the previews of drafts and of changes that await approval."""
    since = clock.now() - MAX_DRAFT_AGE
    fresh = Q(state=State.DRAFT, requested_at__gt=since) | Q(state=State.AWAITING)
    drafts = Change.objects.filter(fresh, prepared_at=None)
    for change in drafts.select_related("organization").order_by("total", "pk"):
        try:
            preview.prepare_preview(change, time.monotonic() + SLICE_SECONDS)
        except Exception:
            logger.exception("the preview of change %s could not be read; others go on", change.pk)


def run_draft(actor: Actor, change: Change, not_before: datetime | None = None) -> Change:
    """Run or schedule a draft as it was previewed."""
    authority.require_authority(actor, change, "schedule" if not_before else "run")
    _require_state(change, State.DRAFT)
    given = {**_runner_fields(actor, change), **({"not_before": not_before} if not_before else {})}
    with transaction.atomic():
        if not engine.admit_change(change, **given):
            raise InvalidState(MOVED_ON)
        completion.record_event(actor, change, "was scheduled" if not_before else "was started")
    engine.run_admitted(change, actor)
    return change


def approve_change(actor: Actor, change: Change, seen: str) -> Change:
    """Approve exactly what was reviewed; `seen` is its digest.

    The approver needs the right to every step, and is neither the requester nor the runner.
    """
    _require_state(change, State.AWAITING)
    if actor.operator_id in (change.requested_by_id, change.confirmed_by_id):
        raise InvalidState("Another operator has to approve this change: you requested it or let it run.")
    for approved in (change, *policies.scheduled_ends(change)):
        authority.require_step_rights(actor, approved, "approve")
    if change.prepared_at is None:
        raise InvalidState("The preview is not complete yet. Wait until it is, and review it.")
    digest = policies.compute_digest(change)
    if seen != digest:
        raise InvalidState("This change is different from what you reviewed. Review it, then approve it.")
    given: dict[str, Any] = {
        "approved_by_id": actor.operator_id,
        "approved_by": actor.name,
        "approved_at": clock.now(),
        "digest": digest,
    }
    with transaction.atomic():
        if attended_changes.is_attended(change):
            waiting = Change.objects.filter(pk=change.pk, state=State.AWAITING)
            is_moved = bool(waiting.update(state=State.APPROVED, note="", **given))
            change.refresh_from_db()
        else:
            is_moved = engine.admit_change(change, **given)
        if not is_moved:
            raise InvalidState(MOVED_ON)
        completion.record_event(actor, change, "was approved")
    engine.run_admitted(change)
    return change


def find_attended_problem(actor: Actor, change: Change) -> str:
    """Return why the operator cannot run this approved change, or ""."""
    if not authority.is_requester(actor, change):
        return "Only the operator who requested this change can run it."
    if change.state != State.APPROVED:
        return f"This change is {change.get_state_display().lower()}. Reload the page."
    return attended_changes.APPROVAL_EXPIRED if attended_changes.is_approval_expired(change) else ""


def run_attended(actor: Actor, change: Change, secrets: drafts.StepSecrets) -> None:
    """Run an approved change with the secrets that its requester has entered."""
    if problem := find_attended_problem(actor, change):
        raise InvalidState(problem)
    change.secrets, change.is_attended = secrets, True
    with transaction.atomic():
        if not engine.admit_change(change, here=True, **_runner_fields(actor, change)):
            raise InvalidState(MOVED_ON)
        completion.record_event(actor, change, "was started")
    engine.run_admitted(change, actor)
    change.refresh_from_db()
    if change.state == State.AWAITING:
        raise InvalidState(
            "The approval is no longer valid. Another operator has to approve this change again."
        )


def cancel_change(actor: Actor, change: Change, why: str = "") -> None:
    """Let no further step begin; done steps stay done."""
    authority.require_authority(actor, change, "cancel")
    if change.is_finished or change.state == State.CANCELLING:
        raise InvalidState("This change has ended or is being cancelled.")
    with transaction.atomic():
        if not completion.stop_change(change, why or f"Cancelled by {actor.name}."):
            raise InvalidState(MOVED_ON)
        completion.record_event(actor, change, "was cancelled", why)
    completion.finish_change(change)
    change.refresh_from_db()


def pause_change(actor: Actor, change: Change) -> None:
    """Pause after the running step."""
    authority.require_authority(actor, change, "pause")
    _require_state(change, State.RUNNING)
    with transaction.atomic():
        running = Change.objects.filter(pk=change.pk, state=State.RUNNING, paused=False)
        if not running.update(paused=True, note=f"Paused by {actor.name}."):
            raise InvalidState(MOVED_ON)
        completion.record_event(actor, change, "was paused")


def resume_change(actor: Actor, change: Change) -> None:
    """Resume a paused change with the rights of `actor`."""
    authority.require_authority(actor, change, "resume")
    _require_state(change, State.RUNNING)
    given = _runner_fields(actor, change)
    with transaction.atomic():
        held = Change.objects.filter(pk=change.pk, state=State.RUNNING, paused=True)
        if not held.update(paused=False, note="", turn_at=clock.now(), **given):
            raise InvalidState(MOVED_ON)
        completion.record_event(actor, change, "was resumed")
    hint(engine.SWEEP_TASK)


def retry_change(actor: Actor, change: Change) -> int:
    """Retry refused and skipped steps with a new preview; return how many."""
    authority.require_authority(actor, change, "retry")
    if change.state not in (State.PARTLY, State.FAILED) and not (
        change.state == State.RUNNING and change.paused
    ):
        raise InvalidState("Only failed steps can be tried again.")
    count = _reset_failed_steps(actor, change)
    if count:
        _preview_and_go_on(change, count)
    return count


def resume_retries() -> None:
    """Let the changes go on whose retry was cut off, since its process ended during the preview."""
    cut_off = Q(confirmed_at__lt=clock.now() - engine.LEASE_DURATION, note=RETRYING)
    held = Change.objects.filter(cut_off, state=State.RUNNING, paused=True)
    for change in held.select_related("organization"):
        try:
            _preview_and_go_on(change, change.steps.filter(state=Step.State.PENDING).count())
        except InvalidState:
            logger.info("change %s has moved on meanwhile", change.pk)
        except Exception:
            logger.exception("the retry of change %s could not be resumed; others go on", change.pk)


def _preview_and_go_on(change: Change, count: int) -> None:
    preview.prepare_preview(
        change, time.monotonic() + (drafts.PREVIEW_SECONDS if count <= drafts.MAX_INLINE_PREVIEW else 0)
    )
    _continue_retry(change)


def _reset_failed_steps(actor: Actor, change: Change) -> int:
    """Reset the steps that were not done, and pause the change until they are previewed."""
    left = [Step.State.REFUSED, Step.State.SKIPPED, *([Step.State.PENDING] if change.is_finished else [])]
    given = _runner_fields(actor, change)
    with transaction.atomic():
        same = Change.objects.filter(pk=change.pk, state=change.state, paused=change.paused)
        fresh = {"paused": True, "note": RETRYING, "finished_at": None, "prepared_at": None, **given}
        if not same.update(state=State.RUNNING, **fresh):
            raise InvalidState(MOVED_ON)
        count = change.steps.filter(state__in=left).update(
            state=Step.State.PENDING, note="", code="", before=None, after=None
        )
        if not count:
            transaction.set_rollback(True)
            return 0
        completion.restore_ends(change)
        completion.record_event(actor, change, "was tried again")
    change.refresh_from_db()
    return count


def _continue_retry(change: Change) -> None:
    """Continue with the reset steps, or wait for their approval."""
    waits = policies.needs_approval(change)
    held = Change.objects.filter(pk=change.pk, state=State.RUNNING, paused=True, note=RETRYING)
    fresh = {"state": State.AWAITING if waits else State.RUNNING, "paused": False, "note": ""}
    # What is tried again is read anew; an approval of what was seen before no longer counts.
    approved_at = change.approved_at if policies.is_approved(change) else None
    if not held.update(turn_at=clock.now(), approved_at=approved_at, **fresh):
        raise InvalidState(MOVED_ON)
    change.refresh_from_db()
    hint(drafts.PREPARE_TASK if waits else engine.SWEEP_TASK)


def _runner_fields(actor: Actor, change: Change) -> dict[str, Any]:
    """Return the fields that make `actor` the runner."""
    if change.approved_by_id is not None and change.approved_by_id == actor.operator_id:
        raise InvalidState("You approved this change, so another operator has to run it.")
    return {"confirmed_by_id": actor.operator_id, "confirmed_by": actor.name, "confirmed_at": clock.now()}


def _require_state(change: Change, *states: str) -> None:
    if change.state not in states:
        raise InvalidState(f"This change is {change.get_state_display().lower()}. Reload the page.")
