"""The console's own marks in stored parameters are shown nowhere: pages, files and the audit log have words.

A mark stands where a value is not known yet (an earlier step gives it), is made up when the step runs, or
must be missing from a list.
"""

import time
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from console.aws import changed_fields, model
from console.aws.catalogue import CATALOGUE
from console.aws.redaction import is_secret
from console.changes import drafts, engine, preview, undo
from console.changes.models import Change, Step
from console.changes.steps import GENERATED, ExpectAbsent, FromStep, PlannedStep
from console.ledger import journal
from console.ledger.models import Entry
from console.sandbox.fixtures import ADA, BO
from tests.areas import world
from tests.areas.changes.conftest import Seat
from tests.contract import samples

pytestmark = pytest.mark.django_db(transaction=True)
MARKS = ("$from", "$generated", "$without", "[secret]")
APART = {"OrganizationId", "ClientToken"}
FIRST = PlannedStep(
    "CreateUser", {"Name": "gil", "DisplayName": "Gil Roth", "Password": GENERATED}, "Create Gil"
)


def marked() -> Iterator[PlannedStep]:
    """Every operation with every mark in every member that console code can put it into."""
    for rule in CATALOGUE.values():
        params = {
            name: value for name, value in samples.params(rule.name, "geheim").items() if name not in APART
        }
        if rule.is_read:
            members = model.output_members(rule.name).items()
            lists = [name for name, shape in members if shape.type_name == "list"]
            yield from (PlannedStep(rule.name, params, expects={name: ExpectAbsent("one")}) for name in lists)
            continue
        for name in params:
            shape = model.input_members(rule.name)[name]
            if is_secret(shape):
                yield PlannedStep(rule.name, {**params, name: GENERATED})
            elif shape.type_name == "string":
                yield PlannedStep(rule.name, {**params, name: FromStep(0, "UserId")}, needs=0)


def shown(seat: Seat, change: Change) -> Iterator[tuple[str, str]]:
    for position in range(0, change.total, 100):
        yield f"page from {position}", seat.text("detail", change.pk, **{"from": position})
    yield from ((name, seat.text(name, change.pk)) for name in ("receipt", "csv"))
    yield from ((name, seat.text(name)) for name in ("list", "calendar"))


def leaks(seat: Seat, change: Change) -> dict[str, list[str]]:
    found = {where: [mark for mark in MARKS if mark in text] for where, text in shown(seat, change)}
    return {where: marks for where, marks in found.items() if marks}


@pytest.fixture
def change(olga: Seat) -> Change:
    """Return a draft with a step for each; it is only shown, never run."""
    steps = [FIRST, *marked()]
    made = Change(organization=olga.organization, title="Everything", total=len(steps), requested_by="olga")
    made.requested_by_id = olga.operator.pk
    return drafts.save_change(made, steps)


class TestEveryStep:
    def test_has_a_mark(self, change: Change) -> None:
        stored = [str([step.params, step.expects]) for step in change.steps.all()]
        assert all(any(mark in text for text in stored) for mark in MARKS)
        assert all(any(mark in text for mark in MARKS) for text in stored)

    def test_shows_words_before_it_was_looked_at(self, olga: Seat, change: Change) -> None:
        assert leaks(olga, change) == {}
        assert "from an earlier step" in olga.text("detail", change.pk)

    def test_shows_words_in_its_preview(
        self, olga: Seat, change: Change, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            "console.gateway.before_after.read_before", lambda *_: {}
        )  # WorkMail has nothing of it yet
        monkeypatch.setattr("console.changes.budget.max_rate", lambda: 1e9)
        assert preview.prepare_preview(change, time.monotonic() + 600)
        assert leaks(olga, change) == {}

    @pytest.mark.parametrize("state", [Step.State.DONE, Step.State.REFUSED, Step.State.SKIPPED])
    def test_shows_words_when_it_is_over(self, olga: Seat, change: Change, state: str) -> None:
        for step in change.steps.all():
            step.before = changed_fields.read_values(step.operation, {}, step.params)
            step.after = journal.plain(step.expects or step.params)
            step.state, step.note = state, f"Step 1 ({step}) was not done."
            step.save()
        Change.objects.filter(pk=change.pk).update(state=Change.State.PARTLY)
        assert leaks(olga, change) == {}


class TestAuditLog:
    def test_has_the_values_that_were_sent(self, olga: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("console.changes.budget.max_rate", lambda: 1e9)
        steps = [
            FIRST,
            PlannedStep(
                "RegisterToWorkMail", {"EntityId": FromStep(0, "UserId"), "Email": "gil@example.com"}, needs=0
            ),
            PlannedStep(
                "PutMailboxPermissions",
                {"EntityId": ADA, "GranteeId": FromStep(0, "UserId"), "PermissionValues": ["SEND_AS"]},
                needs=1,
            ),
            PlannedStep("ResetPassword", {"UserId": BO, "Password": GENERATED}),
            PlannedStep("ListAliases", {"EntityId": BO}, expects={"Aliases": ExpectAbsent("x@example.com")}),
        ]
        change = engine.start_change(olga.draft(*steps))
        assert change.state == Change.State.DONE
        assert leaks(olga, change) == {}
        back = undo.draft_undo(world.actor(olga.operator), change)
        assert leaks(olga, back) == {}
        texts = list(logged(olga.client, olga.organization.slug))
        assert [mark for text in texts for mark in MARKS[:3] if mark in text] == []


def logged(client: Client, slug: str) -> Iterator[str]:
    """The audit log as pages and as files, and the pages of those whom it is about."""
    for name in ("list", "csv", "jsonl"):
        yield world.body(client.get(reverse(f"ledger:{name}", args=[slug])))
    for seq in Entry.objects.values_list("seq", flat=True):
        yield world.body(client.get(reverse("ledger:detail", args=[slug, seq])))
    for entity_id in (ADA, BO):
        yield world.body(client.get(reverse("users:detail", args=[slug, entity_id])))
