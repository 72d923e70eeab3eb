"""The export engine against the sandbox: started once, queued at limits, settled whatever happens."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from console.actor import Actor
from console.areas.exports import aws_jobs, job_queue, zip_check
from console.areas.exports.models import MAX_RUNNING, Destination, ExportJob
from console.aws import errors, transport
from console.gateway import gateway
from console.jobs import LeaseLost
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.models import Grant
from console.sandbox.fixtures import TestSandbox
from tests.areas.exports.conftest import Time

State = ExportJob.State
pytestmark = pytest.mark.django_db


@pytest.fixture
def job(exporter: Actor, destination: Destination, ada: Entity, time: Time) -> ExportJob:
    return job_queue.request_exports(exporter, destination, [ada], reason="leaves", ticket="T-9")[0]


def known_to_aws(sandbox: TestSandbox) -> list[dict[str, Any]]:
    return list(sandbox.call("ListMailboxExportJobs")["Jobs"])


class TestRequest:
    def test_queues_a_row_and_calls_nobody(self, job: ExportJob, sandbox: TestSandbox) -> None:
        assert job.state == State.QUEUED
        assert known_to_aws(sandbox) == []

    def test_enters_who_asked_from_where_and_why(
        self, exporter: Actor, destination: Destination, ada: Entity, bo: Entity
    ) -> None:
        job_queue.request_exports(
            replace(exporter, address="192.0.2.9"), destination, [ada, bo], reason="both leave"
        )
        entry = Entry.objects.get()
        assert (entry.kind, entry.address, entry.reason) == ("requested", "192.0.2.9", "both leave")
        assert {each["EntityId"] for each in entry.body["mailboxes"]} == {ada.entity_id, bo.entity_id}

    def test_queues_nothing_if_the_ledger_cannot_be_written(
        self, exporter: Actor, destination: Destination, ada: Entity, settings: Any
    ) -> None:
        settings.LEDGER_KEYS = {}
        with pytest.raises(journal.LedgerUnavailable):
            job_queue.request_exports(exporter, destination, [ada], reason="")
        assert not ExportJob.objects.exists()

    def test_does_not_queue_a_mailbox_twice(
        self, job: ExportJob, exporter: Actor, destination: Destination, ada: Entity
    ) -> None:
        assert job_queue.request_exports(exporter, destination, [ada], reason="again") == []

    def test_needs_the_right(self, destination: Destination, ada: Entity) -> None:
        with pytest.raises((policy.Denied, policy.OutOfScope)):
            job_queue.request_exports(Actor.system("nobody"), destination, [ada], reason="")
        assert not ExportJob.objects.exists()


class TestSweep:
    def test_starts_watches_and_completes_an_export(
        self, job: ExportJob, sandbox: TestSandbox, time: Time
    ) -> None:
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == State.RUNNING
        assert [each["JobId"] for each in known_to_aws(sandbox)] == [job.job_id]
        time.pass_(seconds=3)
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert 0 < job.progress < 100
        assert job.remaining is not None
        time.pass_(hours=1)
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert (job.state, job.progress) == (State.COMPLETED, 100)

    def test_starts_what_a_killed_worker_left_behind_without_a_second_job(
        self, job: ExportJob, sandbox: TestSandbox, time: Time, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def die(*_: object) -> bool:
            raise SystemExit

        with monkeypatch.context() as patch:
            patch.setattr(job_queue, "_mark_running", die)
            with pytest.raises(SystemExit):
                job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == State.STARTING
        job_queue.sweep_exports()
        assert len(known_to_aws(sandbox)) == 1
        time.pass_(seconds=61)
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == State.RUNNING
        assert [each["JobId"] for each in known_to_aws(sandbox)] == [job.job_id]

    def test_finds_a_job_whose_token_aws_may_have_forgotten(
        self, job: ExportJob, sandbox: TestSandbox, time: Time
    ) -> None:
        job_queue._claim_job(job)
        sandbox.call(
            "StartMailboxExportJob",
            ClientToken="forgotten",
            EntityId=job.entity_id,
            Description=job.description,
            RoleArn=job.role_arn,
            KmsKeyArn=job.kms_key_arn,
            S3BucketName=job.bucket,
            S3Prefix=job.prefix,
        )
        time.pass_(hours=2)
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.job_id == known_to_aws(sandbox)[0]["JobId"]
        assert len(known_to_aws(sandbox)) == 1

    def test_keeps_ten_running_and_lets_the_rest_wait(
        self,
        organization: Organization,
        exporter: Actor,
        destination: Destination,
        sandbox: TestSandbox,
        time: Time,
    ) -> None:
        people = [sandbox.enabled_user(f"person{number}") for number in range(14)]
        gateway.call(Actor.system("mirror"), "ListUsers", organization)
        entities = Entity.objects.filter(entity_id__in=[each.entity_id for each in people])
        job_queue.request_exports(exporter, destination, entities, reason="all of them")
        job_queue.sweep_exports()
        assert ExportJob.objects.filter(state=State.RUNNING).count() == MAX_RUNNING
        assert ExportJob.objects.filter(state=State.QUEUED).count() == 4
        time.pass_(hours=1)
        job_queue.sweep_exports()
        assert ExportJob.objects.filter(state=State.COMPLETED).count() == MAX_RUNNING
        assert ExportJob.objects.filter(state=State.RUNNING).count() == 4

    def test_waits_for_places_that_somebody_else_has_taken(
        self, job: ExportJob, destination: Destination, sandbox: TestSandbox, time: Time
    ) -> None:
        for number in range(MAX_RUNNING):
            person = sandbox.enabled_user(f"other{number}")
            start_elsewhere(sandbox, destination, person.entity_id)
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == State.QUEUED
        assert "ten places" in job.note
        time.pass_(hours=1)
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == State.RUNNING

    def test_waits_out_the_24_hours_of_a_mailbox_exported_elsewhere(
        self, job: ExportJob, destination: Destination, sandbox: TestSandbox, time: Time
    ) -> None:
        start_elsewhere(sandbox, destination, job.entity_id)
        time.pass_(hours=1)
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert (job.state, job.note) == (
            State.QUEUED,
            "This mailbox was exported less than 24 hours ago.",
        )
        time.pass_(hours=23, minutes=1)
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == State.RUNNING

    def test_holds_back_the_second_export_of_a_mailbox_within_24_hours_without_asking(
        self,
        job: ExportJob,
        exporter: Actor,
        destination: Destination,
        ada: Entity,
        sandbox: TestSandbox,
        time: Time,
    ) -> None:
        job_queue.sweep_exports()
        time.pass_(hours=1)
        job_queue.sweep_exports()
        again = job_queue.request_exports(exporter, destination, [ada], reason="again")[0]
        job_queue.sweep_exports()
        again.refresh_from_db()
        assert again.state == State.QUEUED
        assert Entry.objects.filter(kind="intent", operation=job_queue.OPERATION).count() == 1
        time.pass_(hours=23, minutes=1)
        job_queue.sweep_exports()
        again.refresh_from_db()
        assert again.state == State.RUNNING

    def test_fails_an_export_that_aws_refuses_and_says_why(
        self, job: ExportJob, sandbox: TestSandbox, time: Time
    ) -> None:
        sandbox.call("DeregisterFromWorkMail", EntityId=job.entity_id)
        sandbox.call("DeleteUser", UserId=job.entity_id)
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == State.FAILED
        assert job.note

    def test_says_why_an_export_failed_on_the_way(
        self, exporter: Actor, destination: Destination, ada: Entity, time: Time
    ) -> None:
        destination.bucket = "nobody-has-this-bucket"
        destination.save()
        job = job_queue.request_exports(exporter, destination, [ada], reason="")[0]
        job_queue.sweep_exports()
        time.pass_(hours=1)
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == State.FAILED
        assert job.note

    def test_parks_an_export_that_never_gets_an_answer(
        self, job: ExportJob, time: Time, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def silence(*_: object, **__: object) -> None:
            raise errors.Unreachable("nobody answers")

        monkeypatch.setattr(transport, "send_call", silence)
        for _ in range(7):
            time.pass_(seconds=61)
            job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == State.PARKED
        assert Entry.objects.filter(kind="outcome", outcome="unknown").count() == 5

    def test_checks_the_right_again_when_the_export_starts(
        self, job: ExportJob, sandbox: TestSandbox, time: Time
    ) -> None:
        Grant.objects.all().delete()
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == State.FAILED
        assert known_to_aws(sandbox) == []
        assert Entry.objects.filter(kind="denied", operation=job_queue.OPERATION).exists()

    def test_lets_a_late_worker_change_nothing(self, job: ExportJob, time: Time) -> None:
        late = ExportJob.objects.get(pk=job.pk)
        job_queue._claim_job(late)
        time.pass_(seconds=61)
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert not job_queue._mark_running(late, "another-job")
        assert ExportJob.objects.get(pk=job.pk).job_id == job.job_id


class TestCancel:
    def test_takes_a_queued_export_out_of_the_queue(
        self, job: ExportJob, exporter: Actor, sandbox: TestSandbox
    ) -> None:
        job_queue.cancel_job(exporter, job, reason="not needed")
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == State.CANCELLED
        assert known_to_aws(sandbox) == []
        entry = Entry.objects.get(kind="requested", operation="CancelMailboxExportJob")
        assert entry.reason == "not needed"

    def test_asks_aws_to_stop_a_running_one(
        self, job: ExportJob, exporter: Actor, sandbox: TestSandbox, time: Time
    ) -> None:
        job_queue.sweep_exports()
        job.refresh_from_db()
        job_queue.cancel_job(exporter, job)
        job.refresh_from_db()
        assert job.state == State.CANCELLED
        assert known_to_aws(sandbox)[0]["State"] == "CANCELLED"


class TestRetry:
    def test_makes_a_new_export_with_a_token_of_its_own(self, job: ExportJob, exporter: Actor) -> None:
        ExportJob.objects.update(state=State.FAILED)
        again = job_queue.retry_job(exporter, job)
        assert again.client_token != job.client_token
        assert (again.entity_id, again.bucket, again.state) == (job.entity_id, job.bucket, State.QUEUED)

    def test_returns_the_open_export_when_it_is_sent_twice(self, job: ExportJob, exporter: Actor) -> None:
        ExportJob.objects.update(state=State.FAILED)
        assert job_queue.retry_job(exporter, job) == job_queue.retry_job(exporter, job)
        assert ExportJob.objects.count() == 2
        assert Entry.objects.filter(kind="requested").count() == 2


class TestAdoption:
    def test_keeps_a_row_of_a_job_that_was_started_elsewhere(
        self, organization: Organization, destination: Destination, ada: Entity, sandbox: TestSandbox
    ) -> None:
        start_elsewhere(sandbox, destination, ada.entity_id)
        assert aws_jobs.adopt_jobs(organization) == 1
        assert aws_jobs.adopt_jobs(organization) == 0
        assert ExportJob.objects.get().requested_by == "outside this console"

    def test_leaves_the_consoles_own_jobs_alone(self, job: ExportJob, organization: Organization) -> None:
        job_queue.sweep_exports()
        assert aws_jobs.adopt_jobs(organization) == 0

    def test_finds_every_job_begun_after_the_backup_that_was_restored(
        self,
        organization: Organization,
        exporter: Actor,
        destination: Destination,
        sandbox: TestSandbox,
        time: Time,
    ) -> None:
        users = [sandbox.enabled_user(f"user{number}") for number in range(MAX_RUNNING)]
        gateway.call(Actor.system("mirror"), "ListUsers", organization)
        entities = Entity.objects.filter(entity_id__in=[each.entity_id for each in users])
        job_queue.request_exports(exporter, destination, entities, reason="before the fault")
        job_queue.sweep_exports()
        ids = {each["JobId"] for each in known_to_aws(sandbox)}
        assert len(ids) == MAX_RUNNING
        ExportJob.objects.all().delete()
        assert aws_jobs.adopt_jobs(organization) == MAX_RUNNING
        assert set(ExportJob.objects.values_list("job_id", flat=True)) == ids
        time.pass_(hours=1)
        job_queue.sweep_exports()
        assert ExportJob.objects.filter(state=State.COMPLETED).count() == MAX_RUNNING
        due = zip_check.claim_next_job()
        assert due is not None
        assert zip_check.check_zip(due) == ExportJob.Check.MATCHES

    def test_learns_the_place_of_an_adopted_job_so_that_it_can_be_exported_again(
        self,
        organization: Organization,
        destination: Destination,
        ada: Entity,
        sandbox: TestSandbox,
        time: Time,
    ) -> None:
        start_elsewhere(sandbox, destination, ada.entity_id)
        aws_jobs.adopt_jobs(organization)
        job_queue.sweep_exports()
        row = ExportJob.objects.get()
        place = (row.role_arn, row.kms_key_arn, row.bucket, row.prefix)
        assert place == (
            destination.role_arn,
            destination.kms_key_arn,
            destination.bucket,
            destination.prefix,
        )

    def test_adopts_another_consoles_job(
        self, organization: Organization, destination: Destination, ada: Entity, sandbox: TestSandbox
    ) -> None:
        marked = f"wm-export:{uuid4()}"
        job_id = start_elsewhere(sandbox, destination, ada.entity_id, marked)
        assert aws_jobs.adopt_jobs(organization) == 1
        row = ExportJob.objects.get()
        assert (row.job_id, row.description, row.state) == (job_id, marked, State.RUNNING)

    def test_gives_a_job_whose_start_is_not_answered_yet_to_its_row(
        self,
        job: ExportJob,
        organization: Organization,
        destination: Destination,
        sandbox: TestSandbox,
        time: Time,
    ) -> None:
        job_queue._claim_job(job)
        job_id = start_elsewhere(sandbox, destination, job.entity_id, job.description)
        assert aws_jobs.adopt_jobs(organization) == 1
        assert not job_queue._mark_running(job, job_id)
        row = ExportJob.objects.get()
        assert (row.pk, row.job_id, row.state) == (job.pk, job_id, State.RUNNING)

    def test_finds_the_job_of_a_parked_row(
        self, job: ExportJob, organization: Organization, destination: Destination, sandbox: TestSandbox
    ) -> None:
        ExportJob.objects.update(state=State.PARKED)
        job_id = start_elsewhere(sandbox, destination, job.entity_id, job.description)
        aws_jobs.adopt_jobs(organization)
        row = ExportJob.objects.get()
        assert (row.job_id, row.state) == (job_id, State.RUNNING)

    def test_waits_with_a_running_job_while_the_mailbox_has_an_open_export_here(
        self,
        job: ExportJob,
        organization: Organization,
        destination: Destination,
        sandbox: TestSandbox,
        time: Time,
    ) -> None:
        job_id = start_elsewhere(sandbox, destination, job.entity_id)
        assert aws_jobs.adopt_jobs(organization) == 0
        time.pass_(hours=1)
        assert aws_jobs.adopt_jobs(organization) == 1
        assert ExportJob.objects.get(job_id=job_id).state == State.COMPLETED
        assert ExportJob.objects.open().get() == job

    def test_does_not_ask_for_ever_about_a_job_that_aws_has_forgotten(
        self, job: ExportJob, time: Time
    ) -> None:
        ExportJob.objects.update(state=State.RUNNING, job_id="a-job-of-an-old-backup")
        job_queue.sweep_exports()
        job.refresh_from_db()
        assert job.state == State.PARKED
        assert "no longer shows this export" in job.note


class TestCheck:
    def test_counts_the_zips_hash_and_messages(self, job: ExportJob, time: Time) -> None:
        complete(time)
        due = zip_check.claim_next_job()
        assert due is not None
        assert zip_check.check_zip(due) == ExportJob.Check.MATCHES
        job.refresh_from_db()
        assert len(job.sha384) == 96
        assert job.size
        assert job.messages
        assert zip_check.claim_next_job() is None

    def test_notices_a_zip_that_somebody_changed(
        self, job: ExportJob, sandbox: TestSandbox, time: Time
    ) -> None:
        complete(time)
        job.refresh_from_db()
        sandbox.s3.put_object(Bucket=job.bucket, Key=job.path, Body=b"something else")
        due = zip_check.claim_next_job()
        assert due is not None
        assert zip_check.check_zip(due) == ExportJob.Check.DIFFERS

    def test_says_that_a_zip_cannot_be_read(self, job: ExportJob, sandbox: TestSandbox, time: Time) -> None:
        complete(time)
        job.refresh_from_db()
        sandbox.s3.delete_object(Bucket=job.bucket, Key=job.path)
        due = zip_check.claim_next_job()
        assert due is not None
        assert zip_check.check_zip(due) == ExportJob.Check.UNREADABLE


def complete(time: Time) -> None:
    job_queue.sweep_exports()
    time.pass_(hours=1)
    job_queue.sweep_exports()


def start_elsewhere(
    sandbox: TestSandbox, destination: Destination, entity_id: str, description: str = "started by a script"
) -> str:
    answer = sandbox.call(
        "StartMailboxExportJob",
        ClientToken=f"elsewhere-{entity_id}",
        EntityId=entity_id,
        Description=description,
        RoleArn=destination.role_arn,
        KmsKeyArn=destination.kms_key_arn,
        S3BucketName=destination.bucket,
        S3Prefix=destination.prefix,
    )
    return str(answer["JobId"])


class TestAVerificationThatRaises:
    @pytest.mark.parametrize("failure", [RuntimeError("expired credentials"), MemoryError(), SystemExit(1)])
    def test_is_tried_again_soon(
        self, job: ExportJob, time: Time, failure: BaseException, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ExportJob.objects.filter(pk=job.pk).update(
            state=State.COMPLETED, path="a.zip", check_result=ExportJob.Check.NONE, lease_until=None
        )

        def fail(*_: object) -> None:
            raise failure

        monkeypatch.setattr(zip_check, "_read_log", fail)
        claimed = zip_check.claim_next_job()
        assert claimed
        with pytest.raises(type(failure)):
            zip_check.check_zip(claimed)
        assert zip_check.claim_next_job() is None
        time.pass_(minutes=20)
        assert zip_check.claim_next_job() == job


class TestAVerificationWhoseWorkerIsKilled:
    @pytest.fixture
    def completed(self, job: ExportJob) -> ExportJob:
        ExportJob.objects.filter(pk=job.pk).update(state=State.COMPLETED, path="a.zip", bucket="b")
        job.refresh_from_db()
        return job

    def test_is_free_within_minutes(self, completed: ExportJob, time: Time) -> None:
        assert zip_check.claim_next_job() == completed
        assert zip_check.claim_next_job() is None
        time.pass_(minutes=5)
        assert zip_check.claim_next_job() == completed

    def test_is_not_free_while_the_zip_is_read(
        self, completed: ExportJob, time: Time, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        taken = []

        def read(*_: object) -> Iterator[bytes]:
            for _minute in range(10):
                time.pass_(minutes=2)
                taken.append(zip_check.claim_next_job())
                yield b"x"

        log = {"sha384Hash": "", "totalMessages": "1", "totalNonExportableItems": "0"}
        monkeypatch.setattr(zip_check, "RENEW_SECONDS", -1.0)
        monkeypatch.setattr(zip_check, "_read_log", lambda _: log)
        monkeypatch.setattr("console.aws.storage.read_object", read)
        claimed = zip_check.claim_next_job()
        assert claimed
        assert zip_check.check_zip(claimed) == ExportJob.Check.DIFFERS
        assert taken == [None] * 10

    def test_writes_nothing_over_the_worker_that_took_over(self, completed: ExportJob, time: Time) -> None:
        late = zip_check.claim_next_job()
        time.pass_(minutes=5)
        assert zip_check.claim_next_job()
        assert late
        with pytest.raises(LeaseLost):
            late.hold(zip_check.LEASE)
        zip_check._store_result(late, ExportJob.Check.UNREADABLE)
        completed.refresh_from_db()
        assert completed.check_result == ExportJob.Check.NONE
