"""The change policies are enforced by the gateway, for every write and every reveal."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.utils import timezone

from console.actor import Actor
from console.aws import errors, model
from console.aws.catalogue import CATALOGUE
from console.changes.models import Conditions
from console.gateway import gateway, requirements
from console.gateway.requirements import Approval
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.sandbox import fixtures
from console.sandbox.fixtures import TestSandbox
from tests.areas import world
from tests.areas.world import Calls
from tests.aws.test_garbled import sample

WRITES = sorted(name for name, rule in CATALOGUE.items() if not rule.is_read)
SENT = (errors.Refused, errors.Unreachable)  # the sample may name what does not exist
WHY = {"reason": "asked by legal", "ticket": "T-1"}
EMAIL = f"new@{fixtures.DOMAIN}"
INSTANCE = "arn:aws:sso:::instance/ins-" + "1" * 16
APPLICATION = "arn:aws:sso::123456789012:application/ins-" + "1" * 16 + "/apl-" + "1" * 16
RESOURCE = "arn:aws:workmail:us-east-1:123456789012:organization/m-" + "0" * 32
# Members whose form the model prescribes.
FORMED: dict[str, dict[str, Any]] = {
    "StartMailboxExportJob": {"RoleArn": fixtures.ROLE, "KmsKeyArn": fixtures.KEY},
    "CreateAlias": {"Alias": EMAIL},
    "DeleteAlias": {"Alias": EMAIL},
    "RegisterToWorkMail": {"Email": EMAIL},
    "UpdatePrimaryEmailAddress": {"Email": EMAIL},
    "CreateIdentityCenterApplication": {"InstanceArn": INSTANCE},
    "DeleteIdentityCenterApplication": {"ApplicationArn": APPLICATION},
    "PutEmailMonitoringConfiguration": {
        "LogGroupArn": "arn:aws:logs:us-east-1:123456789012:log-group:mail:*",
    },
    "PutIdentityProviderConfiguration": {
        "IdentityCenterConfiguration": {"InstanceArn": INSTANCE, "ApplicationArn": APPLICATION}
    },
    "TagResource": {"ResourceARN": RESOURCE},
    "UntagResource": {"ResourceARN": RESOURCE},
}


@pytest.fixture
def calls(town: TestSandbox) -> Iterator[Calls]:
    with world.counted() as made:
        yield made


@pytest.fixture
def organization(organization: Organization, calls: Calls) -> Organization:
    """The one of all these tests, with every demand there is."""
    Conditions.objects.create(
        organization=organization, ask_reason=True, ask_ticket=True, approve_operations=WRITES
    )
    calls.clear()
    return organization


@pytest.fixture
def paula(organization: Organization) -> Actor:
    return world.actor(world.operator("Owner", organization, name="paula"))


def given(operation: str) -> dict[str, Any]:
    token = model.token_member(operation)
    params = {**sample(operation), **({token: world.TOKEN} if token else {}), **FORMED.get(operation, {})}
    return {name: value for name, value in params.items() if name != "OrganizationId"}


def approval(approver: Actor, requester: Actor) -> Approval:
    return Approval(approver.operator_id, approver.name, requester.operator_id, timezone.now(), "0" * 64)


def ask(actor: Actor, organization: Organization, operation: str, **said: Any) -> None:
    gateway.call(actor, operation, organization, **said, **given(operation))


@pytest.mark.parametrize("operation", WRITES)
class TestEveryWrite:
    @pytest.mark.parametrize("lacking", ["reason", "ticket"])
    def test_needs_a_reason_and_a_ticket(
        self,
        operation: str,
        lacking: str,
        olga: Actor,
        paula: Actor,
        organization: Organization,
        calls: Calls,
    ) -> None:
        said = {**WHY, lacking: " ", "approval": approval(paula, olga)}
        with pytest.raises(errors.Invalid) as refusal:
            ask(olga, organization, operation, **said)
        assert [problem.field for problem in refusal.value.problems] == [lacking]
        assert calls == []

    def test_needs_an_approval(
        self, operation: str, olga: Actor, organization: Organization, calls: Calls
    ) -> None:
        with pytest.raises(errors.ApprovalRequired):
            ask(olga, organization, operation, **WHY)
        assert calls == []
        entry = Entry.objects.latest("seq")
        assert entry.kind == Entry.Kind.DENIED
        assert entry.operation == operation

    def test_is_sent_once_it_is_approved(
        self, operation: str, olga: Actor, paula: Actor, organization: Organization, calls: Calls
    ) -> None:
        with suppress(*SENT):
            ask(olga, organization, operation, **WHY, approval=approval(paula, olga))
        assert calls != []

    def test_a_gateway_without_the_check_is_found(
        self,
        operation: str,
        olga: Actor,
        organization: Organization,
        calls: Calls,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(requirements, "require_met", lambda *args, **kwargs: None)
        with suppress(*SENT):
            ask(olga, organization, operation)
        assert calls != []


class TestApproval:
    OPERATION = "DeregisterFromWorkMail"

    def refused(self, actor: Actor, organization: Organization, given: Approval) -> bool:
        with pytest.raises(errors.ApprovalRequired):
            ask(actor, organization, self.OPERATION, **WHY, approval=given)
        return True

    def test_is_not_the_runners(
        self, olga: Actor, paula: Actor, organization: Organization, calls: Calls
    ) -> None:
        assert self.refused(olga, organization, approval(olga, paula))
        assert calls == []

    def test_is_not_the_requesters(
        self, olga: Actor, paula: Actor, organization: Organization, calls: Calls
    ) -> None:
        assert self.refused(olga, organization, approval(paula, paula))
        assert calls == []

    def test_is_by_an_operator_with_the_right_to_it(
        self, olga: Actor, helga: Actor, organization: Organization, calls: Calls
    ) -> None:
        with pytest.raises(errors.ApprovalRequired):
            ask(olga, organization, "DeleteOrganization", **WHY, approval=approval(helga, olga))
        assert calls == []

    def test_is_required_by_the_size_of_the_change(
        self, olga: Actor, organization: Organization, calls: Calls
    ) -> None:
        Conditions.objects.update(approve_operations=[], approve_over=3)
        with pytest.raises(errors.ApprovalRequired):
            ask(olga, organization, self.OPERATION, **WHY, steps=4)
        assert calls == []
        gateway.call(
            olga, self.OPERATION, organization, reason="r", ticket="T-1", steps=3, EntityId=world.ZOE
        )
        assert self.OPERATION in calls
