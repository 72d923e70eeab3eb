"""Addresses that change hands: the steps, in whatever state who gives is, and what comes of them."""

from typing import Any

import pytest

from console.changes import engine
from console.changes.models import Change
from console.mirror.models import Entity
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.areas import world
from tests.areas.mailboxes.conftest import FAY, HALL, Desk
from tests.areas.users.conftest import BRANCH, DEE, NURSES, Wire

ADDRESS, ALIAS = "ada@example.com", "countess@example.com"
MOVE = ["DeleteAlias", "CreateAlias"]


def drafted(desk: Desk, giver: str, *addresses: str, to: str = "bo", **more: Any) -> Change:
    answer = desk.post("hand-over", giver, data={"addresses": addresses, "other": to, **more})
    assert answer.status_code == 303, answer.context["form"].errors
    return Change.objects.latest("pk")


def operations(change: Change) -> list[tuple[str, int | None]]:
    return [(step.operation, step.needs) for step in change.steps.order_by("position")]


def run(change: Change) -> Change.State:
    engine.start_change(change)
    change.refresh_from_db()
    return Change.State(change.state)


def addresses(town: TestSandbox, entity_id: str) -> set[str]:
    return set(town.call("ListAliases", EntityId=entity_id)["Aliases"])


class TestAnAlias:
    def test_is_taken_and_then_given(self, helga: Desk, town: TestSandbox) -> None:
        change = drafted(helga, ADA, ALIAS, reason="moved on")
        assert operations(change) == [("DeleteAlias", None), ("CreateAlias", 0)]
        assert addresses(town, ADA) == {ADDRESS, ALIAS}
        assert run(change) == Change.State.DONE
        assert addresses(town, ADA) == {ADDRESS}
        assert ALIAS in addresses(town, BO)
        assert Entity.objects.get(aliases__address=ALIAS).entity_id == BO

    @pytest.mark.parametrize(("to", "taker"), [("nurses", NURSES), ("hall", HALL)])
    def test_may_go_to_a_group_or_a_room(self, helga: Desk, town: TestSandbox, to: str, taker: str) -> None:
        assert run(drafted(helga, ADA, ALIAS, to=to)) == Change.State.DONE
        assert ALIAS in addresses(town, taker)

    def test_comes_back_if_it_cannot_be_given(self, helga: Desk, town: TestSandbox) -> None:
        change = drafted(helga, ADA, ALIAS)
        town.call("DeregisterFromWorkMail", EntityId=BO)
        assert run(change) != Change.State.DONE
        while engine.sweep():
            pass
        assert addresses(town, ADA) == {ADDRESS, ALIAS}


class TestThePrimaryAddress:
    def test_is_replaced_first(self, adam: Desk, town: TestSandbox) -> None:
        change = drafted(adam, ADA, ADDRESS, how="rename", Email="a.celik@example.com")
        assert operations(change) == [
            ("UpdatePrimaryEmailAddress", None),
            ("DeleteAlias", 0),
            ("CreateAlias", 1),
        ]
        assert run(change) == Change.State.DONE
        assert town.call("DescribeUser", UserId=ADA)["Email"] == "a.celik@example.com"
        assert ADDRESS in addresses(town, BO)

    def test_goes_with_the_others_when_she_is_disabled(self, adam: Desk, town: TestSandbox) -> None:
        change = drafted(adam, ADA, ADDRESS, ALIAS, how="disable")
        assert operations(change) == [
            ("DeregisterFromWorkMail", None),
            ("CreateAlias", 0),
            ("CreateAlias", 0),
        ]
        assert not change.reverts
        assert run(change) == Change.State.DONE
        assert {ADDRESS, ALIAS} < addresses(town, BO)
        assert town.call("DescribeUser", UserId=ADA)["State"] == "DISABLED"

    def test_can_become_the_successors(self, adam: Desk, town: TestSandbox) -> None:
        change = drafted(adam, ADA, ADDRESS, how="disable", becomes_primary="on")
        assert operations(change)[-1] == ("UpdatePrimaryEmailAddress", 1)
        assert run(change) == Change.State.DONE
        assert town.call("DescribeUser", UserId=BO)["Email"] == ADDRESS
        assert "bo@example.com" in addresses(town, BO)

    @pytest.mark.parametrize(
        ("sent", "field"),
        [
            ({}, "how"),
            ({"how": "rename"}, "Email"),
            ({"how": "rename", "Email": "ada@nowhere.example"}, "Email"),
            ({"how": "rename", "Email": ADDRESS}, "Email"),
        ],
    )
    def test_needs_to_be_told_what_happens_first(
        self, adam: Desk, sent: dict[str, str], field: str, wire: Wire
    ) -> None:
        page = adam.post("hand-over", ADA, data={"addresses": [ADDRESS], "other": "bo", **sent})
        assert page.status_code == 422
        assert page.context["form"].errors.keys() == {field}
        assert wire.calls == []

    def test_is_beyond_the_helpdesk(self, helga: Desk) -> None:
        page = helga.post("hand-over", ADA, data={"addresses": [ADDRESS], "other": "bo"})
        assert page.status_code == 422
        assert "You may hand over aliases only" in world.body(page)


class TestOfTheDisabled:
    def test_the_ledger_remembers_the_addresses(self, adam: Desk, town: TestSandbox) -> None:
        run(drafted(adam, ADA, ADDRESS, how="disable"))
        assert adam.get("hand-over", ADA).context["form"].held == [ALIAS]  # the other one is Bo's by now
        change = drafted(adam, ADA, ALIAS)
        assert operations(change) == [("CreateAlias", None)]
        assert run(change) == Change.State.DONE
        assert ALIAS in addresses(town, BO)

    def test_of_whom_nothing_is_known_the_page_says_what_to_do(self, adam: Desk) -> None:
        for entity_id in (FAY, CY):
            page = adam.get("hand-over", entity_id)
            assert page.status_code == 200
            assert "does not know which addresses" in world.body(page)


class TestTheForm:
    @pytest.mark.parametrize("other", ["", "ada", "nobody", "fay", "cy"])
    def test_wants_somebody_else_who_is_enabled(self, adam: Desk, other: str) -> None:
        page = adam.post("hand-over", ADA, data={"addresses": [ALIAS], "other": other})
        assert page.status_code == 422
        assert page.context["form"].errors.keys() == {"other"}

    def test_takes_only_the_givers_addresses(self, adam: Desk) -> None:
        for chosen in ([], ["bo@example.com"]):
            page = adam.post("hand-over", ADA, data={"addresses": chosen, "other": "bo"})
            assert page.context["form"].errors.keys() == {"addresses"}

    def test_is_linked_from_the_addresses(self, adam: Desk) -> None:
        page = world.body(adam.client.get(f"/o/example/users/{ADA}/"))
        assert adam.url("hand-over", ADA) in page


class TestScope:
    def test_neither_end_may_be_outside(self, branwen: Desk, wire: Wire) -> None:
        assert branwen.get("hand-over", ADA).status_code == 404
        assert branwen.get("hand-over", "nobody").status_code == 404
        page = branwen.post("hand-over", DEE, data={"addresses": [f"dee@{BRANCH}"], "other": "bo"})
        assert page.context["form"].errors.keys() == {"other", "how"}
        assert wire.calls == []
