"""A hundred exports through real workers that are killed again and again; the broker forgets all once."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import redis
from django.utils import timezone

from console.actor import Actor
from console.areas.exports import job_queue
from console.areas.exports.models import Destination, ExportJob
from console.gateway import gateway, unknown_outcomes
from console.ledger.models import Entry
from console.mirror.models import Entity, Organization
from console.sandbox import fixtures
from tests import services
from tests.areas.exports.conftest import actor, operator
from tests.crash.processes import Processes, database_url, empty_broker, eventually, free_port, is_healthy
from tests.ledger.support import verdict

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]
EXPORTS = 100
KILLS = 10
BROKER_WIPED, BEAT_KILLED = 4, 7  # after that many kills
WORKER = ("celery", "-A", "console", "worker", "-c", "2", "--loglevel", "WARNING")
BEAT = ("celery", "-A", "console", "beat", "--loglevel", "WARNING")
State = ExportJob.State


class Site:
    """A console whose background runs in processes of its own, against a sandbox in another one."""

    def __init__(self, folder: Path, broker: str) -> None:
        self.broker, self.state = broker, folder / "sandbox"
        self.endpoint = f"http://127.0.0.1:{free_port()}"
        self.processes = Processes(
            folder,
            {
                "DATABASE_URL": database_url(),
                "BROKER_URL": broker,
                "EXPORT_SWEEP_SECONDS": "0.5",
                "EXPORT_LEASE_SECONDS": "3",
                "TARGET_LEASE_SECONDS": "5",
            },
        )

    def open(self) -> None:
        port = self.endpoint.rpartition(":")[2]
        self.processes.start("sandbox", "tests.crash.server", port, str(self.state), str(EXPORTS))
        for name in ("worker1", "worker2"):
            self.processes.start(name, *WORKER, "-n", f"{name}@%h")
        self.processes.start("beat", *BEAT)
        eventually(lambda: is_healthy(self.endpoint), "the sandbox")

    def jobs(self) -> list[dict[str, Any]]:
        """What AWS knows, asked past the console."""
        client = boto3.client("workmail", endpoint_url=self.endpoint, region_name="us-east-1")
        (organization,) = client.list_organizations()["OrganizationSummaries"]
        known: list[Any] = []
        token: dict[str, Any] = {"OrganizationId": organization["OrganizationId"]}
        while token:
            page = client.list_mailbox_export_jobs(**token)
            known += page["Jobs"]
            token = {**token, "NextToken": page["NextToken"]} if page.get("NextToken") else {}
        return known

    def starts(self) -> int:
        return (self.state / "writes").read_text().split().count(job_queue.OPERATION)


@pytest.fixture
def site(tmp_path: Path, transactional_db: None) -> Iterator[Site]:
    made = Site(tmp_path, empty_broker(services.redis()))
    try:
        made.open()
        yield made
    finally:
        made.processes.end()
        with redis.Redis.from_url(made.broker) as broker:
            broker.flushdb()


@pytest.fixture
def queued(site: Site) -> list[ExportJob]:
    client = boto3.client("workmail", endpoint_url=site.endpoint, region_name="us-east-1")
    (found,) = client.list_organizations()["OrganizationSummaries"]
    organization = Organization.objects.create(
        organization_id=found["OrganizationId"],
        slug="example",
        region="us-east-1",
        endpoint_url=site.endpoint,
    )
    for _ in gateway.call_pages(Actor.system("mirror"), "ListUsers", organization):
        pass
    destination = Destination.objects.create(
        organization=organization,
        name="Archive",
        role_arn=fixtures.ROLE,
        kms_key_arn=fixtures.KEY,
        bucket=fixtures.BUCKET,
        prefix="exports",
    )
    people = Entity.objects.filter(organization=organization, name__startswith="person")
    exporter = actor(operator(organization, "Exporter", "erin"))
    return job_queue.request_exports(exporter, destination, people, reason="all of them")


def started() -> int:
    return Entry.objects.filter(kind=Entry.Kind.INTENT, operation=job_queue.OPERATION).count()


def settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Later, when what was killed is old enough to be looked into."""
    later = timezone.now() + unknown_outcomes.QUIET_PERIOD + timedelta(seconds=1)
    with monkeypatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: later)
        unknown_outcomes.settle_due()


class TestExportsWhileWorkersAreKilled:
    def test_are_all_done_and_none_twice(
        self, site: Site, queued: list[ExportJob], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert len(queued) == EXPORTS
        chance = random.Random(20270331)
        for number, moment in enumerate(sorted(chance.sample(range(3, EXPORTS - 5), KILLS)), 1):
            eventually(lambda moment=moment: started() >= moment, f"{moment} starts")  # type: ignore[misc]
            site.processes.restart(chance.choice(["worker1", "worker2"]))
            if number == BROKER_WIPED:
                with redis.Redis.from_url(site.broker) as broker:
                    broker.flushdb()
            if number == BEAT_KILLED:
                site.processes.restart("beat")
        eventually(lambda: not ExportJob.objects.open().exists(), "the rest")
        self.judge(site)
        settle(monkeypatch)
        assert not Entry.objects.all().open().exists()
        assert verdict().ok

    @staticmethod
    def judge(site: Site) -> None:
        """Every row is completed, AWS has exactly its job, and no call was made without an intent."""
        rows = ExportJob.objects.all()
        assert {row.state: row.note for row in rows} == {State.COMPLETED: ""}
        jobs = site.jobs()
        assert len({job["EntityId"] for job in jobs}) == len(jobs) == EXPORTS
        assert {job["JobId"] for job in jobs} == {row.job_id for row in rows}
        assert EXPORTS <= site.starts() <= started()
