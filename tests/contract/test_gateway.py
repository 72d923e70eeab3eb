"""The gateway over all operations: nothing without an intent, nothing without an outcome, no secret."""

import logging
import os
import signal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections
from django.utils import timezone

from console.actor import Actor
from console.aws import client, errors, model, transport
from console.aws.catalogue import CATALOGUE, Operation
from console.gateway import gateway
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization, TargetLease
from console.operators import policy
from tests.contract import samples
from tests.contract.wire import Wire

READS = {name: rule for name, rule in CATALOGUE.items() if rule.is_read}
WRITES = {name: rule for name, rule in CATALOGUE.items() if not rule.is_read}
every_read = pytest.mark.parametrize("rule", READS.values(), ids=READS)
every_write = pytest.mark.parametrize("rule", WRITES.values(), ids=WRITES)
SECRETS = [name for name in CATALOGUE if samples.holds_secret(model.get_operation(name).input_shape)]
CANARY = "Kanarienvogel7"


def perform(actor: Actor, rule: Operation, organization: Organization, secret: str = "") -> dict[str, Any]:
    given = samples.params(rule.name, secret)
    given.pop("OrganizationId", None)
    return gateway.call(actor, rule.name, organization, reason="because", ticket="T-1", **given)


def entries(rule: Operation) -> list[tuple[str, str]]:
    return list(Entry.objects.filter(operation=rule.name).order_by("seq").values_list("kind", "outcome"))


@pytest.mark.django_db
class TestReads:
    @every_read
    def test_leave_no_entry(
        self, rule: Operation, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        perform(owner, rule, organization)
        assert wire.calls[-1] == rule.name
        assert not Entry.objects.exclude(kind=Entry.Kind.OBSERVED).exists()

    @pytest.mark.parametrize("mode", ["silent", "broken"])
    def test_that_go_unanswered_are_tried_twice_while_somebody_waits(
        self, mode: str, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        wire.modes["DescribeUser"] = mode
        with pytest.raises(errors.Unreachable):
            perform(owner, READS["DescribeUser"], organization)
        assert wire.calls == ["DescribeUser"] * 2


@pytest.mark.django_db
class TestWrites:
    @pytest.mark.parametrize("mode", ["silent", "broken"])
    def test_whose_first_look_goes_unanswered_were_not_sent_and_say_so(
        self, mode: str, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        wire.modes["DescribeUser"] = mode
        with pytest.raises(errors.Unreachable) as failure:
            perform(owner, WRITES["UpdateUser"], organization)
        assert not failure.value.sent
        assert "UpdateUser" not in wire.calls
        assert entries(WRITES["UpdateUser"]) == []

    @every_write
    def test_have_their_intent_before_the_call_and_their_outcome_after_it(
        self, rule: Operation, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        at_call: list[tuple[str, str]] = []
        wire.before = lambda operation: at_call.extend(entries(rule) if operation == rule.name else [])
        perform(owner, rule, organization)
        assert at_call == [("intent", "")]
        assert entries(rule) == [("intent", ""), ("outcome", "done")]
        entry = Entry.objects.get(kind="intent")
        assert (entry.operator, entry.address, entry.reason) == ("owner@example.com", "192.0.2.7", "because")
        assert Entry.objects.get(kind="outcome").aws_request_id == "request-1"

    @every_write
    def test_that_are_refused_are_entered_as_refused(
        self, rule: Operation, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        wire.modes[rule.name] = "refused"
        with pytest.raises(errors.Refused):
            perform(owner, rule, organization)
        assert entries(rule) == [("intent", ""), ("outcome", "refused")]

    @every_write
    @pytest.mark.parametrize("mode", ["silent", "broken"])
    def test_without_an_answer_are_entered_as_unknown_and_sent_once_unless_a_token_guards_them(
        self, rule: Operation, mode: str, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        wire.modes[rule.name] = mode
        with pytest.raises(errors.Unreachable):
            perform(owner, rule, organization)
        assert entries(rule) == [("intent", ""), ("outcome", "unknown")]
        times = transport.ATTEMPTS if model.token_member(rule.name) else 1
        assert wire.calls.count(rule.name) == times

    @every_write
    def test_that_never_left_are_entered_as_refused(
        self, rule: Operation, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        wire.modes[rule.name] = "unreachable"
        with pytest.raises(errors.Unreachable):
            perform(owner, rule, organization)
        assert entries(rule) == [("intent", ""), ("outcome", "refused")]

    @every_write
    def test_are_repeated_when_throttled_under_the_same_intent(
        self, rule: Operation, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        wire.modes[rule.name] = "throttled"
        with pytest.raises(errors.Throttled):
            perform(owner, rule, organization)
        assert wire.calls.count(rule.name) == transport.ATTEMPTS
        assert entries(rule) == [("intent", ""), ("outcome", "refused")]

    @every_write
    def test_are_not_sent_if_they_do_not_fit_the_model(
        self, rule: Operation, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        with pytest.raises(errors.Invalid):
            gateway.call(owner, rule.name, organization, Nonsense=True, **_without_organization(rule))
        assert wire.calls == []
        assert entries(rule) == []

    @every_write
    def test_are_not_sent_if_the_ledger_cannot_be_written(
        self,
        rule: Operation,
        owner: Actor,
        organization: Organization,
        wire: Wire,
        settings: Any,
    ) -> None:
        settings.LEDGER_KEYS = {}
        with pytest.raises(journal.LedgerUnavailable):
            perform(owner, rule, organization)
        assert rule.name not in wire.calls

    @every_write
    def test_of_somebody_without_the_right_are_entered_as_denied_and_not_sent(
        self, rule: Operation, organization: Organization, wire: Wire
    ) -> None:
        with pytest.raises((policy.Denied, policy.OutOfScope)):
            perform(Actor(None, "console", method="mirror"), rule, organization)
        assert wire.calls == []
        assert entries(rule) == [("denied", "")]


@pytest.mark.django_db(transaction=True)
class TestKilledProcess:
    def test_leaves_a_durable_intent_without_an_outcome_for_every_write(
        self, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        for rule in WRITES.values():
            wire.modes[rule.name] = "kill"
            status = in_child(lambda rule=rule: perform(owner, rule, organization))
            assert os.WTERMSIG(status) == signal.SIGKILL, rule.name
            assert entries(rule) == [("intent", "")], rule.name
            TargetLease.objects.all().delete()  # the time that it takes to run out is no matter here
        assert journal.open_intents(timezone.now()).count() == len(WRITES)


@pytest.mark.django_db
class TestSecrets:
    def test_are_where_the_redaction_looks_for_them(self) -> None:
        assert set(SECRETS) == {
            "CreateAvailabilityConfiguration",
            "CreateUser",
            "ResetPassword",
            "TestAvailabilityConfiguration",
            "UpdateAvailabilityConfiguration",
        }

    @pytest.mark.parametrize("name", [*SECRETS, "AssumeImpersonationRole", "GetRawMessageContent"])
    @pytest.mark.parametrize("mode", ["done", "refused", "silent"])
    def test_reach_neither_database_nor_log_at_debug(
        self,
        name: str,
        mode: str,
        owner: Actor,
        organization: Organization,
        wire: Wire,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        wire.secret, wire.modes[name] = CANARY, mode
        said = ""
        with caplog.at_level(logging.DEBUG):
            try:
                answer = read_through(perform(owner, CATALOGUE[name], organization, CANARY))
            except errors.CallFailed as failure:
                answer, said = "", str(failure)
        assert mode != "done" or CANARY in answer or any(CANARY.encode() in sent for sent in wire.sent)
        assert CANARY not in said
        assert CANARY not in caplog.text
        assert CANARY not in everything_stored()

    def test_that_are_stored_would_be_found(self, organization: Organization) -> None:
        organization.name = CANARY
        organization.save()
        assert CANARY in everything_stored()


@pytest.mark.django_db
class TestCallsRoundTheGateway:
    def test_are_stopped_before_anything_is_sent(self, organization: Organization, wire: Wire) -> None:
        wmail = client.get_client(client.Account.of(organization), "workmail", retrying=False)
        with pytest.raises(client.BypassedGatewayError):
            wmail.list_users(OrganizationId=organization.organization_id)
        assert wire.calls == []

    def test_are_stopped_if_the_permit_is_for_something_else(
        self, organization: Organization, wire: Wire
    ) -> None:
        wmail = client.get_client(client.Account.of(organization), "workmail", retrying=False)
        with client.permit_call("ListUsers", None), pytest.raises(client.BypassedGatewayError):
            wmail.delete_user(OrganizationId=organization.organization_id, UserId=samples.ID)
        assert wire.calls == []

    def test_are_stopped_if_a_write_has_no_intent(self, organization: Organization, wire: Wire) -> None:
        wmail = client.get_client(client.Account.of(organization), "workmail", retrying=False)
        with client.permit_call("DeleteUser", None), pytest.raises(client.BypassedGatewayError):
            wmail.delete_user(OrganizationId=organization.organization_id, UserId=samples.ID)
        assert wire.calls == []


@pytest.mark.django_db
class TestExpectations:
    def test_stop_a_write_when_somebody_else_was_faster(
        self, owner: Actor, organization: Organization, wire: Wire
    ) -> None:
        with pytest.raises(errors.Changed) as caught:
            gateway.call(
                owner,
                "UpdateUser",
                organization,
                UserId=samples.ID,
                City="Ulm",
                expecting={"City": "Bonn"},
            )
        assert [each.field for each in caught.value.differences] == ["City"]
        assert "UpdateUser" not in wire.calls
        assert not Entry.objects.filter(operation="UpdateUser").exists()


def _without_organization(rule: Operation) -> dict[str, Any]:
    return {name: value for name, value in samples.params(rule.name).items() if name != "OrganizationId"}


def read_through(answer: dict[str, Any]) -> str:
    """The answer as text, with what it streams."""
    return "\n".join(str(each.read() if hasattr(each, "read") else each) for each in answer.values())


def in_child(act: Any) -> int:
    """The wait status of a process of its own that did it."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            act()
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def everything_stored() -> str:
    """Every value of every table."""
    tables = set(connection.introspection.table_names())
    stored = [each for each in apps.get_models() if each._meta.db_table in tables]
    return "\n".join(str(row) for table in stored for row in table._default_manager.values_list())
