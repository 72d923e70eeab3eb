"""One person's page: from the mirror at once, from WorkMail behind it, and only as far as one may see."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.areas.users.display import PROFILE_SECTIONS
from console.aws import model
from console.mirror.models import Entity
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.areas import world
from tests.areas.users.conftest import DEE, EVE, Desk, Wire, read_again

PREFETCHES = [{"Sec-Purpose": "prefetch;prerender"}, {"HX-Preloaded": "true"}]


def text(response: Any) -> str:
    return world.body(response)


@pytest.fixture
def stale(organization: Any) -> None:
    Entity.objects.update(detailed_at=timezone.now() - timedelta(hours=1))


class TestThePage:
    def test_shows_everything_that_workmail_tells_of_a_person(self, helga: Desk) -> None:
        page = text(helga.get("detail", ADA))
        assert [
            each for each in ("Ada Çelik", "ada@example.com", "countess@example.com", ADA) if each not in page
        ] == []
        assert [
            label for labels in PROFILE_SECTIONS.values() for label in labels.values() if label not in page
        ] == []

    def test_knows_every_member_of_the_description(self) -> None:
        shown = {member for members in PROFILE_SECTIONS.values() for member in members}
        assert shown == set(model.output_members("DescribeUser"))

    def test_shows_groups_mailbox_and_access_both_ways(self, helga: Desk, town: TestSandbox) -> None:
        town.call("PutMailboxPermissions", EntityId=ADA, GranteeId=BO, PermissionValues=["FULL_ACCESS"])
        town.call("PutMailboxPermissions", EntityId=BO, GranteeId=ADA, PermissionValues=["SEND_AS"])
        helga.get("refresh", ADA)
        helga.get("refresh", BO)
        page = text(helga.get("detail", ADA))
        assert "nurses" in page
        assert "of 50 GB" in page
        assert "full access" in page
        assert "send as" in page

    def test_asks_aws_nothing(self, helga: Desk, stale: None, wire: Wire) -> None:
        assert helga.get("detail", ADA).status_code == 200
        assert wire.calls == []

    def test_asks_for_a_refresh_only_when_its_copy_is_old(
        self, helga: Desk, organization: Any, request: pytest.FixtureRequest
    ) -> None:
        assert 'hx-trigger="load"' not in text(helga.get("detail", ADA))
        request.getfixturevalue("stale")
        assert 'hx-trigger="load"' in text(helga.get("detail", ADA))

    def test_shows_somebody_whom_nobody_has_described_yet(self, helga: Desk) -> None:
        Entity.objects.filter(entity_id=ADA).update(details={}, described_at=None, detailed_at=None)
        page = helga.get("detail", ADA)
        assert "Ada Çelik" in text(page)
        assert page.context["stale"]

    def test_says_until_when_a_disabled_mailbox_is_kept(self, helga: Desk, town: TestSandbox) -> None:
        town.call("DeregisterFromWorkMail", EntityId=BO)
        helga.get("refresh", BO)
        gone = Entity.objects.get(entity_id=BO).disabled_date
        assert gone is not None
        assert f"removes this mailbox on {gone + timedelta(days=30):%-d %B %Y}" in text(
            helga.get("detail", BO)
        )

    def test_offers_nothing_for_the_deleted(self, adam: Desk, town: TestSandbox) -> None:
        town.call("DeleteUser", UserId=CY)
        read_again(adam.organization)
        page = adam.get("detail", CY)
        assert page.context["buttons"] == []
        assert "Deleted in WorkMail" in text(page)


class TestTheRefresh:
    def test_brings_what_was_changed_outside(self, helga: Desk, town: TestSandbox) -> None:
        town.call("UpdateUser", UserId=ADA, Department="Archive")
        town.call("CreateAlias", EntityId=ADA, Alias="lovelace@example.com")
        fragment = text(helga.get("refresh", ADA, **{"HX-Request": "true"}))
        assert fragment.strip().startswith('<div id="person">')
        assert "Archive" in fragment
        assert "lovelace@example.com" in fragment

    @pytest.mark.parametrize("headers", PREFETCHES)
    def test_a_prefetch_asks_aws_nothing(self, helga: Desk, headers: dict[str, str], wire: Wire) -> None:
        assert helga.get("refresh", ADA, **headers).status_code == 204
        assert wire.calls == []

    def test_says_so_when_workmail_is_away(self, helga: Desk, wire: Wire) -> None:
        wire.is_down = True
        page = helga.get("refresh", ADA, **{"HX-Request": "true"})
        assert page.status_code == 200
        assert "could not reach WorkMail" in text(page)
        assert "Ada Çelik" in text(page)

    def test_marks_whom_workmail_no_longer_knows(self, helga: Desk, town: TestSandbox) -> None:
        town.call("DeleteUser", UserId=CY)
        assert "Deleted in WorkMail" in text(helga.get("refresh", CY))


class TestButtons:
    @pytest.mark.parametrize(
        ("user_id", "labels"),
        [
            (ADA, ["Edit", "Reset password", "Freeze", "Why no mail?", "Disable", "Offboard"]),
            (CY, ["Edit", "Why no mail?", "Enable", "Delete"]),
        ],
    )
    def test_follow_the_state(self, adam: Desk, user_id: str, labels: list[str]) -> None:
        assert [each.label for each in adam.get("detail", user_id).context["buttons"]] == labels

    def test_follow_the_rights(self, helga: Desk, aude: Desk) -> None:
        assert [each.label for each in helga.get("detail", ADA).context["buttons"]] == [
            "Edit",
            "Reset password",
            "Why no mail?",
        ]
        assert [each.label for each in aude.get("detail", ADA).context["buttons"]] == ["Why no mail?"]

    def test_each_leads_to_a_page_that_lets_in_whoever_sees_it(self, adam: Desk) -> None:
        for user_id in (ADA, CY):
            for button in adam.get("detail", user_id).context["buttons"]:
                assert adam.client.get(button.href).status_code == 200, button.label

    def test_a_system_user_is_left_alone(self, adam: Desk) -> None:
        guest = Entity.objects.get(name="Guest")
        assert adam.get("detail", guest.entity_id).context["buttons"] == []


class TestHistory:
    def test_is_for_those_who_read_the_ledger(self, helga: Desk, aude: Desk) -> None:
        assert helga.get("detail", ADA).context["history"] is None
        assert aude.get("detail", ADA).context["history"] == []

    def test_tells_what_was_noticed(self, aude: Desk, town: TestSandbox) -> None:
        town.call("UpdateUser", UserId=ADA, Department="Archive")
        aude.get("refresh", ADA)
        page = aude.get("detail", ADA)
        assert [entry.kind for entry in page.context["history"]] == ["observed"]
        assert f"?q={ADA}" in text(page)


class TestScope:
    @pytest.mark.parametrize(
        "name",
        ["detail", "refresh", "edit", "password", "alias-add", "group-join", "quota"],
    )
    def test_whom_bruno_may_not_see_does_not_exist(self, bruno: Desk, name: str, wire: Wire) -> None:
        assert bruno.get(name, ADA).status_code == 404
        assert bruno.get(name, "nobody-with-this-id").status_code == 404
        assert wire.calls == []

    def test_bruno_sees_no_group_and_no_colleague_from_outside(self, bruno: Desk, town: TestSandbox) -> None:
        town.call("PutMailboxPermissions", EntityId=DEE, GranteeId=ADA, PermissionValues=["SEND_AS"])
        town.call("PutMailboxPermissions", EntityId=ADA, GranteeId=DEE, PermissionValues=["SEND_AS"])
        town.call("PutMailboxPermissions", EntityId=DEE, GranteeId=EVE, PermissionValues=["SEND_AS"])
        page = text(bruno.get("refresh", DEE))
        assert "branch-team" in page
        assert "Eve Ng" in page
        assert [each for each in ("nurses", "Ada", ADA, "ada@example.com") if each in page] == []

    def test_a_group_or_a_room_is_no_person(self, adam: Desk) -> None:
        group = Entity.objects.filter(kind="group").first()
        assert group is not None
        assert adam.get("detail", group.entity_id).status_code == 404

    @pytest.mark.parametrize("name", ["edit", "password", "disable", "delete", "alias-add", "quota"])
    def test_aude_sees_and_touches_nobody(self, aude: Desk, name: str, wire: Wire) -> None:
        assert aude.get(name, ADA).status_code == 403
        assert wire.calls == []
