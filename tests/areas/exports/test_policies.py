"""Exports under the organization's change policies: request, retry, withdrawal and start."""

from typing import Any

import pytest

from console.actor import Actor
from console.areas.exports import job_queue
from console.areas.exports.models import Destination, ExportJob
from console.aws import errors
from console.changes import control, engine, policies
from console.changes.models import Change, Conditions
from console.mirror.models import Entity, Organization
from console.sandbox.fixtures import TestSandbox
from tests.areas.exports.conftest import actor, operator

pytestmark = pytest.mark.django_db(transaction=True)
State = ExportJob.State


@pytest.fixture
def approver(organization: Organization) -> Actor:
    return actor(operator(organization, "Owner", "olga"))


def demand(organization: Organization, **given: Any) -> None:
    Conditions.objects.create(organization=organization, **given)


def waiting(act: Any) -> Change:
    """The change that an act leaves behind to be approved."""
    with pytest.raises(engine.ApprovalNeeded) as stopped:
        act()
    engine.start_change(stopped.value.change)
    change = Change.objects.get(pk=stopped.value.change.pk)
    assert change.state == Change.State.AWAITING
    Change.objects.filter(pk=change.pk).update(prepared_at=change.requested_at)
    change.refresh_from_db()
    return change


class TestApproval:
    @pytest.mark.parametrize("policy", [{"approve_operations": [job_queue.OPERATION]}, {"approve_over": 1}])
    def test_queues_and_starts_what_was_approved_and_nothing_before(
        self,
        policy: dict[str, Any],
        exporter: Actor,
        approver: Actor,
        destination: Destination,
        ada: Entity,
        bo: Entity,
        sandbox: TestSandbox,
    ) -> None:
        demand(destination.organization, **policy)
        change = waiting(lambda: job_queue.request_exports(exporter, destination, [ada, bo], reason="leave"))
        job_queue.sweep_exports()
        assert not ExportJob.objects.exists()
        assert not sandbox.calls(job_queue.OPERATION)
        control.approve_change(approver, change, policies.compute_digest(change))
        engine.sweep()
        job_queue.sweep_exports()
        change.refresh_from_db()
        assert change.state == Change.State.DONE
        assert list(ExportJob.objects.values_list("state", flat=True)) == [State.RUNNING] * 2
        assert len(sandbox.calls(job_queue.OPERATION)) == 2

    def test_is_needed_for_another_try(
        self, exporter: Actor, destination: Destination, ada: Entity, sandbox: TestSandbox
    ) -> None:
        (job,) = job_queue.request_exports(exporter, destination, [ada], reason="leaves")
        ExportJob.objects.update(state=State.FAILED)
        demand(destination.organization, approve_operations=[job_queue.OPERATION])
        job.refresh_from_db()
        waiting(lambda: job_queue.retry_job(exporter, job))
        assert ExportJob.objects.count() == 1

    def test_that_a_policy_set_since_asks_for_stops_what_is_queued(
        self, exporter: Actor, destination: Destination, ada: Entity, sandbox: TestSandbox
    ) -> None:
        job_queue.request_exports(exporter, destination, [ada], reason="leaves")
        demand(destination.organization, approve_operations=[job_queue.OPERATION])
        job_queue.sweep_exports()
        assert ExportJob.objects.get().state == State.FAILED
        assert not sandbox.calls(job_queue.OPERATION)


class TestReasonAndTicket:
    def test_are_asked_for_before_anything_is_queued(
        self, exporter: Actor, destination: Destination, ada: Entity
    ) -> None:
        demand(destination.organization, ask_ticket=True)
        with pytest.raises(errors.Invalid, match="ticket"):
            job_queue.request_exports(exporter, destination, [ada], reason="leaves")
        assert not ExportJob.objects.exists()

    def test_are_asked_for_when_an_export_is_withdrawn(
        self, exporter: Actor, destination: Destination, ada: Entity
    ) -> None:
        (job,) = job_queue.request_exports(exporter, destination, [ada], reason="leaves")
        demand(destination.organization, ask_reason=True)
        with pytest.raises(errors.Invalid, match="reason"):
            job_queue.cancel_job(exporter, job)
        assert ExportJob.objects.get().state == State.QUEUED
