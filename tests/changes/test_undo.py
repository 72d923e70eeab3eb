"""Undo over every write that has an inverse: what was done and taken back leaves the same directory."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.actor import Actor
from console.areas.changes import read_back
from console.aws import model
from console.aws.catalogue import CATALOGUE
from console.aws.catalogue.inverses import CannotUndo
from console.changes import drafts, engine, undo
from console.changes.models import Change
from console.changes.steps import PlannedStep
from console.mirror.models import Organization
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.changes.conftest import snapshot
from tests.sandbox.prepared import OTHERWISE, prepare, requests

pytestmark = pytest.mark.django_db(transaction=True)
WRITES = sorted(name for name, rule in CATALOGUE.items() if not rule.is_read)
REVERSIBLE = [name for name in WRITES if undo.get_undo(name).inverse]
# Taken back in the directory, but not to the letter; the label says so.
NOT_ALIKE = {
    "DeregisterMailDomain": "the domain has to be verified anew",
    "CreateIdentityCenterApplication": "is of no organization, so no snapshot shows it",
}
OWN_WAY: dict[str, dict[str, Any]] = {
    "UpdateUser": {"UserId": ADA},
    "CreateAlias": {"EntityId": ADA, "Alias": "another@example.com"},
    "DeregisterFromWorkMail": {"EntityId": ADA},
    "RegisterToWorkMail": {"EntityId": CY, "Email": "cy@example.com"},
    "UpdateDefaultMailDomain": {"DomainName": "spare.example"},
    "DeleteAccessControlRule": {"Name": "default"},
    "PutInboundDmarcSettings": {"Enforced": False},
    "UntagResource": {"TagKeys": ["known"]},
    "PutRetentionPolicy": {"FolderConfigurations": [{"Name": "INBOX", "Action": "DELETE", "Period": 30}]},
}
LAMBDA = {"LambdaProvider": {"LambdaArn": "arn:aws:lambda:us-east-1:123456789012:function:other"}}


@pytest.fixture
def known(town: TestSandbox, organization: Organization) -> dict[str, Any]:
    town.call("DeleteRetentionPolicy", Id=town.call("GetDefaultRetentionPolicy")["Id"])  # one of its own
    return prepare(town)


def request(operation: str, known: dict[str, Any]) -> dict[str, Any]:
    own = {**OTHERWISE.get(operation, {}), **OWN_WAY.get(operation, {})}
    full = requests(operation, {**known, **own})[0]
    if "AvailabilityConfiguration" in operation and "EwsProvider" in full:
        full = {"DomainName": full["DomainName"], **LAMBDA}
    own = OWN_WAY.get(operation, {})
    return {name: own.get(name, value) for name, value in full.items() if name != "OrganizationId"}


def done(actor: Actor, organization: Organization, *steps: PlannedStep) -> Change:
    change = engine.start_change(drafts.create_draft(actor, organization, "Do it", steps))
    assert change.state == Change.State.DONE, list(
        change.steps.values_list("operation", "state", "code", "note")
    )
    return change


def undone(actor: Actor, change: Change) -> Change:
    back = engine.start_change(undo.draft_undo(actor, change))
    assert back.state == Change.State.DONE, list(back.steps.values_list("operation", "state", "code", "note"))
    return back


class TestTable:
    def test_has_every_write_of_both_services_and_nothing_else(self) -> None:
        assert sorted(name for name, rule in CATALOGUE.items() if rule.undo) == WRITES

    @pytest.mark.parametrize("operation", WRITES)
    def test_agrees_with_the_catalogue(self, operation: str) -> None:
        assert bool(undo.get_undo(operation).operation) == bool(undo.get_undo(operation).inverse)

    @pytest.mark.parametrize("operation", [name for name in WRITES if not undo.get_undo(name).inverse])
    def test_says_why_what_cannot_be_undone_cannot(self, operation: str) -> None:
        assert len(undo.get_undo(operation).why.split()) > 3
        assert not undo.get_label(operation).possible

    def test_says_until_when(self) -> None:
        label = undo.get_label("DeregisterFromWorkMail")
        assert label.possible
        assert label.until is not None
        assert "until" in label.text


class TestEveryReversibleWrite:
    @pytest.mark.parametrize("operation", [name for name in REVERSIBLE if name not in NOT_ALIKE])
    def test_done_and_undone_leaves_everything_as_it_was(
        self,
        operation: str,
        olga: Actor,
        organization: Organization,
        town: TestSandbox,
        known: dict[str, Any],
    ) -> None:
        params = request(operation, known)
        before = snapshot(town)
        change = done(olga, organization, PlannedStep(operation, params))
        assert snapshot(town) != before
        assert set(read_back.describe_outcomes(change.steps.all()).values()) <= {read_back.CONFIRMED}
        undone(olga, change)
        assert snapshot(town) == before

    def test_what_is_read_back_otherwise_is_named(
        self, olga: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        change = done(olga, organization, PlannedStep("UpdateUser", {"UserId": ADA, "JobTitle": "Boss"}))
        change.steps.update(after={"JobTitle": "Chief"})
        (said,) = read_back.describe_outcomes(change.steps.all()).values()
        assert said == f"{read_back.DIFFERENT} Job title: expected “Chief”, found “Boss”."

    def test_a_domain_comes_back_to_be_verified_anew(
        self, olga: Actor, organization: Organization, town: TestSandbox, known: dict[str, Any]
    ) -> None:
        change = done(
            olga, organization, PlannedStep("DeregisterMailDomain", {"DomainName": "spare.example"})
        )
        undone(olga, change)
        assert (
            town.call("GetMailDomain", DomainName="spare.example")["OwnershipVerificationStatus"] == "PENDING"
        )

    def test_an_ews_password_is_kept_nowhere(
        self, olga: Actor, organization: Organization, town: TestSandbox, known: dict[str, Any]
    ) -> None:
        ews = {"EwsEndpoint": "https://x.example/ews", "EwsUsername": "u", "EwsPassword": "Geheim-12345"}
        engine.perform_write(
            olga,
            "CreateAvailabilityConfiguration",
            organization,
            DomainName="new.example",
            EwsProvider=ews,
            ClientToken="t",
        )
        engine.perform_write(olga, "DeleteAvailabilityConfiguration", organization, DomainName="new.example")
        with pytest.raises(CannotUndo, match="password"):
            undo.draft_undo(olga, Change.objects.latest("pk"))


class TestWholeChanges:
    def test_are_taken_back_in_reverse(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        before = snapshot(town)
        steps = [
            PlannedStep("UpdatePrimaryEmailAddress", {"EntityId": ADA, "Email": "lovelace@example.com"}),
            PlannedStep("DeleteAlias", {"EntityId": ADA, "Alias": "ada@example.com"}, needs=0),
            PlannedStep("CreateAlias", {"EntityId": BO, "Alias": "ada@example.com"}, needs=1),
        ]
        change = done(adam, organization, *steps)
        assert next(each.operation for each in undo.plan_undo(change).steps) == "DeleteAlias"
        undone(adam, change)
        assert snapshot(town) == before

    def test_an_undo_can_be_undone(self, adam: Actor, organization: Organization, town: TestSandbox) -> None:
        change = done(adam, organization, PlannedStep("UpdateUser", {"UserId": ADA, "Office": "Oslo"}))
        undone(adam, undone(adam, change))
        assert town.call("DescribeUser", UserId=ADA)["Office"] == "Oslo"

    def test_what_somebody_else_changed_since_is_a_conflict_and_stays(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        change = done(adam, organization, PlannedStep("UpdateUser", {"UserId": ADA, "Office": "Oslo"}))
        back = undo.draft_undo(adam, change)
        town.call("UpdateUser", UserId=ADA, Office="Rome")
        engine.start_change(back)
        assert back.steps.get().code == "Changed"
        assert town.call("DescribeUser", UserId=ADA)["Office"] == "Rome"

    def test_what_cannot_be_taken_back_is_named(
        self, adam: Actor, organization: Organization, town: TestSandbox
    ) -> None:
        steps = [
            PlannedStep("DeleteUser", {"UserId": CY}),
            PlannedStep("UpdateUser", {"UserId": ADA, "Office": "Oslo"}),
        ]
        found = undo.plan_undo(done(adam, organization, *steps))
        assert [step.operation for step, _ in found.left] == ["DeleteUser"]
        assert [each.operation for each in found.steps] == ["UpdateUser"]

    def test_after_thirty_days_a_mailbox_does_not_come_back(
        self, adam: Actor, organization: Organization, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from datetime import timedelta

        from django.utils import timezone

        change = done(adam, organization, PlannedStep("DeregisterFromWorkMail", {"EntityId": ADA}))
        later = timezone.now() + timedelta(days=31)
        monkeypatch.setattr(timezone, "now", lambda: later)
        with pytest.raises(CannotUndo, match="until"):
            undo.draft_undo(adam, change)


FIELDS = [
    "JobTitle",
    "Department",
    "Office",
    "Company",
    "City",
    "Country",
    "FirstName",
    "LastName",
    "Telephone",
]
values = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=20).map(str.strip)


class TestAnyRecord:
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        held=st.dictionaries(st.sampled_from(FIELDS), values),
        sent=st.dictionaries(st.sampled_from(FIELDS), values, min_size=1),
    )
    def test_comes_back_whatever_was_in_it(
        self,
        held: dict[str, str],
        sent: dict[str, str],
        adam: Actor,
        organization: Organization,
        town: TestSandbox,
    ) -> None:
        town.call("UpdateUser", UserId=ADA, **(dict.fromkeys(FIELDS, "") | held))
        before = snapshot(town)
        undone(adam, done(adam, organization, PlannedStep("UpdateUser", {"UserId": ADA, **sent})))
        assert snapshot(town) == before


def test_the_model_has_no_write_that_nobody_classified() -> None:
    reads = {name for name, rule in CATALOGUE.items() if rule.is_read}
    assert set(model.list_operations()) - reads == {name for name, rule in CATALOGUE.items() if rule.undo}
