"""From no group to one with members and back: each destructive page says first what ends with it."""

from typing import Any

import pytest

from console.changes import engine
from console.changes.models import Change
from console.mirror.models import Entity
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas.desk import Desk
from tests.areas.groups.conftest import DEN, EMPTY, NURSES, OLD, TEAM, drafted, members, run, steps, text
from tests.areas.users.conftest import BRANCH, Wire, written

NEW = {"Name": "porters", "enable": "on", "people": "ada\nbo@example.com", "reason": "new ward"}


def create(desk: Desk, **values: str) -> Any:
    return desk.post("create", data={**NEW, **values})


class TestCreating:
    def test_makes_enables_and_fills_it_in_one_change(self, adam: Desk, town: TestSandbox) -> None:
        change = run(create(adam))
        group = Entity.objects.get(name="porters")
        assert change.reason == "new ward"
        assert (group.state, group.email) == ("ENABLED", "porters@example.com")
        assert members(town, group.entity_id) == {ADA, BO}

    def test_asks_before_anything_happens(self, adam: Desk, wire: Wire) -> None:
        change = drafted(create(adam))
        assert [operation for operation, _ in steps(change)] == [
            "CreateGroup",
            "RegisterToWorkMail",
            "AssociateMemberToGroup",
            "AssociateMemberToGroup",
        ]
        assert "CreateGroup" not in wire.calls

    def test_is_taken_up_where_it_stopped(self, adam: Desk, wire: Wire) -> None:
        wire.refused["RegisterToWorkMail"] = "MailDomainStateException"
        answer = create(adam)
        change = drafted(answer)
        desk = Desk(adam.operator, adam.organization, "changes")
        desk.post("run", str(change.pk))
        change.refresh_from_db()
        assert change.state in (Change.State.PARTLY, Change.State.FAILED)
        assert Entity.objects.get(name="porters").state == "DISABLED"
        del wire.refused["RegisterToWorkMail"]
        desk.post("retry", str(change.pk))
        engine.sweep()
        change.refresh_from_db()
        assert change.state == Change.State.DONE
        assert wire.calls.count("CreateGroup") == 1

    def test_leaves_it_disabled_if_asked_to(self, adam: Desk) -> None:
        change = drafted(create(adam, enable="", people=""))
        assert [operation for operation, _ in steps(change)] == ["CreateGroup"]

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"Name": ""}, "Name"),
            ({"Email": "porters@elsewhere.example"}, "Email"),
            ({"people": "nobody"}, "people"),
            ({"enable": ""}, "people"),
        ],
    )
    def test_what_does_not_fit_comes_back_at_its_field(
        self, adam: Desk, values: dict[str, str], field: str, wire: Wire
    ) -> None:
        page = create(adam, **values)
        assert page.status_code == 422
        assert page.context["form"].errors.keys() == {field}
        assert wire.calls == []


class TestEnabling:
    def test_gives_it_an_address(self, adam: Desk, town: TestSandbox) -> None:
        assert 'value="old@example.com"' in text(adam.get("enable", OLD))
        assert adam.post("enable", OLD, data={"Email": f"old@{BRANCH}"}).status_code == 303
        assert town.call("DescribeGroup", GroupId=OLD)["State"] == "ENABLED"


class TestWhatEnds:
    def test_is_said_before_it_is_disabled(self, adam: Desk) -> None:
        page = text(adam.get("disable", NURSES))
        expected = (
            "Addresses that stop working: nurses@example.com, care@example.com.",
            "Groups whose mail does not arrive here any more: staff.",
            "Nobody else is in staff",
            "Members whom mail to it does not reach any more: Ada Çelik, branch-team.",
            "Resources whose booking requests it answers: den.",
            "It is the last who answers for den: its booking requests would wait for ever.",
            "Mailboxes and names that it may use: Ada Çelik (full access).",
            "Nobody else has full access to Ada Çelik.",
            "Who may send in its name: Dee Ortiz.",
        )
        assert [each for each in expected if each not in page] == []

    def test_names_the_last_delegate_only_where_there_is_no_other(
        self, adam: Desk, town: TestSandbox
    ) -> None:
        town.call("AssociateDelegateToResource", ResourceId=DEN, EntityId=BO)
        Desk(adam.operator, adam.organization, "resources").get("refresh", DEN)
        page = text(adam.get("disable", NURSES))
        assert "den" in page
        assert "the last who answers" not in page

    def test_each_can_be_handed_over_first(self, adam: Desk) -> None:
        page = text(adam.get("disable", NURSES))
        for part in ("addresses", "groups", "members", "delegations", "access", "readers"):
            assert f'href="{adam.url("handover", NURSES)}?what={part}"' in page

    def test_asks_aws_nothing_of_a_group(self, adam: Desk, wire: Wire) -> None:
        adam.get("disable", NURSES)
        assert wire.calls == []

    def test_branwen_learns_no_name_from_outside(self, branwen: Desk, town: TestSandbox) -> None:
        page = text(branwen.get("disable", TEAM))
        assert "Groups whose mail does not arrive here any more: 1 outside your domains." in page
        assert "nurses" not in page


class TestDisabling:
    def test_keeps_its_members(self, adam: Desk, town: TestSandbox) -> None:
        answer = adam.client.post(adam.url("disable", NURSES), {"reason": "closed"}, follow=True)
        assert "nurses is disabled." in text(answer)
        assert town.call("DescribeGroup", GroupId=NURSES)["State"] == "DISABLED"
        assert members(town, NURSES) == {ADA, TEAM}
        assert [entry.reason for entry in written("DeregisterFromWorkMail")] == ["closed"]


class TestDeleting:
    def test_is_for_the_disabled_alone(self, adam: Desk, wire: Wire) -> None:
        page = adam.post("delete", EMPTY, data={"typed": "empty"})
        assert page.status_code == 409
        assert "Disable first" in text(page)
        assert wire.calls == []

    @pytest.mark.parametrize("typed", ["", "OLD", "yes"])
    def test_wants_the_name_typed(self, adam: Desk, typed: str, wire: Wire) -> None:
        assert adam.post("delete", OLD, data={"typed": typed}).status_code == 422
        assert "DeleteGroup" not in wire.calls

    def test_is_for_good(self, adam: Desk, town: TestSandbox) -> None:
        assert "cannot be undone" in text(adam.get("delete", OLD)).lower()
        assert adam.post("delete", OLD, data={"typed": "old"}).status_code == 303
        assert town.call("DescribeGroup", GroupId=OLD)["State"] == "DELETED"
        assert Entity.objects.get(entity_id=OLD).is_deleted


class TestRights:
    @pytest.mark.parametrize("name", ["edit", "enable", "disable", "delete", "handover", "reader-put"])
    def test_the_helpdesk_has_none_of_these(self, helga: Desk, name: str, wire: Wire) -> None:
        assert helga.post(name, NURSES).status_code == 403
        assert helga.get("create").status_code == 403
        assert wire.calls == []
