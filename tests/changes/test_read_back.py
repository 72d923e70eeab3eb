"""What WorkMail shows after a write, against what the write was to bring: every write of both services."""

from collections.abc import Callable
from typing import Any

import pytest

from console.actor import Actor
from console.areas.changes import read_back
from console.aws.catalogue import CATALOGUE, Access
from console.changes.models import Change
from console.changes.steps import PlannedStep
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.sandbox import handler_registry
from console.sandbox.fixtures import TestSandbox
from tests.changes.test_undo import done, known, request

__all__ = ["known"]
pytestmark = pytest.mark.django_db(transaction=True)

# No read shows what these have done.
UNSHOWN = {
    "CreateIdentityCenterApplication": "belongs to IAM Identity Center",
    "CreateOrganization": "makes an organization that is not in the console yet",
    "DeleteIdentityCenterApplication": "belongs to IAM Identity Center",
    "PutRawMessageContent": "a message in transit",
    "ResetPassword": "no read shows a password",
    "StartMailboxExportJob": "is followed by its own page",
}
WRITES = [name for name, rule in CATALOGUE.items() if rule.access is Access.WRITE]
SHOWN = [name for name in WRITES if name not in UNSHOWN]


def said(change: Change) -> str:
    """What the page says of the change's one step."""
    return " ".join(read_back.describe_outcomes(change.steps.all()).values())


def swallowed(handler: handler_registry.Handler) -> handler_registry.Handler:
    """Answer as if it was done, and do nothing."""
    return lambda call, params: (
        {"OrganizationId": params["OrganizationId"], "State": "Active"}
        if call.operation == "DeleteOrganization"
        else None
    )


def altered(handler: handler_registry.Handler) -> handler_registry.Handler:
    """Create it with another value than was asked for."""

    def create(
        call: handler_registry.Call, params: handler_registry.Params
    ) -> handler_registry.Result | None:
        name = next(each for each in ("Description", "DisplayName", "Name") if each in params)
        return handler(call, {**params, name: "planted"})

    return create


@pytest.fixture(autouse=True)
def retained(town: TestSandbox, known: dict[str, Any]) -> None:
    """There is something that the end of the policy takes away."""
    folders = [{"Name": "INBOX", "Action": "DELETE", "Period": 90}]
    town.call("PutRetentionPolicy", Id="known", Name="known", FolderConfigurations=folders)


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def plant(operation: str) -> None:
        wrong = altered if CATALOGUE[operation].creates else swallowed
        monkeypatch.setitem(handler_registry.HANDLERS, operation, wrong(handler_registry.HANDLERS[operation]))

    return plant


class TestEveryWrite:
    @pytest.mark.parametrize("operation", SHOWN)
    def test_that_is_done_is_shown_so_and_is_nobody_elses(
        self, operation: str, olga: Actor, organization: Organization, known: dict[str, Any]
    ) -> None:
        change = done(olga, organization, PlannedStep(operation, request(operation, known)))
        assert said(change) == read_back.CONFIRMED
        began = Entry.objects.filter(kind=Entry.Kind.INTENT).earliest("seq").seq
        assert not Entry.objects.filter(kind=Entry.Kind.OBSERVED, seq__gt=began).exists()

    @pytest.mark.parametrize("operation", SHOWN)
    def test_of_which_workmail_shows_another_value_is_named_with_it(
        self,
        operation: str,
        olga: Actor,
        organization: Organization,
        known: dict[str, Any],
        plant: Callable[[str], None],
    ) -> None:
        plant(operation)
        change = done(olga, organization, PlannedStep(operation, request(operation, known)))
        text = said(change)
        assert text.startswith(f"{read_back.DIFFERENT} ")
        assert ": expected " in text
        assert ", found " in text

    @pytest.mark.parametrize("operation", sorted(UNSHOWN))
    def test_that_no_read_shows_says_nothing(
        self, operation: str, olga: Actor, organization: Organization, known: dict[str, Any]
    ) -> None:
        change = done(olga, organization, PlannedStep(operation, request(operation, known)))
        assert said(change) == ""


def test_the_values_are_those_that_were_asked_for_and_those_that_are_there(
    olga: Actor, organization: Organization, known: dict[str, Any], plant: Callable[[str], None]
) -> None:
    plant("UpdateMailboxQuota")
    asked = {"UserId": known["UserId"], "MailboxQuota": 100}
    change = done(olga, organization, PlannedStep("UpdateMailboxQuota", asked))
    assert said(change) == f"{read_back.DIFFERENT} Mailbox quota: expected “100”, found “51200”."
