"""The doctor finds what was planted, says what to do, and asks everything in the time of two calls."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from console.areas.exports.models import ExportJob
from console.mirror.models import Entity, Organization
from console.sandbox import botocore_hook
from console.sandbox.fixtures import ADA, BO, TestSandbox
from console.sandbox.organization_records import IdentityCenterApplication
from tests.areas import world
from tests.sandbox.prepared import APPLICATION, INSTANCE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town() -> Iterator[TestSandbox]:
    with world.town() as made:
        yield made


@pytest.fixture
def organization(transactional_db: None, town: TestSandbox) -> Organization:
    return world.mirrored(town.organization_id)


@pytest.fixture
def helga(organization: Organization) -> Client:
    return world.browser(world.operator("Helpdesk", organization, name="helga"))


def look(client: Client, organization: Organization, user_id: str = ADA, **params: str) -> Any:
    return client.get(reverse("doctor:diagnose", args=[organization.slug, user_id]), params)


def told(client: Client, organization: Organization, user_id: str = ADA, **params: str) -> dict[str, str]:
    """What the page found, by its title, the first line first."""
    answer = look(client, organization, user_id, **params)
    assert answer.status_code == 200
    return {each.title: each.tone for each in answer.context["findings"]}


def identity_center(town: TestSandbox, mode: str) -> None:
    application = IdentityCenterApplication(
        account=town.organization.account,
        application_arn=APPLICATION,
        instance_arn=INSTANCE,
        name="known",
    )
    with town.store.transaction():
        town.store.applications.save(application)
    town.call(
        "PutIdentityProviderConfiguration",
        AuthenticationMode=mode,
        IdentityCenterConfiguration={"InstanceArn": INSTANCE, "ApplicationArn": APPLICATION},
        PersonalAccessTokenConfiguration={"Status": "ACTIVE"},
    )


class TestHealthy:
    def test_finds_nothing_wrong(self, helga: Client, organization: Organization) -> None:
        found = told(helga, organization)
        assert "bad" not in found.values()
        assert any("allow 7 protocols" in title for title in found)


class TestPlanted:
    """Six causes, and what the page says of each in its first line."""

    def first(self, client: Client, organization: Organization, **params: str) -> tuple[str, str]:
        return next(iter(told(client, organization, **params).items()))

    def test_disabled(self, helga: Client, organization: Organization, town: TestSandbox) -> None:
        town.call("DeregisterFromWorkMail", EntityId=ADA)
        title, tone = self.first(helga, organization)
        assert (tone, "disabled" in title) == ("bad", True)

    def test_of_a_disabled_user_nothing_says_that_signing_in_or_mail_works(
        self, helga: Client, organization: Organization, town: TestSandbox
    ) -> None:
        group = town.group("crew", entity_id="group-00000crew")
        town.call("AssociateMemberToGroup", GroupId=group.entity_id, MemberId=ADA)
        Entity.objects.create(
            organization=organization, entity_id=group.entity_id, kind="group", name="crew", state="ENABLED"
        )
        identity_center(town, "IDENTITY_PROVIDER_AND_DIRECTORY")
        works = ("Both the directory password and IAM Identity Center work.", "Mail to these groups arrives:")
        assert set(works) <= set(told(helga, organization))
        town.call("DeregisterFromWorkMail", EntityId=ADA)
        assert not set(works) & set(told(helga, organization))

    def test_full_mailbox(
        self,
        helga: Client,
        organization: Organization,
        town: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        town.call("UpdateMailboxQuota", UserId=ADA, MailboxQuota=1)
        monkeypatch.setattr("console.sandbox.mailbox_content.mailbox_size", lambda user, now: 1.2)
        assert self.first(helga, organization) == ("The mailbox is full.", "bad")
        monkeypatch.setattr("console.sandbox.mailbox_content.mailbox_size", lambda user, now: 0.95)
        assert self.first(helga, organization) == ("The mailbox is nearly full.", "look")

    def test_access_rule_from_her_network(
        self, helga: Client, organization: Organization, town: TestSandbox
    ) -> None:
        rule = {"Effect": "DENY", "Description": "x", "Actions": ["IMAP"], "IpRanges": ["198.51.100.0/24"]}
        town.call("PutAccessControlRule", Name="no-imap", **rule)
        assert "bad" not in told(helga, organization).values()
        answer = look(helga, organization, address="198.51.100.9")
        finding = answer.context["findings"][0]
        assert (finding.tone, finding.evidence) == ("bad", "Rule no-imap")
        assert "IMAP" in finding.title

    def test_mobile_rule_beaten_by_an_override(
        self, helga: Client, organization: Organization, town: TestSandbox
    ) -> None:
        town.call("CreateMobileDeviceAccessRule", Name="no-phones", Effect="DENY", DeviceTypes=["iphone"])
        title, tone = self.first(helga, organization, device="iPhone15")
        assert (tone, "Mobile device rules" in title) == ("bad", True)
        town.call("PutMobileDeviceAccessOverride", UserId=ADA, DeviceId="abc123", Effect="ALLOW")
        found = told(helga, organization, device="iPhone15", device_id="ABC123")
        assert "bad" not in found.values()

    def test_device_shut_out_by_an_override(
        self, helga: Client, organization: Organization, town: TestSandbox
    ) -> None:
        town.call("PutMobileDeviceAccessOverride", UserId=ADA, DeviceId="abc123", Effect="DENY")
        title, tone = self.first(helga, organization, device_id="abc123")
        assert (tone, "abc123" in title) == ("bad", True)

    def test_identity_center_alone_without_association(
        self, helga: Client, organization: Organization, town: TestSandbox
    ) -> None:
        identity_center(town, "IDENTITY_PROVIDER_ONLY")
        title, tone = self.first(helga, organization)
        assert (tone, "not associated" in title) == ("bad", True)

    def test_group_that_is_off(self, helga: Client, organization: Organization, town: TestSandbox) -> None:
        group = town.group("crew", entity_id="group-00000crew")
        town.call("AssociateMemberToGroup", GroupId=group.entity_id, MemberId=ADA)
        Entity.objects.create(
            organization=organization, entity_id=group.entity_id, kind="group", name="crew", state="DISABLED"
        )
        assert told(helga, organization)["The group crew is not enabled."] == "look"


class TestButtons:
    def test_lead_only_where_the_operator_may_go(
        self, helga: Client, organization: Organization, town: TestSandbox
    ) -> None:
        town.call("DeregisterFromWorkMail", EntityId=ADA)
        assert look(helga, organization).context["findings"][0].href == ""
        adam = world.browser(world.operator("Administrator", organization, name="adam"))
        finding = look(adam, organization).context["findings"][0]
        assert finding.href == reverse("users:enable", args=[organization.slug, ADA])

    def test_an_export_under_way_is_noted_for_those_who_see_exports(
        self, helga: Client, organization: Organization
    ) -> None:
        entity = Entity.objects.get(organization=organization, entity_id=ADA)
        job = world.exported(organization, entity, state=ExportJob.State.RUNNING, started_at=timezone.now())
        assert "The mailbox is being exported." not in told(helga, organization)
        owner = world.browser(world.operator("Owner", organization, name="olga"))
        found = look(owner, organization).context["findings"]
        hrefs = {each.title: each.href for each in found}
        assert hrefs["The mailbox is being exported."] == reverse("exports:detail", args=["example", job.pk])


class TestScope:
    def test_whoever_is_outside_does_not_exist_and_aws_is_not_asked(
        self, organization: Organization, town: TestSandbox
    ) -> None:
        nell = world.browser(world.operator("Helpdesk", organization, "example.com", name="nell"))
        with world.counted() as calls:
            assert look(nell, organization, world.ZOE).status_code == 404
        assert calls == []
        assert told(nell, organization)

    def test_what_the_operator_may_not_ask_is_not_asked(
        self, organization: Organization, town: TestSandbox
    ) -> None:
        xena = world.browser(world.operator("Exporter", organization, name="xena"))
        with world.counted() as calls:
            found = told(xena, organization)
        assert "GetAccessControlEffect" not in calls
        assert found["What access rules decide is not among your rights."] == "closed"


class TestAway:
    def test_what_workmail_does_not_answer_is_said_and_the_rest_is_shown(
        self, helga: Client, organization: Organization, town: TestSandbox
    ) -> None:
        town.faults.fail("DescribeUser", "before", code="DirectoryUnavailableException")
        page = world.body(look(helga, organization))
        assert "Some lines are missing here" in page
        assert "allow 7 protocols" in page


class TestTogether:
    def test_everything_is_asked_at_once(
        self,
        helga: Client,
        organization: Organization,
        town: TestSandbox,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """No call is answered before all of them have arrived."""
        calls = 13  # tokens are not among a helpdesk's rights
        all_arrived = threading.Barrier(calls)
        met: list[bool] = []
        real = botocore_hook.send_request

        def sent(sandbox: Any, request: Any) -> Any:
            try:
                all_arrived.wait(timeout=60)  # ends only a test that fails
                met.append(True)
            except threading.BrokenBarrierError:
                met.append(False)
            return real(sandbox, request)

        monkeypatch.setattr(botocore_hook, "send_request", sent)
        answer = look(helga, organization)
        assert answer.context["asked"] == 14
        assert met == [True] * calls

    def test_bo_is_not_ada(self, helga: Client, organization: Organization, town: TestSandbox) -> None:
        rule = {"Effect": "DENY", "Description": "x", "UserIds": [BO]}
        town.call("PutAccessControlRule", Name="bo-out", **rule)
        assert "bad" not in told(helga, organization).values()
        assert "bad" in told(helga, organization, BO).values()
