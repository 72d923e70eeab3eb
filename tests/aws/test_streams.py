"""Answers that come as a stream, and writes of settings that nobody has made yet."""

import json
from typing import Any

import pytest

from console.actor import Actor
from console.aws import errors, transport
from console.gateway import gateway
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.sandbox import transit_messages
from console.sandbox.fixtures import TestSandbox

pytestmark = pytest.mark.django_db
MAIL = b"From: ada@example.com\r\nSubject: Kanarienvogel\r\n\r\nHello, \xe9.\r\n"


def read(actor: Actor, organization: Organization, message_id: str) -> Any:
    answer = gateway.call(actor, "GetRawMessageContent", organization, messageId=message_id)
    return answer["messageContent"]


@pytest.fixture
def message(sandbox: TestSandbox) -> str:
    return transit_messages.put_in_transit(sandbox.store, sandbox.organization, MAIL).message_id


class TestAStream:
    def test_comes_as_its_bytes(self, owner: Actor, organization: Organization, message: str) -> None:
        assert read(owner, organization, message) == MAIL

    def test_leaves_its_size_in_the_ledger_and_nothing_else(
        self, owner: Actor, organization: Organization, message: str
    ) -> None:
        read(owner, organization, message)
        outcome = Entry.objects.get(operation="GetRawMessageContent", kind=Entry.Kind.OUTCOME)
        assert outcome.body["result"] == {"messageContent": f"[{len(MAIL)} bytes]"}
        assert "Kanarienvogel" not in " ".join(Entry.objects.values_list("text", flat=True))

    def test_that_is_too_long_is_not_read_to_its_end(
        self, owner: Actor, organization: Organization, message: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(transport, "MAX_STREAM_BYTES", len(MAIL) - 1)
        with pytest.raises(errors.Refused, match="larger than"):
            read(owner, organization, message)
        assert Entry.objects.get(kind=Entry.Kind.OUTCOME).outcome == "refused"


class TestASettingThatIsNotThereYet:
    def test_has_nothing_for_its_before_and_itself_for_its_after(
        self, owner: Actor, organization: Organization, sandbox: TestSandbox
    ) -> None:
        instance = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
        made = sandbox.call("CreateIdentityCenterApplication", Name="mail", InstanceArn=instance)
        center = {"InstanceArn": instance, "ApplicationArn": made["ApplicationArn"]}
        given: dict[str, Any] = {
            "AuthenticationMode": "IDENTITY_PROVIDER_AND_DIRECTORY",
            "IdentityCenterConfiguration": center,
            "PersonalAccessTokenConfiguration": {"Status": "INACTIVE"},
        }
        gateway.call(owner, "PutIdentityProviderConfiguration", organization, **given)
        intent, outcome = Entry.objects.order_by("seq")
        assert intent.body["before"] == {"DescribeIdentityProviderConfiguration": {}}
        assert json.loads(json.dumps(given)) == outcome.body["after"]["DescribeIdentityProviderConfiguration"]
        gateway.call(owner, "DeleteIdentityProviderConfiguration", organization)
        last = Entry.objects.latest("seq")
        assert last.body["after"] == {"DescribeIdentityProviderConfiguration": {}}
