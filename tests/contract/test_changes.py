"""Changes over all writes of both services: one step each, whatever AWS answers, and no secret in a row."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from console.actor import Actor
from console.aws import changed_fields, errors
from console.aws.catalogue import CATALOGUE, Operation
from console.changes import engine
from console.changes.models import Change, Step
from console.mirror.models import Organization
from console.operators import policy
from tests.contract import samples
from tests.contract.test_gateway import CANARY, SECRETS, every_write
from tests.contract.wire import Wire

pytestmark = pytest.mark.django_db
State, Of = Change.State, Step.State


def perform(actor: Actor, rule: Operation, organization: Organization, secret: str = "") -> Any:
    given = samples.params(rule.name, secret)
    given.pop("OrganizationId", None)
    return engine.perform_write(actor, rule.name, organization, reason="because", ticket="T-1", **given)


def came_to() -> tuple[str, str]:
    step = Step.objects.select_related("change").get()
    return step.change.state, step.state


class TestEveryWrite:
    @every_write
    def test_that_is_done_is_a_change_that_is_done(
        self, rule: Operation, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        perform(owner, rule, organization)
        assert came_to() == (State.DONE, Of.DONE)
        assert wire.calls.count(rule.name) == 1

    @every_write
    def test_that_is_refused_is_a_change_that_failed(
        self, rule: Operation, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        wire.modes[rule.name] = "refused"
        with pytest.raises(errors.Refused):
            perform(owner, rule, organization)
        assert came_to() == (State.FAILED, Of.REFUSED)

    @every_write
    def test_without_an_answer_runs_until_settling_has_looked(
        self, rule: Operation, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        wire.modes[rule.name] = "silent"
        with pytest.raises(errors.Unreachable):
            perform(owner, rule, organization)
        assert came_to() == (State.RUNNING, Of.RUNNING)

    @every_write
    def test_that_may_not_be_leaves_no_change(
        self, rule: Operation, organization: Organization, wire: Wire
    ) -> None:
        with pytest.raises((policy.Denied, policy.OutOfScope)):
            perform(Actor(4711, "stranger@example.com"), rule, organization)
        assert not Change.objects.exists()
        assert wire.calls == []

    @every_write
    def test_knows_what_it_changes_before_and_after(self, rule: Operation) -> None:
        params = samples.params(rule.name)
        shown: dict[str, Any] = {each.operation: {} for each in rule.reads}
        before = changed_fields.read_values(rule.name, shown, params)
        assert set(changed_fields.expected_values(rule.name, before, params)) == set(before)

    @pytest.mark.parametrize("operation", [name for name in SECRETS if not CATALOGUE[name].is_read])
    def test_keeps_no_secret(
        self, operation: str, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        wire.secret = CANARY
        perform(owner, CATALOGUE[operation], organization, CANARY)
        assert any(CANARY.encode() in sent for sent in wire.sent)
        with connection.cursor() as cursor:
            for model in apps.get_app_config("changes").get_models():
                cursor.execute(f"SELECT * FROM {model._meta.db_table}")
                assert CANARY not in str(cursor.fetchall())
