"""Whatever is raised at any line after the intent: what the console says is what WorkMail shows."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import FrameType
from typing import Any

import pytest
from django.db import Error, OperationalError
from django.db.models import F

from console.actor import Actor
from console.aws import errors, sent_writes
from console.changes import drafts, engine, schedule
from console.changes.models import END_KIND, Change, Step
from console.changes.steps import PlannedStep
from console.gateway import gateway, unknown_outcomes
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.areas.exports.conftest import Time

pytestmark = pytest.mark.django_db(transaction=True)
MODULES = (gateway.__file__, engine.__file__, schedule.__file__)
EVERY = 1 if os.environ.get("ALL_LINES") else 4  # ALL_LINES=1 raises each exception at every line
ANYWHERE: list[Callable[[], BaseException]] = [
    lambda: ValueError("garbled"),
    lambda: AssertionError("assumed"),
    lambda: KeyError("missing"),
    lambda: TimeoutError("late"),
    lambda: MemoryError(),
    lambda: SystemExit(1),
    lambda: Error("database"),
    lambda: OperationalError("locked"),
    lambda: journal.LedgerUnavailable("locked"),
]
# Only the gateway raises these, so only there may they be misplaced.
OF_CALLS: list[Callable[[], BaseException]] = [
    lambda: errors.Refused("EntityStateException", "no"),
    lambda: errors.Throttled("ThrottlingException", "slow"),
    lambda: errors.Invalid([]),
    lambda: errors.Changed([]),
    lambda: errors.Unreachable("not sent", sent=False),
    lambda: errors.OutcomeUnknown("silence"),
]


class Raiser:
    """Raises once, at the `number`th line of the modules after an intent was committed."""

    def __init__(self, number: int, failure: BaseException) -> None:
        self.left, self.failure, self.armed = number, failure, False

    def trace(self, frame: FrameType, event: str, _: Any) -> Any:
        path = frame.f_code.co_filename
        if path not in MODULES:
            return None
        is_of_call = isinstance(self.failure, errors.CallFailed)
        if event == "line" and self.armed and (path == gateway.__file__ or not is_of_call):
            self.left -= 1
            if self.left == 0:
                raise self.failure
        return self.trace


@contextmanager
def raising(number: int, failure: BaseException) -> Iterator[Raiser]:
    raiser, real = Raiser(number, failure), journal.record_intent

    def intend(*given: Any, **more: Any) -> Entry:
        entry = real(*given, **more)
        raiser.armed = True
        return entry

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(journal, "record_intent", intend)
        usual = sys.gettrace()
        sys.settrace(raiser.trace)
        try:
            yield raiser
        finally:
            sys.settrace(usual)


class Write:
    """A single write, done at once."""

    steps = 1

    def __init__(self, town: TestSandbox, actor: Actor, organization: Organization, time: Time) -> None:
        self.town, self.actor, self.organization, self.time = town, actor, organization, time
        self.value = ""

    def begin(self, number: int) -> None:
        Change.objects.all().delete()
        self.since = Entry.objects.count()
        self.value = f"Town {number}"

    def act(self) -> None:
        engine.perform_write(self.actor, "UpdateUser", self.organization, UserId=ADA, City=self.value)

    def done(self) -> list[bool]:
        """Whether each of the writes has happened, as WorkMail shows it."""
        return [self.town.call("DescribeUser", UserId=ADA).get("City") == self.value]

    def wrongs(self) -> Iterator[str]:
        done = self.done()
        states = [*Step.objects.filter(change__kind="").order_by("position").values_list("state", flat=True)]
        if [state == Step.State.DONE for state in states or [""] * self.steps] != done:
            yield f"the steps are {states}, and WorkMail shows {done}"
        if any(change.is_under_way for change in Change.objects.all()):
            yield "a change is still under way"
        intents = Entry.objects.filter(seq__gt=self.since, kind=Entry.Kind.INTENT)
        if intents.open().exists():
            yield "an intent is open"
        said = [*intents.with_result().values_list(F("result"), flat=True)]
        if sum(each in ("done", "applied") for each in said) != sum(done):
            yield f"the audit log says {said}, and WorkMail shows {done}"


class Grant(Write):
    """A permission given until a date."""

    def begin(self, number: int) -> None:
        super().begin(number)
        if any(self.done()):
            self.town.call("DeleteMailboxPermissions", EntityId=ADA, GranteeId=BO)

    def act(self) -> None:
        ids = {"EntityId": ADA, "GranteeId": BO}
        term = schedule.ScheduledEnd(
            PlannedStep("DeleteMailboxPermissions", ids), self.time() + timedelta(days=1)
        )
        given: dict[str, Any] = {**ids, "PermissionValues": ["FULL_ACCESS"]}
        schedule.perform_temporary(self.actor, "PutMailboxPermissions", self.organization, term, **given)

    def done(self) -> list[bool]:
        return [bool(self.town.call("ListMailboxPermissions", EntityId=ADA)["Permissions"])]

    def wrongs(self) -> Iterator[str]:
        yield from super().wrongs()
        scheduled = Change.objects.filter(kind=END_KIND, state=Change.State.SCHEDULED).count()
        if scheduled != sum(self.done()):
            yield f"{scheduled} ends are scheduled, and WorkMail shows {self.done()}"


class Bulk(Write):
    """A worker runs a change of three independent steps."""

    steps = 3

    def begin(self, number: int) -> None:
        super().begin(number)
        planned = [PlannedStep("UpdateUser", {"UserId": each, "City": self.value}) for each in (ADA, BO, CY)]
        change = drafts.create_change(self.actor, self.organization, "Move", planned)
        Change.objects.filter(pk=change.pk).update(state=Change.State.RUNNING, turn_at=self.time())

    def act(self) -> None:
        engine.sweep()

    def done(self) -> list[bool]:
        return [
            self.town.call("DescribeUser", UserId=each).get("City") == self.value for each in (ADA, BO, CY)
        ]


def says_nothing_was_done(failure: BaseException) -> bool:
    """What the page says, as `failures` and the middleware choose it."""
    if isinstance(failure, errors.CallFailed):
        return not (isinstance(failure, errors.Unreachable) and failure.sent)
    return not sent_writes.has_written()


def lived(story: Write, number: int, make: Callable[[], BaseException]) -> tuple[bool, list[str]]:
    """Whether the story came to its `number`th line, and what is wrong in the end."""
    story.begin(number)
    sent_writes.reset_count()
    told: BaseException | None = None
    with raising(number, make()) as raiser:
        try:
            story.act()
        except BaseException as failure:
            told = failure
    for _ in range(5):
        story.time.pass_(seconds=120)
        unknown_outcomes.settle_due()
        engine.sweep()
    where = f"{type(raiser.failure).__name__} at line {number}"
    wrongs = [f"{where}: {each}" for each in story.wrongs()]
    if told is not None and story.steps == 1 and says_nothing_was_done(told) and any(story.done()):
        wrongs.append(f"{where}: the page says that nothing was changed ({told!r})")
    return raiser.left <= 0, wrongs


def swept(story: Write, failures: list[Callable[[], BaseException]]) -> tuple[int, list[str]]:
    """Raise at line after line, each time another exception, until the story comes to its end."""
    wrongs: list[str] = []
    points, number = 0, 1
    kinds = [[each] for each in failures] if EVERY == 1 else [failures]
    for kind in kinds:
        number, reached = 1, True
        while reached:
            reached, found = lived(story, number, kind[points % len(kind)])
            wrongs += found
            points += reached
            number += EVERY
    return points, wrongs


@pytest.fixture
def time(town: TestSandbox, organization: Organization, monkeypatch: pytest.MonkeyPatch) -> Time:
    made = Time(town)
    monkeypatch.setattr("django.utils.timezone.now", made)
    return made


class TestAnyExceptionAfterTheIntent:
    @pytest.mark.parametrize("failures", [ANYWHERE, OF_CALLS], ids=["faults", "misplaced"])
    @pytest.mark.parametrize("kind", [Write, Grant, Bulk])
    def test_leaves_steps_ends_and_audit_log_as_workmail_shows_it(
        self,
        kind: type[Write],
        failures: list[Callable[[], BaseException]],
        town: TestSandbox,
        adam: Actor,
        organization: Organization,
        time: Time,
    ) -> None:
        points, wrongs = swept(kind(town, adam, organization, time), failures)
        assert wrongs == []
        assert points > 5

    def test_that_is_taken_for_one_before_the_call_is_found(
        self,
        town: TestSandbox,
        adam: Actor,
        organization: Organization,
        time: Time,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(engine, "is_known_unapplied", lambda step: True)
        _, wrongs = swept(Grant(town, adam, organization, time), ANYWHERE)
        assert wrongs
