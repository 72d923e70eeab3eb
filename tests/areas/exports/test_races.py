"""Two requests for one mailbox at the same moment: one export is opened, and both get it."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from console.actor import Actor
from console.areas.exports import aws_jobs, job_queue
from console.areas.exports.models import Destination, ExportJob
from console.mirror.models import Entity, Organization
from console.sandbox.fixtures import TestSandbox
from tests.areas.exports.test_engine import start_elsewhere
from tests.races.harness import TRIES, on_postgresql, results_at_once

pytestmark = [pytest.mark.django_db(transaction=True), on_postgresql]
State = ExportJob.State
Act = Callable[[], object]


@pytest.fixture
def failed(exporter: Actor, destination: Destination, ada: Entity) -> ExportJob:
    (job,) = job_queue.request_exports(exporter, destination, [ada], reason="leaves")
    return fail(job)


def fail(job: ExportJob) -> ExportJob:
    ExportJob.objects.filter(pk=job.pk).update(state=State.FAILED)
    job.refresh_from_db()
    return job


def close_all() -> int:
    """Close what is open and return how many were."""
    return ExportJob.objects.open().update(state=State.CANCELLED)


class TestTogether:
    def test_two_requests_open_one_export(
        self, exporter: Actor, destination: Destination, ada: Entity, bo: Entity
    ) -> None:
        for _ in range(TRIES):
            there, back = results_at_once(
                lambda: job_queue.request_exports(exporter, destination, [ada, bo], reason="one"),
                lambda: job_queue.request_exports(exporter, destination, [bo, ada], reason="two"),
            )
            assert isinstance(there, list)
            assert isinstance(back, list)
            assert sorted(job.entity_id for job in there + back) == sorted([ada.entity_id, bo.entity_id])
            assert close_all() == 2

    def test_a_request_and_a_retry_open_one_export(
        self, exporter: Actor, destination: Destination, ada: Entity, failed: ExportJob
    ) -> None:
        for _ in range(TRIES):
            asked, again = results_at_once(
                lambda: job_queue.request_exports(exporter, destination, [ada], reason="one"),
                lambda: job_queue.retry_job(exporter, failed),
            )
            opened = ExportJob.objects.open().get()
            assert again == opened
            assert asked in ([], [opened])
            assert close_all() == 1

    def test_two_retries_open_one_export(self, exporter: Actor, failed: ExportJob) -> None:
        for _ in range(TRIES):
            one, other = results_at_once(
                lambda: job_queue.retry_job(exporter, failed), lambda: job_queue.retry_job(exporter, failed)
            )
            assert one == other == ExportJob.objects.open().get()
            assert close_all() == 1

    def test_a_request_and_an_adoption_open_one_export(
        self,
        exporter: Actor,
        destination: Destination,
        organization: Organization,
        ada: Entity,
        sandbox: TestSandbox,
    ) -> None:
        start_elsewhere(sandbox, destination, ada.entity_id)
        for _ in range(TRIES):
            results_at_once(
                lambda: job_queue.request_exports(exporter, destination, [ada], reason="one"),
                lambda: aws_jobs.adopt_jobs(organization),
            )
            assert ExportJob.objects.open().count() == 1
            ExportJob.objects.all().delete()

    def test_two_adoptions_keep_one_row(
        self, destination: Destination, organization: Organization, ada: Entity, sandbox: TestSandbox
    ) -> None:
        start_elsewhere(sandbox, destination, ada.entity_id)
        for _ in range(TRIES):
            counts = results_at_once(
                lambda: aws_jobs.adopt_jobs(organization), lambda: aws_jobs.adopt_jobs(organization)
            )
            assert sorted(map(int, map(str, counts))) == [0, 1]
            ExportJob.objects.get().delete()

    def test_a_start_and_an_adoption_keep_one_row(
        self,
        exporter: Actor,
        destination: Destination,
        organization: Organization,
        ada: Entity,
        sandbox: TestSandbox,
    ) -> None:
        (job,) = job_queue.request_exports(exporter, destination, [ada], reason="one")
        job_queue.start_job(job)
        job.refresh_from_db()
        job_id = job.job_id
        for _ in range(TRIES):
            ExportJob.objects.update(state=State.QUEUED, job_id="", started_at=None)
            job.refresh_from_db()
            results_at_once(lambda: job_queue.start_job(job), lambda: aws_jobs.adopt_jobs(organization))
            row = ExportJob.objects.get()
            assert (row.pk, row.job_id, row.state) == (job.pk, job_id, State.RUNNING)


@pytest.fixture
def unconstrained() -> Iterator[None]:
    (constraint,) = [each for each in ExportJob._meta.constraints if each.name == "export_open_once"]
    with connection.schema_editor() as editor:
        editor.remove_constraint(ExportJob, constraint)
    yield
    ExportJob.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(ExportJob, constraint)


@pytest.mark.usefixtures("unconstrained")
class TestWithoutTheConstraint:
    def test_the_race_opens_two_exports(self, exporter: Actor, failed: ExportJob) -> None:
        """Show that these races can be lost."""
        opened = set()
        for _ in range(TRIES):
            results_at_once(
                lambda: job_queue.retry_job(exporter, failed), lambda: job_queue.retry_job(exporter, failed)
            )
            opened.add(close_all())
        assert 2 in opened
