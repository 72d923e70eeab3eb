"""Faults that a sweep must find: each takes away one of the things that keep exports and ledger right."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from console.areas.exports import job_queue
from console.areas.exports.models import ExportJob, ExportQuerySet
from console.changes.models import Step
from console.gateway import gateway
from console.ledger import journal
from console.ledger.models import Entry

Plant = Callable[[pytest.MonkeyPatch], None]


def token_made_per_call(patch: pytest.MonkeyPatch) -> None:
    call = gateway.call

    def changed(*given: Any, **params: Any) -> dict[str, Any]:
        fresh = {name: str(uuid.uuid4()) for name in params if name == "ClientToken"}
        return call(*given, **params | fresh)

    patch.setattr(gateway, "call", changed)


def intent_omitted(patch: pytest.MonkeyPatch) -> None:
    """Only in memory: the hook of the client is content with its number."""

    def intend(actor: Any, rule: Any, organization: Any, *_: Any, **__: Any) -> Entry:
        return Entry(seq=1, call=uuid.uuid4(), operation=rule.name, organization=organization.organization_id)

    patch.setattr(gateway, "_record_intent", intend)


def intent_committed_late(patch: pytest.MonkeyPatch) -> None:
    """Together with the outcome, in the transaction of whoever calls."""
    call, append = gateway.call, journal._append_entry

    def changed(*given: Any, **params: Any) -> dict[str, Any]:
        with transaction.atomic():
            return call(*given, **params)

    patch.setattr(gateway, "call", changed)
    patch.setattr(journal, "_append_entry", lambda *given, **_: append(*given))


def outcome_before_the_call(patch: pytest.MonkeyPatch) -> None:
    write = gateway._call_write

    def changed(rule: Any, organization: Any, params: Any, intent: Entry, *more: Any) -> dict[str, Any]:
        journal.record_outcome(intent, Entry.Outcome.DONE)
        return write(rule, organization, params, intent, *more)

    patch.setattr(gateway, "_call_write", changed)


def abandoned_rows_not_taken(patch: pytest.MonkeyPatch) -> None:
    def due(rows: ExportQuerySet, now: datetime) -> ExportQuerySet:
        return rows.filter(state=ExportJob.State.QUEUED, not_before__lte=now)

    patch.setattr(ExportQuerySet, "due", due)


def late_workers_not_fenced(patch: pytest.MonkeyPatch) -> None:
    def write(job: ExportJob, **fields: Any) -> bool:
        return bool(ExportJob.objects.filter(pk=job.pk).update(**fields))

    patch.setattr(job_queue, "_update_claimed", write)


def a_claim_without_condition(patch: pytest.MonkeyPatch) -> None:
    def claim(job: ExportJob) -> bool:
        lease = timezone.now() + job_queue.LEASE
        ExportJob.objects.filter(pk=job.pk).update(state=ExportJob.State.STARTING, lease_until=lease)
        job.refresh_from_db()
        return True

    patch.setattr(job_queue, "_claim_job", claim)


def step_not_written_down(patch: pytest.MonkeyPatch) -> None:
    """Begun in memory alone: whoever comes after a crash takes it for one that nobody began."""

    def begin(step: Step) -> bool:
        step.state, step.call = Step.State.RUNNING, uuid.uuid4()
        return True

    patch.setattr(Step, "begin", begin)
