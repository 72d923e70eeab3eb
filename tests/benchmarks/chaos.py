"""Changes that run while workers are killed, their clocks differ by hours, and WorkMail is slow or silent.

`python -m tests.benchmarks.chaos [TRIALS] [SEED]` (1,000 without a number) starts a PostgreSQL, a Redis, a
sandbox, a beat and three workers of its own. A trial is one change of two steps on a user of its own. Prints
the kills and the violations: changes lost, steps done twice, calls without an intent, intents left open.
"""

import json
import os
import random
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tests import environment  # noqa: F401  # sets what the settings are read from

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")

import boto3
import django

from console.sandbox import control_api
from tests.crash.processes import Processes, free_port, is_healthy
from tests.faults.servers import PostgreSQL, Redis, wait_until

SKEWS = {"behind": -3 * 3600, "right": 0, "ahead": 3 * 3600}  # seconds, by worker
WORKER = ("celery", "-A", "console", "worker", "-c", "1", "--loglevel", "ERROR")
BEAT = ("celery", "-A", "console", "beat", "--loglevel", "ERROR")
LATENCY, OPERATIONS = 0.05, ("UpdateUser", "CreateAlias")
EVERY = 8.0  # seconds between two kills
PATIENCE = 3600.0


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Chaos:
    def __init__(self, folder: Path, broker: str, database: str, trials: int, seed: int) -> None:
        self.trials, self.chance = trials, random.Random(seed)
        self.state, self.port = folder / "sandbox", free_port()
        self.endpoint = f"http://127.0.0.1:{self.port}"
        given = {"DATABASE_URL": database, "BROKER_URL": broker, "CHANGE_CALLS_PER_SECOND": "200"}
        self.processes = Processes(folder, given)
        self.kills = self.drops = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        try:
            server = ("tests.crash.server", str(self.port), str(self.state), str(self.trials))
            self.processes.start("sandbox", *server)
            wait_until(lambda: is_healthy(self.endpoint), "the sandbox", 300)
            yield
        finally:
            self.processes.end()

    def disturb(self, what: str, **given: object) -> None:
        """Ask the sandbox for a fault."""
        request = urllib.request.Request(
            f"{self.endpoint}{control_api.PREFIX}{what}",
            json.dumps(given).encode(),
            {"Content-Type": control_api.CONTENT_TYPE},
        )
        urllib.request.urlopen(request, timeout=10).close()

    def start(self) -> None:
        self.disturb("latency", seconds=LATENCY)
        for name, seconds in SKEWS.items():
            self.processes.start(name, "tests.crash.skewed", str(seconds), *WORKER, "-n", f"{name}@%h")
        self.processes.start("beat", *BEAT)

    def prepare(self) -> None:
        from console.actor import Actor
        from console.changes import drafts
        from console.changes.models import Change
        from console.changes.steps import PlannedStep
        from console.gateway import gateway
        from console.mirror.models import Entity, Organization
        from tests.areas import world

        client = boto3.client("workmail", endpoint_url=self.endpoint, region_name="us-east-1")
        (found,) = client.list_organizations()["OrganizationSummaries"]
        organization = Organization.objects.create(
            organization_id=found["OrganizationId"],
            slug="example",
            region="us-east-1",
            endpoint_url=self.endpoint,
        )
        for _ in gateway.call_pages(Actor.system("mirror"), "ListUsers", organization):
            pass
        owner = world.actor(world.operator("Owner", organization, name="olga"))
        for user in Entity.objects.filter(organization=organization, name__startswith="person"):
            alias = f"also-{user.name}@{user.email.rpartition('@')[2]}"
            steps = [
                PlannedStep("UpdateUser", {"UserId": user.entity_id, "City": "Ulm"}),
                PlannedStep("CreateAlias", {"EntityId": user.entity_id, "Alias": alias}, needs=0),
            ]
            drafts.create_change(owner, organization, f"Move {user.name}", steps)
        Change.objects.update(state=Change.State.RUNNING)

    def rage(self) -> float:
        """Kill a worker every few seconds, and drop an answer of WorkMail with each; until all is done."""
        from console.changes.models import Change

        began = time.monotonic()
        while Change.objects.open().exists():
            assert time.monotonic() - began < PATIENCE, "the changes are not done in an hour"
            time.sleep(EVERY * self.chance.uniform(0.5, 1.5))
            if Change.objects.filter(state=Change.State.RUNNING, steps__state="pending").exists():
                self.processes.restart(self.chance.choice([*SKEWS]))
                self.kills += 1
                self.disturb("drop", operation=self.chance.choice(OPERATIONS), when="after")
                self.drops += 1
        return time.monotonic() - began

    def violations(self) -> list[str]:
        from console.changes.models import Change
        from console.ledger.models import Entry
        from tests.ledger.support import verdict

        wrongs = [f"{change} is {change.state}" for change in Change.objects.exclude(state=Change.State.DONE)]
        client: Any = boto3.client("workmail", endpoint_url=self.endpoint, region_name="us-east-1")
        organization = client.list_organizations()["OrganizationSummaries"][0]["OrganizationId"]
        for step in [*Change.objects.values_list("steps__target", flat=True).distinct()]:
            shown = client.list_aliases(OrganizationId=organization, EntityId=step)["Aliases"]
            if len(shown) != 2:
                wrongs.append(f"{step} has {shown}")
        writes = (self.state / "writes").read_text().split()
        for operation in OPERATIONS:
            intents = Entry.objects.filter(kind=Entry.Kind.INTENT, operation=operation).count()
            if writes.count(operation) > intents:
                wrongs.append(f"{writes.count(operation)} calls of {operation} with {intents} intents")
        if Entry.objects.all().open().exists():
            wrongs.append("an intent is open")
        return wrongs + ([] if verdict().ok else ["the chain of the audit log is broken"])


def main(trials: int, seed: int) -> int:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o711)
        (folder / "postgresql").mkdir()
        server, broker = PostgreSQL(folder / "postgresql"), Redis()
        for each in (server, broker):
            each.start()
            stack.callback(each.stop)
        server.execute("CREATE DATABASE console")
        os.environ.update(DATABASE_URL=server.url, BROKER_URL=broker.url, VAR_DIR=name)
        django.setup()
        from django.core.management import call_command
        from django.db import connections

        stack.callback(connections.close_all)
        call_command("migrate", verbosity=0)
        chaos = Chaos(folder, broker.url, server.url, trials, seed)
        stack.enter_context(chaos.running())
        chaos.prepare()
        chaos.start()
        seconds = chaos.rage()
        wrongs = chaos.violations()
        for wrong in wrongs:
            say(wrong)
        say(
            f"R3 {len(wrongs)} violations in {trials} changes of two steps, {chaos.kills} kills of 3 workers"
            f" and {chaos.drops} answers dropped, clocks at -3 h, 0 and +3 h, {seconds:.0f} s"
        )
    return bool(wrongs)


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:]] or [1000]
    sys.exit(main(numbers[0], numbers[1] if len(numbers) > 1 else 1))
