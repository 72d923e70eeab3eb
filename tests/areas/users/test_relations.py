"""Addresses, groups, quota and access to mailboxes, each by a small form."""

from typing import Any

import pytest

from console.mirror.models import Entity, Permission
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.users.conftest import BRANCH, DEE, NURSES, TEAM, Desk, Wire, written


def text(response: Any) -> str:
    return world.body(response)


def follow(desk: Desk, name: str, user_id: str, **data: Any) -> str:
    return text(desk.client.post(desk.url(name, user_id), data, follow=True))


class TestAliases:
    def test_one_is_added(self, helga: Desk, town: TestSandbox) -> None:
        page = follow(helga, "alias-add", ADA, Alias="lovelace@example.com", reason="asked for")
        assert "lovelace@example.com now reaches Ada Çelik, too." in page
        assert "lovelace@example.com" in town.call("ListAliases", EntityId=ADA)["Aliases"]
        assert [entry.reason for entry in written("CreateAlias")] == ["asked for"]

    @pytest.mark.parametrize(
        ("address", "said"),
        [
            ("bo@example.com", "This address is taken"),
            ("ada@elsewhere.example", "is not one of the domains"),
            ("no address", "Write it like"),
            ("", "required"),
        ],
    )
    def test_one_that_cannot_be_comes_back(self, helga: Desk, address: str, said: str) -> None:
        page = helga.post("alias-add", ADA, data={"Alias": address})
        assert page.status_code == 422
        assert said in str(page.context["form"].errors["Alias"])

    def test_one_is_removed(self, helga: Desk, town: TestSandbox) -> None:
        follow(helga, "alias-remove", ADA, Alias="countess@example.com")
        assert "countess@example.com" not in town.call("ListAliases", EntityId=ADA)["Aliases"]
        assert "countess" not in text(helga.get("detail", ADA))

    def test_one_becomes_the_primary_address(self, adam: Desk, town: TestSandbox) -> None:
        follow(adam, "primary", ADA, Email="countess@example.com")
        assert town.call("DescribeUser", UserId=ADA)["Email"] == "countess@example.com"
        page = adam.get("detail", ADA)
        assert page.context["person"].email == "countess@example.com"
        assert [address for address, _ in page.context["aliases"]] == ["ada@example.com"]

    def test_what_workmail_says_no_to_is_said_on_the_page(self, helga: Desk, wire: Wire) -> None:
        wire.refused["DeleteAlias"] = "EntityStateException"
        assert "in the state that the person" in follow(
            helga, "alias-remove", ADA, Alias="countess@example.com"
        )

    def test_bruno_gives_out_addresses_of_his_branch_alone(self, bruno: Desk, town: TestSandbox) -> None:
        page = bruno.post("alias-add", DEE, data={"Alias": "dee@example.com"})
        assert page.status_code == 422
        assert bruno.post("alias-add", DEE, data={"Alias": f"d.ortiz@{BRANCH}"}).status_code == 303

    def test_bruno_removes_no_address_outside_his_branch(self, bruno: Desk, town: TestSandbox) -> None:
        town.call("CreateAlias", EntityId=DEE, Alias="dee@example.com")
        town.call("CreateAlias", EntityId=DEE, Alias=f"d.ortiz@{BRANCH}")
        page = bruno.get("refresh", DEE)
        assert dict(page.context["aliases"]) == {"dee@example.com": False, f"d.ortiz@{BRANCH}": True}
        assert bruno.post("alias-remove", DEE, data={"Alias": "dee@example.com"}).status_code == 403
        assert written("DeleteAlias") == []


class TestGroups:
    @pytest.mark.parametrize("name", ["nurses", "Nurses", "nurses@example.com", NURSES])
    def test_one_is_joined_by_any_of_its_names(self, helga: Desk, town: TestSandbox, name: str) -> None:
        assert helga.post("group-join", BO, data={"group": name}).status_code == 303
        assert BO in [each["Id"] for each in town.call("ListGroupMembers", GroupId=NURSES)["Members"]]
        assert "nurses" in str(helga.get("detail", BO).context["groups"])

    def test_one_that_nobody_knows_comes_back(self, helga: Desk, wire: Wire) -> None:
        page = helga.post("group-join", BO, data={"group": "nowhere"})
        assert page.status_code == 422
        assert "No match was found for “nowhere”" in text(page)
        assert wire.calls == []

    def test_one_is_left(self, helga: Desk, town: TestSandbox) -> None:
        page = follow(helga, "group-leave", ADA, group=NURSES)
        assert "Ada Çelik is not in nurses any more." in page
        assert ADA not in [each["Id"] for each in town.call("ListGroupMembers", GroupId=NURSES)["Members"]]

    def test_bruno_knows_the_groups_of_his_branch_alone(self, bruno: Desk, wire: Wire) -> None:
        assert bruno.post("group-join", DEE, data={"group": "nurses"}).status_code == 422
        assert bruno.post("group-leave", DEE, data={"group": NURSES}).status_code == 404
        assert bruno.post("group-leave", DEE, data={"group": TEAM}).status_code == 303
        assert written("DisassociateMemberFromGroup")[0].target == TEAM
        assert "AssociateMemberToGroup" not in wire.calls


class TestQuota:
    def test_is_set(self, helga: Desk, town: TestSandbox) -> None:
        seen = world.loaded(helga.client, helga.url("quota", ADA))
        assert "may now hold 1,000 MB" in follow(helga, "quota", ADA, MailboxQuota="1000", **seen)
        assert town.call("GetMailboxDetails", UserId=ADA)["MailboxQuota"] == 1000
        assert Entity.objects.get(entity_id=ADA).mailbox_quota == 1000

    @pytest.mark.parametrize("quota", ["0", "51201", "much", ""])
    def test_stays_within_what_workmail_gives(self, helga: Desk, quota: str, wire: Wire) -> None:
        page = helga.post("quota", ADA, data={"MailboxQuota": quota})
        assert page.status_code == 422
        assert page.context["form"].errors.keys() == {"MailboxQuota"}
        assert wire.calls == []


class TestAccess:
    def test_to_this_mailbox_is_given(self, adam: Desk, town: TestSandbox) -> None:
        sent = {"other": "bo@example.com", "values": ["FULL_ACCESS", "SEND_AS"]}
        assert adam.post("reader-put", ADA, data=sent).status_code == 303
        (shown,) = town.call("ListMailboxPermissions", EntityId=ADA)["Permissions"]
        assert (shown["GranteeId"], set(shown["PermissionValues"])) == (BO, {"FULL_ACCESS", "SEND_AS"})
        assert "Bo Ek" in text(adam.get("detail", ADA))
        assert "Ada Çelik" in text(adam.get("detail", BO))

    def test_to_another_mailbox_is_given(self, adam: Desk, town: TestSandbox) -> None:
        adam.post("open-put", ADA, data={"other": "bo", "values": ["SEND_ON_BEHALF"]})
        (shown,) = town.call("ListMailboxPermissions", EntityId=BO)["Permissions"]
        assert shown["GranteeId"] == ADA

    def test_is_shown_as_it_is_before_it_is_changed(self, adam: Desk) -> None:
        adam.post("reader-put", ADA, data={"other": BO, "values": ["SEND_AS"]})
        page = adam.get("reader-put", ADA, data={"other": BO})
        assert page.context["form"].initial == {"other": "bo@example.com", "values": ["SEND_AS"]}

    def test_is_ended_from_both_sides(self, adam: Desk, town: TestSandbox) -> None:
        for name, user_id, other in (("reader-delete", ADA, BO), ("open-delete", BO, ADA)):
            adam.post("reader-put", ADA, data={"other": BO, "values": ["SEND_AS"]})
            assert "lost access" in follow(adam, name, user_id, other=other)
            assert town.call("ListMailboxPermissions", EntityId=ADA)["Permissions"] == []
            assert not Permission.objects.exists()

    @pytest.mark.parametrize(
        "sent",
        [
            {"other": "nobody", "values": ["SEND_AS"]},
            {"other": "bo"},
            {"other": "ada", "values": ["SEND_AS"]},
        ],
    )
    def test_needs_somebody_else_and_something(self, adam: Desk, sent: dict[str, Any], wire: Wire) -> None:
        assert adam.post("reader-put", ADA, data=sent).status_code == 422
        assert wire.calls == []

    def test_is_none_of_the_helpdesks_business(self, helga: Desk, wire: Wire) -> None:
        assert helga.post("reader-put", ADA, data={"other": "bo", "values": ["SEND_AS"]}).status_code == 403
        assert "Give access" not in text(helga.get("detail", ADA))
        assert wire.calls == []
