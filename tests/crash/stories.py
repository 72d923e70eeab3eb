"""What a process does while it is killed or held up, and what must hold once others have gone on."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Protocol

from django.db.models import F

from console.actor import Actor
from console.areas.exports import job_queue
from console.areas.exports.models import Destination, ExportJob
from console.changes import drafts, engine
from console.changes.models import Change
from console.changes.steps import PlannedStep
from console.gateway import gateway, unknown_outcomes
from console.ledger.models import Entry, EntryQuerySet
from console.mirror.models import Entity, Organization
from console.sandbox import records
from console.sandbox.fixtures import TestSandbox
from tests.areas.exports.conftest import Time
from tests.crash.hearing import Hearing

State = ExportJob.State
# What the ledger may say of a write by whether it happened.
EITHER: dict[bool, list[list[str]]] = {True: [["done"], ["applied"]], False: [[], ["not_applied"]]}


@dataclass
class Town:
    """The sandbox and the console in front of it, with one operator who may do everything."""

    sandbox: TestSandbox
    aws: Hearing
    time: Time
    destination: Destination
    actor: Actor
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @property
    def organization(self) -> Organization:
        return self.destination.organization

    def person(self, number: int) -> Entity:
        """Somebody with a mailbox, known to the console."""
        made = self.sandbox.enabled_user(f"person{number}", filled=False)
        return Entity.objects.create(
            organization=self.organization,
            entity_id=made.entity_id,
            kind="user",
            name=made.name,
            email=made.email,
            state="ENABLED",
        )

    def entries(self, person: Entity) -> EntryQuerySet:
        organization = self.organization.organization_id
        return Entry.objects.filter(organization=organization, target=person.entity_id)

    def settle(self, person: Entity) -> None:
        """As the settling does once the intents are old enough, without a look at everybody else's."""
        for intent in self.entries(person).filter(at__lt=self.time() - unknown_outcomes.QUIET_PERIOD).open():
            unknown_outcomes.settle_intent(intent)

    def jobs(self, person: Entity) -> list[records.ExportJob]:
        """What AWS knows, the oldest first."""
        found = self.sandbox.store.export_jobs.all("mailbox", person.entity_id)
        return sorted(found, key=lambda job: job.started)

    def forget_token(self, person: Entity) -> None:
        with self.sandbox.store.transaction():
            for job in self.jobs(person):
                self.sandbox.store.export_jobs.save(replace(job, client_token=f"forgotten-{job.job_id}"))

    def forget_jobs(self) -> None:
        """Nobody looks at the last story's any more, and every list of them would grow longer."""
        with self.sandbox.store.transaction():
            for job in [*self.sandbox.store.export_jobs]:
                self.sandbox.store.export_jobs.delete(job.job_id)


class Story(Protocol):
    """One life of a process, with a person of its own so that lives do not meet."""

    person: Entity

    def __init__(self, town: Town, number: int) -> None: ...

    def act(self) -> object:
        """What the process does."""

    def others(self) -> Iterator[str]:
        """Let time pass and others go on; what is wrong on the way."""

    def wrongs(self) -> Iterator[str]:
        """What is wrong at the end."""


class Export:
    """A worker starts an export and looks after it."""

    def __init__(self, town: Town, number: int) -> None:
        self.town, self.person = town, town.person(number)
        (self.row,) = job_queue.request_exports(town.actor, town.destination, [self.person], reason="leaves")

    def act(self) -> None:
        job_queue.sweep_exports()
        job_queue.sweep_exports()

    def others(self) -> Iterator[str]:
        self.town.time.pass_(seconds=120)
        job_queue.sweep_exports()
        self.town.settle(self.person)
        yield from self.unlike(State.RUNNING)
        self.town.time.pass_(hours=1)
        job_queue.sweep_exports()

    def wrongs(self) -> Iterator[str]:
        yield from self.unlike(State.COMPLETED)

    def unlike(self, state: ExportJob.State) -> Iterator[str]:
        """One job at AWS, and the row knows it."""
        self.row.refresh_from_db()
        known = [job.job_id for job in self.town.jobs(self.person)]
        if (self.row.state, [self.row.job_id]) != (state, known):
            yield f"the row is {self.row.state}, not {state}, with {self.row.job_id!r} of {known}"


class Overslept(Export):
    """When the worker is back at last, AWS does not know the export's token any more."""

    def others(self) -> Iterator[str]:
        yield from super().others()
        self.town.forget_token(self.person)


class Forgotten(Export):
    """A start was never answered, and AWS may not know its token any more: the worker looks for the job."""

    def __init__(self, town: Town, number: int) -> None:
        super().__init__(town, number)
        job_queue.start_job(self.row)
        self.forget_answer()
        town.forget_token(self.person)

    def forget_answer(self) -> None:
        now = self.town.time()
        self.town.time.pass_(seconds=1)
        ExportJob.objects.filter(pk=self.row.pk).update(
            state=State.STARTING,
            job_id="",
            started_at=None,
            lease_until=now,
            unanswered=1,
            tried_at=now - job_queue.TOKEN_MEMORY,
        )


class Waiting(Export):
    """AWS refuses because of a limit: the worker asks which one, and the export waits for its day."""

    def __init__(self, town: Town, number: int) -> None:
        super().__init__(town, number)
        with town.sandbox.store.transaction():
            town.sandbox.store.export_jobs.save(self.elsewhere(number))

    def elsewhere(self, number: int) -> records.ExportJob:
        """The same mailbox, exported by somebody else a moment ago."""
        return records.ExportJob(
            organization_id=self.town.sandbox.organization_id,
            job_id=f"elsewhere-{number}",
            client_token=f"elsewhere-{number}",
            entity_id=self.person.entity_id,
            description="",
            role_arn=self.row.role_arn,
            kms_key_arn=self.row.kms_key_arn,
            bucket=self.row.bucket,
            prefix=self.row.prefix,
            started=self.town.sandbox.clock.now(),
            seconds=60,
        )

    def others(self) -> Iterator[str]:
        self.town.time.pass_(seconds=120)
        job_queue.sweep_exports()
        self.town.settle(self.person)
        self.row.refresh_from_db()
        if self.row.state != State.QUEUED or "24 hours" not in self.row.note:
            yield f"the row is {self.row.state} instead of waiting: {self.row.note}"
        for _ in range(2):
            self.town.time.pass_(hours=24)
            job_queue.sweep_exports()

    def wrongs(self) -> Iterator[str]:
        self.row.refresh_from_db()
        last = self.town.jobs(self.person)[-1]
        if (self.row.state, self.row.job_id) != (State.COMPLETED, last.job_id):
            yield f"the row is {self.row.state} after its day"


class Changing:
    """A worker runs a change of two steps, of which the second could not be done twice."""

    def __init__(self, town: Town, number: int) -> None:
        self.town, self.person = town, town.person(number)
        who = self.person.entity_id
        steps = [
            PlannedStep("UpdateUser", {"UserId": who, "City": "Ulm"}),
            PlannedStep("CreateAlias", {"EntityId": who, "Alias": f"also{number}@example.com"}, needs=0),
        ]
        self.change = drafts.create_change(town.actor, town.organization, "Move", steps)
        Change.objects.filter(pk=self.change.pk).update(state=Change.State.RUNNING, turn_at=town.time())

    def act(self) -> object:
        return engine.sweep()

    def others(self) -> Iterator[str]:
        for _ in range(3):
            self.town.time.pass_(seconds=120)
            engine.sweep()
            self.town.settle(self.person)
        yield from self.wrongs()

    def wrongs(self) -> Iterator[str]:
        self.change.refresh_from_db()
        found = self.town.sandbox.call("ListAliases", EntityId=self.person.entity_id)["Aliases"]
        steps = [*self.change.steps.values_list("state", flat=True)]
        if (self.change.state, len(found)) != (Change.State.DONE, 2):
            yield f"the change is {self.change.state} with steps {steps}, and AWS has {found}"


class Mending:
    """An operator changes a record. Nobody repeats that, so the ledger alone says what became of it."""

    def __init__(self, town: Town, number: int) -> None:
        self.town, self.person = town, town.person(number)

    def act(self) -> object:
        who = self.person.entity_id
        return gateway.call(self.town.actor, "UpdateUser", self.town.organization, UserId=who, City="Ulm")

    def others(self) -> Iterator[str]:
        self.town.time.pass_(seconds=120)
        self.town.settle(self.person)
        yield from self.wrongs()

    def wrongs(self) -> Iterator[str]:
        intents = self.town.entries(self.person).filter(kind=Entry.Kind.INTENT)
        said = [*intents.with_result().values_list(F("result"), flat=True)]
        happened = self.town.sandbox.call("DescribeUser", UserId=self.person.entity_id).get("City") == "Ulm"
        if said not in EITHER[happened]:
            yield f"the ledger says {said}, and AWS {'did' if happened else 'did not do'} it"
