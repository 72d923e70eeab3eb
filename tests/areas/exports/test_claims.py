"""Whatever fails in an export's attempt, its claim is returned and other exports go on."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console import clock
from console.actor import Actor
from console.areas.exports import aws_jobs, job_queue
from console.areas.exports.models import MAX_ATTEMPTS, Destination, ExportJob
from console.aws import client, errors
from console.gateway import gateway, target_leases
from console.ledger import journal
from console.mirror.models import Entity
from console.sandbox.fixtures import TestSandbox
from tests.areas.exports.conftest import Time

State = ExportJob.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def jobs(exporter: Actor, destination: Destination, ada: Entity, bo: Entity, time: Time) -> list[ExportJob]:
    return job_queue.request_exports(exporter, destination, [ada, bo], reason="leaves")


def fail_once(patch: pytest.MonkeyPatch, owner: Any, name: str, failure: Exception) -> None:
    real, left = getattr(owner, name), [failure]

    def call(*given: Any, **more: Any) -> Any:
        if left:
            raise left.pop()
        return real(*given, **more)

    patch.setattr(owner, name, call)


class TestStarting:
    @pytest.mark.parametrize(
        "failure",
        [RuntimeError("expired"), KeyError("JobId"), MemoryError()],
        ids=lambda it: type(it).__name__,
    )
    def test_goes_on_after_any_exception(
        self,
        jobs: list[ExportJob],
        failure: Exception,
        sandbox: TestSandbox,
        time: Time,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        fail_once(monkeypatch, gateway, "call", failure)
        job_queue.sweep_exports()
        states = ExportJob.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == [State.STARTING, State.RUNNING]
        time.pass_(seconds=61)
        job_queue.sweep_exports()
        states = ExportJob.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == [State.RUNNING, State.COMPLETED]
        assert len(sandbox.call("ListMailboxExportJobs")["Jobs"]) == 2

    def test_does_not_count_an_attempt_that_was_not_sent(
        self, jobs: list[ExportJob], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fail_once(monkeypatch, gateway, "call", errors.Unreachable("no credentials", sent=False))
        job_queue.sweep_exports()
        job = ExportJob.objects.order_by("pk")[0]
        assert (job.state, job.unanswered, job.tried_at) == (State.QUEUED, 0, None)

    def test_takes_expired_credentials_for_an_attempt_that_was_not_sent(
        self, jobs: list[ExportJob], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fail_once(
            monkeypatch, client, "get_client", RuntimeError("Credentials were refreshed, but are expired")
        )
        job_queue.sweep_exports()
        assert State.FAILED not in ExportJob.objects.values_list("state", flat=True)

    def test_waits_while_the_audit_log_cannot_be_written(
        self, jobs: list[ExportJob], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fail_once(monkeypatch, journal, "record_intent", journal.LedgerUnavailable("locked"))
        job_queue.sweep_exports()
        job = ExportJob.objects.order_by("pk")[0]
        assert (job.state, job.unanswered) == (State.QUEUED, 0)
        assert "audit log" in job.note

    def test_remembers_an_unanswered_attempt_after_one_that_was_not_sent(
        self, jobs: list[ExportJob], time: Time, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its token may be forgotten by AWS, so the job that it made has to be looked for."""
        fail_once(monkeypatch, gateway, "call", errors.OutcomeUnknown("no answer"))
        job_queue.start_job(jobs[0])
        first = ExportJob.objects.get(pk=jobs[0].pk).tried_at
        time.pass_(seconds=61)
        fail_once(monkeypatch, gateway, "call", errors.Throttled("ThrottlingException", "slow down"))
        job_queue.start_job(ExportJob.objects.get(pk=jobs[0].pk))
        job = ExportJob.objects.get(pk=jobs[0].pk)
        assert (job.state, job.unanswered, job.tried_at) == (State.STARTING, 1, first)
        time.pass_(seconds=31)
        assert job_queue.start_job(job)

    def test_waits_for_another_change_of_the_mailbox(
        self, jobs: list[ExportJob], time: Time, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A killed worker leaves its lease on the mailbox behind; that is no refusal of AWS."""
        monkeypatch.setattr(target_leases, "MAX_WAIT_SECONDS", 0)
        with target_leases.hold_targets(jobs[0].organization, [jobs[0].entity_id]):
            for _ in range(MAX_ATTEMPTS + 2):
                job_queue.start_job(ExportJob.objects.get(pk=jobs[0].pk))
                time.pass_(seconds=3)
            job = ExportJob.objects.get(pk=jobs[0].pk)
            assert (job.state, job.unanswered) == (State.QUEUED, 0)
        assert job_queue.start_job(job)

    def test_reads_the_other_exports_when_one_cannot_be_read(
        self, jobs: list[ExportJob], time: Time, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        job_queue.sweep_exports()
        time.pass_(hours=1)
        fail_once(monkeypatch, aws_jobs, "refresh_job", KeyError("State"))
        job_queue.sweep_exports()
        assert ExportJob.objects.filter(state=State.COMPLETED).count() == 1


@pytest.mark.usefixtures("server_clock")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hours", [-1, 1])
class TestAWorkerWhoseClockIsWrong:
    @pytest.fixture(autouse=True)
    def wrong(self, hours: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        real = timezone.now
        monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(hours=hours))
        yield
        monkeypatch.setattr(timezone, "now", real)

    def test_parks_no_export(
        self,
        exporter: Actor,
        destination: Destination,
        ada: Entity,
        monkeypatch: pytest.MonkeyPatch,
        hours: int,
    ) -> None:
        (job,) = job_queue.request_exports(exporter, destination, [ada], reason="leaves")
        monkeypatch.undo()
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == State.RUNNING

    def test_claims_for_the_lease_only_and_takes_no_live_claim(
        self, exporter: Actor, destination: Destination, ada: Entity, hours: int
    ) -> None:
        (job,) = job_queue.request_exports(exporter, destination, [ada], reason="leaves")
        assert job_queue._claim_job(job)
        assert not ExportJob.objects.due(clock.now()).exists()
        assert ExportJob.objects.due(clock.now() + job_queue.LEASE + timedelta(seconds=1)).exists()
        assert not job_queue.start_job(ExportJob.objects.get(pk=job.pk))
