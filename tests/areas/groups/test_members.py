"""Members by the handful: pasted lines are looked up before anything is done, ticked rows leave."""

from typing import Any

import pytest

from console.areas.groups import membership
from console.mirror.models import Entity, Organization
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas.desk import Desk
from tests.areas.groups.conftest import EMPTY, NURSES, OLD, STAFF, TEAM, drafted, members, run, steps, text
from tests.areas.users.conftest import DEE, EVE, Wire

PASTE = """ada
Bo Ek <bo@example.com>; dee@branch.example

nobody@example.com
countess@example.com, eve
"""


def add(desk: Desk, group: str, pasted: str, **more: str) -> Any:
    return desk.post("member-add", group, data={"members": pasted, **more})


class TestResolving:
    def test_knows_everybody_by_any_name_once(self, organization: Organization) -> None:
        everyone = Entity.objects.filter(organization=organization)
        found = membership.resolve_members(everyone, organization, PASTE)
        assert [each.entity_id for each in found.entities] == [ADA, BO, DEE, EVE]
        assert found.unknown == ["No user or group was found for “nobody@example.com”."]

    def test_a_display_name_is_offered_and_never_chosen(self, organization: Organization) -> None:
        Entity.objects.filter(entity_id=DEE).update(display_name="Sam", sort_display_name="sam")
        found = membership.resolve_members(
            Entity.objects.filter(organization=organization), organization, "Sam"
        )
        assert found.entities == []
        assert found.unknown == ["“Sam” can mean dee@branch.example. Enter the email address."]

    def test_a_few_queries_do_for_many_lines(
        self, organization: Organization, django_assert_max_num_queries: Any
    ) -> None:
        pasted = "\n".join(f"person{number}@example.com" for number in range(900))
        with django_assert_max_num_queries(8):
            found = membership.resolve_members(
                Entity.objects.filter(organization=organization), organization, pasted
            )
        assert len(found.unknown) == 900


class TestAdding:
    def test_first_shows_what_the_lines_come_to(self, helga: Desk, wire: Wire) -> None:
        page = add(helga, NURSES, PASTE)
        joining = page.context["joining"]
        assert [each.entity_id for each in joining.added] == [BO, DEE, EVE]
        assert [each.entity_id for each in joining.inside] == [ADA]
        assert "No user or group was found for “nobody@example.com”." in text(page)
        assert PASTE.splitlines()[0] in page.context["form"]["members"].value()
        assert wire.calls == []

    def test_then_drafts_one_step_for_each(self, helga: Desk, town: TestSandbox) -> None:
        answer = add(helga, EMPTY, PASTE, sure="on", ticket="T-1")
        change = run(answer)
        assert (change.title, change.ticket) == ("Add 4 members to empty", "T-1")
        assert members(town, EMPTY) == {ADA, BO, DEE, EVE}

    def test_a_group_joins_like_a_person(self, helga: Desk, town: TestSandbox) -> None:
        run(add(helga, EMPTY, "nurses", sure="on"))
        assert members(town, EMPTY) == {NURSES}

    @pytest.mark.parametrize("pasted", ["staff", "nurses@example.com"])
    def test_a_group_above_it_is_left_out_with_the_reason(self, helga: Desk, pasted: str) -> None:
        page = add(helga, TEAM, pasted, sure="on")
        assert page.context["joining"].added == []
        assert "would be a member of itself" in text(page)

    def test_a_group_that_is_pasted_into_itself_is_not_found(self, helga: Desk) -> None:
        assert "No user or group was found for “staff”" in text(add(helga, STAFF, "staff"))

    def test_nothing_pasted_comes_back(self, helga: Desk, wire: Wire) -> None:
        assert add(helga, NURSES, "  \n").status_code == 422
        assert wire.calls == []

    def test_too_many_come_back_with_the_limit(self, helga: Desk) -> None:
        page = add(helga, NURSES, "\n".join(str(number) for number in range(membership.MAX_PASTED + 1)))
        assert page.status_code == 422
        assert "at most 2,000" in text(page)

    def test_who_is_outside_is_as_unknown_as_nobody(self, branwen: Desk) -> None:
        page = add(branwen, TEAM, "ada\nbo@example.com\ndee")
        assert page.context["joining"].added == []
        assert [str(each) for each in page.context["joining"].inside] == ["Dee Ortiz"]
        assert len(page.context["joining"].unknown) == 2


class TestRemoving:
    def test_the_ticked_ones_leave(self, helga: Desk, town: TestSandbox) -> None:
        answer = helga.post("member-remove", NURSES, data={"selected": [ADA, TEAM]})
        assert {operation for operation, _ in steps(drafted(answer))} == {"DisassociateMemberFromGroup"}
        run(answer)
        assert members(town, NURSES) == set()

    def test_nothing_ticked_says_so(self, helga: Desk) -> None:
        answer = helga.client.post(helga.url("member-remove", NURSES), {}, follow=True)
        assert "Tick at least one row." in text(answer)

    def test_nobody_leaves_who_is_not_in_it(self, helga: Desk) -> None:
        answer = helga.client.post(helga.url("member-remove", NURSES), {"selected": [BO]}, follow=True)
        assert "nothing to do" in text(answer)

    def test_branwen_removes_only_whom_she_sees(self, branwen: Desk, town: TestSandbox) -> None:
        town.call("AssociateMemberToGroup", GroupId=TEAM, MemberId=BO)
        branwen.get("refresh", TEAM)
        answer = branwen.post("member-remove", TEAM, data={"selected": [BO, DEE]})
        assert [params["MemberId"] for _, params in steps(drafted(answer))] == [DEE]


class TestTheList:
    def test_it_is_searched_filtered_and_ticked(self, helga: Desk) -> None:
        page = helga.get("members", NURSES)
        assert {row["entity_id"] for row in page.context["page"].values} == {ADA, TEAM}
        assert 'name="selected"' in text(page)
        assert "Remove the ticked ones" in text(page)
        (group,) = helga.get("members", NURSES, data={"kind": "group"}).context["page"].values
        assert group["entity_id"] == TEAM
        assert helga.get("members", NURSES, data={"q": "zzz"}).context["page"].values == []

    def test_it_is_a_file_too(self, helga: Desk) -> None:
        lines = text(helga.get("members-csv", NURSES)).splitlines()
        assert [line.split(",")[0] for line in lines[1:]] == ["ada", "branch-team"]

    def test_it_offers_nothing_of_a_disabled_group(self, adam: Desk) -> None:
        assert adam.url("member-add", OLD) not in text(adam.get("members", OLD))
