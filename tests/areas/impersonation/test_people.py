"""What roles mean for one person, and the tokens they give: shown once, kept nowhere."""

import logging
import re
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from console.gateway import gateway
from console.ledger.models import Entry
from console.mirror.models import Entity, Membership, Organization, Permission
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.areas import world
from tests.areas.desk import Desk
from tests.areas.impersonation.conftest import DEE, EVERYBODY, role, rule


def words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.content.decode()).split())


class TestTheTester:
    def test_gives_workmails_answer_and_the_reason_of_every_rule(self, aude: Desk, town: TestSandbox) -> None:
        rules = [EVERYBODY, rule(2, "DENY", only=[ADA]), rule(3, only=[BO]), rule(4, but=[ADA])]
        page = aude.get("test", role(town, *rules), data={"other": "ada@example.com"})
        said = words(page)
        assert "Ada Çelik Cannot . Decided by rule-2" in said
        for why in ("applies, but a rule that denies beats it", "decides", "does not name", "leaves this"):
            assert why in said
        assert "opposite" not in said

    def test_says_with_what_somebody_can_be_impersonated(self, aude: Desk, town: TestSandbox) -> None:
        page = aude.get("test", role(town, EVERYBODY, Type="FULL_ACCESS"), data={"other": BO})
        assert "Can be impersonated with full access" in words(page)

    def test_says_so_if_workmail_decides_otherwise(
        self, aude: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = gateway.call

        def turned(actor: Any, operation: str, organization: Any, **params: Any) -> Any:
            answer = real(actor, operation, organization, **params)
            return {**answer, "Effect": "DENY"} if operation == "GetImpersonationRoleEffect" else answer

        monkeypatch.setattr(gateway, "call", turned)
        assert "said the opposite" in words(aude.get("test", role(town, EVERYBODY), data={"other": BO}))

    def test_of_nobody_comes_back(self, aude: Desk, town: TestSandbox) -> None:
        page = aude.get("test", role(town, EVERYBODY), data={"other": "nobody"})
        assert page.status_code == 422
        assert "No match was found for “nobody”" in page.content.decode()


class TestByPerson:
    def test_tells_roles_that_reach_her_from_those_that_do_not(self, aude: Desk, town: TestSandbox) -> None:
        role(town, EVERYBODY, name="migration")
        role(town, rule(only=[BO]), name="booking")
        page = aude.get("by-person", BO)
        assert [each.role.name for each in page.context["direct"]] == ["booking", "migration"]
        page = aude.get("by-person", CY)
        assert [each.role.name for each in page.context["kept_out"]] == ["booking"]

    def test_finds_the_way_through_those_who_may_open_her_mailbox(
        self, aude: Desk, town: TestSandbox
    ) -> None:
        role(town, rule(only=[BO]), name="booking")
        role(town, rule(only=[DEE]), name="archive")
        said = words(aude.get("by-person", ADA))
        assert "booking read only acts as Bo Ek , who may open it" in said
        assert "archive read only acts as Dee Ortiz , who may send as its owner as a member of outer" in said

    def test_the_way_goes_one_step_and_only_through_the_living(self, aude: Desk, town: TestSandbox) -> None:
        town.call("PutMailboxPermissions", EntityId=BO, GranteeId=DEE, PermissionValues=["FULL_ACCESS"])
        role(town, rule(only=[DEE]), name="archive")
        aude.organization.entities.filter(entity_id=DEE).update(state="DISABLED")
        assert aude.get("by-person", ADA).context["through"] == []

    def test_groups_in_a_circle_are_no_trap(self, aude: Desk, town: TestSandbox) -> None:
        groups = {each.name: each for each in Entity.objects.filter(kind="group")}
        Membership.objects.create(
            organization=aude.organization, group=groups["inner"], member=groups["outer"]
        )
        role(town, rule(only=[DEE]), name="archive")
        assert len(aude.get("by-person", ADA).context["through"]) == 1

    def test_a_narrowed_operator_sees_her_people_and_counts_the_others(
        self, nell: Desk, town: TestSandbox
    ) -> None:
        role(town, EVERYBODY, name="migration")
        town.call("PutMailboxPermissions", EntityId=DEE, GranteeId=BO, PermissionValues=["FULL_ACCESS"])
        dee = Entity.objects.get(entity_id=DEE)
        Permission.objects.create(
            organization=dee.organization,
            owner=dee,
            grantee_id=BO,
            grantee_kind="user",
            values=["FULL_ACCESS"],
        )
        said = words(nell.get("by-person", DEE))
        assert "migration" in said
        assert "1 through somebody outside your domains" in said
        assert "Bo Ek" not in said
        with world.counted() as calls:
            assert nell.get("by-person", ADA).status_code == 404
        assert calls == []

    def test_is_a_click_from_her_own_page_for_whoever_may_ask(
        self, aude: Desk, organization: Organization, town: TestSandbox
    ) -> None:
        own = f"/o/example/users/{BO}/"
        assert f'href="{aude.url("by-person", BO)}"' in aude.client.get(own).content.decode()
        helga = world.browser(world.operator("Helpdesk", organization, name="helga"))
        assert aude.url("by-person", BO) not in helga.get(own).content.decode()

    def test_is_found_by_name(self, aude: Desk) -> None:
        answer = aude.get("find", data={"other": "bo"})
        assert answer["Location"] == aude.url("by-person", BO)
        assert aude.get("find", data={"other": "nobody"}).status_code == 422


def ask(desk: Desk, role_id: str, reason: str = "migration test", **changed: str) -> Any:
    once = re.search(r'name="once" value="([^"]+)"', desk.get("assume", role_id).content.decode())
    assert once is not None
    return desk.post("assume", role_id, data={"once": once[1], "reason": reason, **changed})


def token(page: Any) -> str:
    found = re.search(r'id="token"[^>]* value="([^"]+)"', page.content.decode())
    assert found is not None
    return found[1]


def everything_stored() -> str:
    tables = connection.introspection.table_names()
    stored = [found for found in apps.get_models() if found._meta.db_table in tables]
    return " ".join(str(row) for found in stored for row in found._default_manager.values_list())


class TestTokens:
    def test_are_shown_once_and_kept_nowhere(
        self, olga: Desk, town: TestSandbox, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        page = ask(olga, role(town, EVERYBODY))
        assert page.status_code == 200
        assert "no-store" in page["Cache-Control"]
        assert "15 minutes" in page.content.decode()
        secret = token(page)
        assert secret not in everything_stored()
        assert secret not in caplog.text
        assert secret not in str(list(olga.client.session.items()))

    def test_are_entries_of_the_ledger_with_who_and_why(self, olga: Desk, town: TestSandbox) -> None:
        made = role(town, EVERYBODY)
        ask(olga, made, ticket="T-9")
        intent, outcome = Entry.objects.filter(operation="AssumeImpersonationRole").order_by("seq")
        assert (intent.operator, intent.target, intent.reason, intent.ticket) == (
            "olga@desk.example",
            made,
            "migration test",
            "T-9",
        )
        assert (outcome.outcome, outcome.body["result"]["Token"]) == ("done", "[secret]")

    def test_take_a_reason(self, olga: Desk, town: TestSandbox) -> None:
        page = ask(olga, role(town, EVERYBODY), reason="")
        assert page.status_code == 422
        assert not Entry.objects.filter(operation="AssumeImpersonationRole").exists()

    def test_are_given_once_for_a_form_that_is_sent_twice(self, olga: Desk, town: TestSandbox) -> None:
        made = role(town, EVERYBODY)
        once = re.search(r'name="once" value="([^"]+)"', olga.get("assume", made).content.decode())
        assert once is not None
        sent = {"once": once[1], "reason": "migration test"}
        assert olga.post("assume", made, data=sent).status_code == 200
        assert olga.post("assume", made, data=sent).status_code == 409
        assert len(town.calls("AssumeImpersonationRole")) == 1

    def test_are_for_owners_alone(self, adam: Desk, aude: Desk, town: TestSandbox) -> None:
        made = role(town, EVERYBODY)
        with world.counted() as calls:
            for who in (adam, aude):
                assert who.get("assume", made).status_code == 403
                assert who.post("assume", made, data={"reason": "x"}).status_code == 403
        assert calls == []
        assert Entry.objects.filter(kind=Entry.Kind.DENIED).count() == 4

    def test_silence_shows_none_and_says_that_nobody_knows(self, olga: Desk, town: TestSandbox) -> None:
        made = role(town, EVERYBODY)
        town.faults.time_out("AssumeImpersonationRole", "after", seconds=0)
        page = ask(olga, made)
        assert page.status_code == 503
        assert "Result unknown" in words(page)
