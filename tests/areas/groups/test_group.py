"""One group's page: members, the groups within it, whom it reaches and how, and what joins it with others."""

from console.areas.groups import nested_groups
from console.mirror.models import Entity, Membership, Organization
from console.sandbox.fixtures import ADA, TestSandbox
from tests.areas import world
from tests.areas.desk import Desk
from tests.areas.groups.conftest import DEN, NURSES, OLD, STAFF, TEAM, text
from tests.areas.users.conftest import DEE, EVE, Wire, written


def join(organization: Organization, group: str, member: str) -> None:
    """In the mirror alone: the sandbox lets nobody make a circle."""
    ends = [Entity.objects.get(organization=organization, entity_id=each) for each in (group, member)]
    Membership.objects.create(organization=organization, group=ends[0], member=ends[1])


class TestThePage:
    def test_it_shows_everything_that_is_known(self, adam: Desk) -> None:
        page = text(adam.get("detail", NURSES))
        shown = (
            "nurses@example.com",
            "care@example.com",
            "Ada Çelik",
            "branch-team",
            "staff",
            "den",
            "Dee Ortiz",
        )
        assert [each for each in shown if each not in page] == []
        assert "Who may send as it" in page
        assert f'href="/o/example/groups/{TEAM}/"' in page

    def test_its_members_are_read_anew_behind_it(self, helga: Desk, town: TestSandbox) -> None:
        town.call("DisassociateMemberFromGroup", GroupId=NURSES, MemberId=ADA)
        Entity.objects.filter(entity_id=NURSES).update(detailed_at=None)
        assert "hx-get" in text(helga.get("detail", NURSES))
        assert [str(each) for each in helga.get("refresh", NURSES).context["members"]] == ["branch-team"]

    def test_while_workmail_is_away_it_shows_the_copy_and_says_so(self, helga: Desk, wire: Wire) -> None:
        wire.is_down = True
        page = text(helga.get("refresh", NURSES))
        assert "Ada Çelik" in page
        assert "console&#x27;s copy" in page or "console's copy" in page

    def test_its_buttons_are_those_of_the_role_and_the_state(self, adam: Desk, helga: Desk) -> None:
        buttons = [each.label for each in adam.get("detail", NURSES).context["buttons"]]
        assert buttons == ["Hide or show", "Disable"]
        assert [each.label for each in adam.get("detail", OLD).context["buttons"]] == [
            "Hide or show",
            "Enable",
            "Delete",
        ]
        assert helga.get("detail", NURSES).context["buttons"] == []

    def test_a_person_is_no_group(self, adam: Desk) -> None:
        for name in ("detail", "members", "edit", "disable", "alias-add", "handover"):
            assert adam.get(name, ADA).status_code == 404

    def test_the_page_of_a_person_leads_to_her_groups(self, adam: Desk) -> None:
        person = Desk(adam.operator, adam.organization, "users")
        assert f'href="/o/example/groups/{NURSES}/"' in text(person.get("detail", ADA))


class TestNesting:
    def test_the_tree_goes_all_the_way_down(self, adam: Desk) -> None:
        (nurses,) = adam.get("detail", STAFF).context["tree"]
        (team,) = nurses.inner
        assert [(str(each.group), each.people) for each in (nurses, team)] == [
            ("nurses", 1),
            ("branch-team", 2),
        ]

    def test_everybody_says_how_each_gets_in(self, adam: Desk) -> None:
        ways = adam.get("everybody", STAFF).context["reach"].ways
        assert {str(way.person): [str(each) for each in way.groups] for way in ways} == {
            "Ada Çelik": ["nurses"],
            "Dee Ortiz": ["nurses", "branch-team"],
            "Eve Ng": ["nurses", "branch-team"],
        }

    def test_the_shortest_way_is_said(self, adam: Desk, organization: Organization) -> None:
        join(organization, STAFF, DEE)
        ways = adam.get("everybody", STAFF).context["reach"].ways
        assert [way.is_direct for way in ways if str(way.person) == "Dee Ortiz"] == [True]

    def test_a_circle_ends_where_it_began(self, adam: Desk, organization: Organization) -> None:
        join(organization, TEAM, STAFF)
        page = adam.get("detail", STAFF)
        ((team,),) = [each.inner for each in page.context["tree"]]
        assert [(str(each.group), each.again) for each in team.inner] == [("staff", True)]
        assert "Stands elsewhere in this tree" in text(page)
        assert len(adam.get("everybody", STAFF).context["reach"].ways) == 3
        group = Entity.objects.get(entity_id=TEAM)
        assert len(nested_groups.find_ancestor_ids(group)) == 3

    def test_a_walk_stops_at_its_limit_and_says_so(self, organization: Organization) -> None:
        actor = world.actor(world.operator("Owner", organization))
        reach = nested_groups.find_reached_users(actor, Entity.objects.get(entity_id=STAFF), most=2)
        assert (len(reach.ways), reach.more) == (2, True)

    def test_who_is_disabled_in_between_is_said(self, adam: Desk) -> None:
        Entity.objects.filter(entity_id=NURSES).update(state="DISABLED")
        assert "its members get no mail through it" in text(adam.get("detail", STAFF))


class TestNarrowed:
    def test_branwen_sees_her_own_and_counts_the_others_nameless(
        self, branwen: Desk, organization: Organization
    ) -> None:
        join(organization, TEAM, ADA)
        page = text(branwen.get("detail", TEAM))
        assert "And 1 outside your domains." in page
        assert "Ada" not in page
        assert "nurses" not in page
        everybody = text(branwen.get("everybody", TEAM))
        assert "and 1 outside your domains" in everybody
        assert "Ada" not in everybody

    def test_a_group_outside_stands_nameless_in_between(
        self, branwen: Desk, organization: Organization
    ) -> None:
        join(organization, TEAM, OLD)
        join(organization, OLD, EVE)
        Membership.objects.filter(group__entity_id=TEAM, member__entity_id=EVE).delete()
        assert "A group outside your domains" in text(branwen.get("detail", TEAM))
        assert "a group outside your domains" in text(branwen.get("everybody", TEAM))

    def test_another_domains_group_does_not_exist(self, branwen: Desk, wire: Wire) -> None:
        assert branwen.get("detail", NURSES).status_code == 404
        assert branwen.post("member-add", NURSES, data={"members": "dee"}).status_code == 404
        assert wire.calls == []


class TestTheAddressBook:
    def test_hides_it(self, adam: Desk, town: TestSandbox) -> None:
        page = adam.get("edit", NURSES)
        sent = {"loaded": loaded(page), "HiddenFromGlobalAddressList": "on", "reason": "quiet"}
        assert adam.post("edit", NURSES, data=sent).status_code == 303
        assert town.call("DescribeGroup", GroupId=NURSES)["HiddenFromGlobalAddressList"] is True
        assert Entity.objects.get(entity_id=NURSES).hidden
        assert [entry.reason for entry in written("UpdateGroup")] == ["quiet"]

    def test_does_not_overwrite_what_somebody_else_changed(self, adam: Desk, town: TestSandbox) -> None:
        page = adam.get("edit", NURSES)
        town.call("UpdateGroup", GroupId=NURSES, HiddenFromGlobalAddressList=True)
        again = adam.post("edit", NURSES, data={"loaded": loaded(page)})
        assert again.status_code == 422
        assert "This was changed after you opened it" in text(again)
        assert written("UpdateGroup") == []


class TestAccess:
    def test_nobody_gets_full_access_to_a_group(self, adam: Desk, wire: Wire) -> None:
        assert "full access" not in text(adam.get("reader-put", NURSES))
        page = adam.post("reader-put", NURSES, data={"other": "ada", "values": ["FULL_ACCESS"]})
        assert page.status_code == 422
        assert "PutMailboxPermissions" not in wire.calls

    def test_a_person_gets_none_to_a_group_from_her_own_side(self, adam: Desk, wire: Wire) -> None:
        person = Desk(adam.operator, adam.organization, "users")
        page = person.post("open-put", ADA, data={"other": "nurses", "values": ["FULL_ACCESS"]})
        assert page.status_code == 422
        assert "There is no mailbox to open" in text(page)

    def test_somebody_may_send_as_it(self, adam: Desk, town: TestSandbox) -> None:
        assert (
            adam.post("reader-put", NURSES, data={"other": "ada", "values": ["SEND_AS"]}).status_code == 303
        )
        shown = town.call("ListMailboxPermissions", EntityId=NURSES)["Permissions"]
        assert {each["GranteeId"] for each in shown} == {DEE, ADA}

    def test_it_may_open_what_is_given_to_it(self, adam: Desk, town: TestSandbox) -> None:
        assert (
            adam.post("open-put", TEAM, data={"other": "den", "values": ["FULL_ACCESS"]}).status_code == 303
        )
        assert town.call("ListMailboxPermissions", EntityId=DEN)["Permissions"][0]["GranteeId"] == TEAM


class TestAddresses:
    def test_another_is_added_put_first_and_the_old_one_removed(self, adam: Desk, town: TestSandbox) -> None:
        adam.post("alias-add", NURSES, data={"Alias": "ward@example.com"})
        adam.post("primary", NURSES, data={"Email": "ward@example.com"})
        adam.post("alias-remove", NURSES, data={"Alias": "nurses@example.com"})
        assert town.call("DescribeGroup", GroupId=NURSES)["Email"] == "ward@example.com"
        assert set(town.call("ListAliases", EntityId=NURSES)["Aliases"]) == {
            "ward@example.com",
            "care@example.com",
        }


def loaded(page: object) -> str:
    form = page.context["form"]  # type: ignore[attr-defined]  # the test client's answer
    return str(form.snapshot.sign(form.current))
