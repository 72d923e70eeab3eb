"""The end of an organization: what is lost is counted and named, and it is asked twice."""

import re
from typing import Any

import pytest
from django.core import signing

from console.areas.organizations import settings_views
from console.areas.organizations.settings_views import is_denied_by_session
from console.mirror.models import Entity, Organization
from console.operators import accounts
from console.operators.models import Role
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.settled import Desk, written

pytestmark = pytest.mark.django_db
TYPED = {"typed": "example", "reason": "moved away", "ForceDelete": "on"}
ENDS = "DeleteOrganization"


def hidden(page: Any) -> dict[str, str]:
    """What the second page carries."""
    found = re.findall(r'type="hidden" name="(\w+)" value="([^"]+)"', page.content.decode())
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def first(desk: Desk, **changed: str) -> Any:
    return desk.post("organizations:delete", data={**TYPED, **changed})


class TestTheFirstPage:
    def test_names_who_is_enabled_and_whose_mail_no_export_has(self, olga: Desk) -> None:
        world.exported(olga.organization, Entity.objects.get(entity_id=ADA), state="completed")
        page = olga.get("organizations:delete")
        losses = page.context["losses"]
        assert losses.enabled.names == ["ada@example.com", "bo@example.com"]
        assert losses.missing.names == ["bo@example.com"]
        assert losses.domains == ["example.awsapps.com", "example.com"]
        text = world.body(page)
        assert "2 people are still enabled:" in text
        assert "Of 1 mailbox there is no completed export:" in text

    def test_names_the_first_and_counts_the_rest(self, olga: Desk) -> None:
        for number in range(12):
            Entity.objects.create(
                organization=olga.organization,
                entity_id=f"user-{number:012}",
                kind="user",
                role="USER",
                state="ENABLED",
                name=f"p{number:02}",
            )
        losses = olga.get("organizations:delete").context["losses"]
        assert (losses.enabled.count, len(losses.enabled.names), losses.enabled.more) == (14, 10, 4)

    def test_counts_the_rules_by_asking(self, olga: Desk, town: TestSandbox) -> None:
        town.call("PutAccessControlRule", Name="no", Effect="DENY", Description="no")
        page = olga.page("organizations:delete")
        assert "2 access control rules, 1 rule for mobile devices, 0 impersonation roles" in page

    def test_says_what_it_could_not_count(self, olga: Desk, town: TestSandbox) -> None:
        town.faults.fail("ListImpersonationRoles", code="AccessDeniedException")
        assert "impersonation role: not known" in olga.page("organizations:delete")

    def test_explains_what_can_be_chosen(self, olga: Desk) -> None:
        page = olga.page("organizations:delete")
        for said in ("ForceDelete", "DeleteDirectory", "refuses while anybody still has a mailbox"):
            assert said in page

    @pytest.mark.parametrize(("member", "value"), [("typed", "Example"), ("typed", ""), ("reason", "")])
    def test_wants_the_alias_and_a_reason(
        self, member: str, value: str, olga: Desk, town: TestSandbox
    ) -> None:
        answer = first(olga, **{member: value})
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [member]

    def test_asks_for_the_alias_that_aws_has_now(self, olga: Desk) -> None:
        Organization.objects.update(slug="another-word")
        olga.organization.slug = "another-word"
        assert "<code>example</code>" in olga.page("organizations:delete")

    def test_does_nothing_yet(self, olga: Desk, town: TestSandbox) -> None:
        answer = first(olga)
        assert answer.status_code == 200
        assert "This is the last question." in world.body(answer)
        assert not town.calls(ENDS)

    def test_says_beforehand_that_aws_will_refuse_a_role(self, olga: Desk, settings: Any) -> None:
        role = {"role_arn": "arn:aws:iam::123456789012:role/console"}
        organization = Organization(organization_id="m-1", **role)
        assert is_denied_by_session(organization)
        settings.ALLOW_ORGANIZATION_CHANGES = ["m-1"]
        assert not is_denied_by_session(organization)
        assert not is_denied_by_session(Organization(organization_id="m-2"))


class TestTheSecondPage:
    def test_deletes_what_was_asked_for_with_its_reason(self, olga: Desk, town: TestSandbox) -> None:
        answer = olga.post("organizations:delete-confirm", data=hidden(first(olga)))
        assert answer["Location"] == olga.url("organizations:settings")
        (call,) = town.calls(ENDS)
        assert (call.params["DeleteDirectory"], call.params["ForceDelete"]) == (False, True)
        (entry,) = written(ENDS)
        assert entry.reason == "moved away"
        assert "Deleting" in olga.page("organizations:settings")
        town.clock.advance(3600)
        assert "It is gone, with every mailbox." in olga.page("organizations:settings")

    def test_acts_once_however_often_it_is_sent(self, olga: Desk, town: TestSandbox) -> None:
        data = hidden(first(olga))
        for _ in range(2):
            olga.post("organizations:delete-confirm", data=data)
        assert len(town.calls(ENDS)) == 1

    def test_says_that_workmail_refuses_while_people_are_enabled(self, olga: Desk, town: TestSandbox) -> None:
        page = first(olga, ForceDelete="")
        assert "If anybody is enabled, WorkMail refuses" in world.body(page)
        answer = olga.post("organizations:delete-confirm", data=hidden(page))
        assert answer.status_code == 409
        assert "has enabled users" in world.body(answer)
        assert "Nothing was changed." in world.body(answer)
        assert town.call("DescribeOrganization")["State"] == "Active"

    def test_goes_without_force_once_nobody_is_enabled(self, olga: Desk, town: TestSandbox) -> None:
        for each in (ADA, BO):
            town.call("DeregisterFromWorkMail", EntityId=each)
        data = hidden(first(olga, ForceDelete="", DeleteDirectory="on"))
        olga.post("organizations:delete-confirm", data=data)
        (call,) = town.calls(ENDS)
        assert call.params["DeleteDirectory"]
        assert "ForceDelete" not in call.params

    @pytest.mark.parametrize("way", ["none", "forged", "old", "of another", "elsewhere"])
    def test_is_reached_by_way_of_the_first_only(
        self, way: str, olga: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        data, desk = hidden(first(olga)), olga
        if way == "none":
            data["first"] = ""
        if way == "forged":
            data["first"] = signing.dumps({"who": olga.operator.pk}, salt="another")
        if way == "old":
            monkeypatch.setattr(settings_views, "CONFIRMATION_SECONDS", -1)
        if way == "of another":
            desk = Desk(world.operator("Owner", olga.organization, name="otto"), olga.organization)
        if way == "elsewhere":
            read = {"region": "us-east-1", "listed_at": olga.organization.listed_at}
            other = Organization.objects.create(organization_id="m-2", slug="other", **read)
            desk = Desk(olga.operator, other)
            accounts.grant_role(
                world.actor(olga.operator), olga.operator, Role.objects.get(name="Owner"), other
            )
        answer = desk.post("organizations:delete-confirm", data=data)
        assert answer["Location"] == desk.url("organizations:delete")
        assert not town.calls(ENDS)
