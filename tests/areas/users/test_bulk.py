"""The same thing for many people: whom a selection reaches, and what becomes of it as a change."""

from typing import Any

import pytest

from console.areas.exports.models import ExportJob
from console.changes import control, engine
from console.changes.models import Change, Step
from console.mirror.models import Entity
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.areas import world
from tests.areas.users.conftest import DEE, EVE, NURSES, Desk, Wire

TWO = {"selected": [ADA, BO]}


def ask(**values: Any) -> dict[str, Any]:
    """A form that was filled in, not just reached from the list."""
    return {"asked": "yes", **values}


def steps() -> list[tuple[str, dict[str, Any]]]:
    """What the one change that was drafted would do, without its idempotency tokens."""
    return [(each.operation, each.params) for each in Change.objects.get().steps.all()]


def targets() -> set[str]:
    return set(Change.objects.get().steps.values_list("target", flat=True))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.changes.budget.max_rate", lambda: 1e9)


class TestTheList:
    def test_has_a_box_in_each_row_and_what_can_be_done_with_those(self, helga: Desk) -> None:
        page = helga.get("list").content.decode()
        assert f'name="selected" value="{ADA}"' in page
        assert [
            each for each in ("Edit …", "Add to a group", "Export mailboxes", "Disable …") if each in page
        ] == [
            "Edit …",
            "Add to a group",
        ]

    def test_has_none_for_whoever_only_reads(self, aude: Desk) -> None:
        assert 'name="selected"' not in aude.get("list").content.decode()


class TestASelection:
    def test_of_ticked_rows_is_asked_about_before_anything_is_kept(self, helga: Desk, wire: Wire) -> None:
        page = helga.post("bulk-edit", data=TWO)
        assert page.status_code == 200
        assert "Edit 2 people" in page.content.decode()
        assert wire.calls == []
        assert not Change.objects.exists()

    def test_of_all_that_match_is_looked_up_again(self, helga: Desk) -> None:
        chosen = {"all": "on", "query": "state=ENABLED&q=e&role=USER"}
        listed = {
            each["entity_id"]
            for each in helga.get("list", data={"q": "e", "state": "ENABLED", "role": "USER"})
            .context["page"]
            .values
        }
        helga.post("bulk-edit", data=ask(**chosen, Office="Oslo"))
        assert targets() == listed
        assert listed

    def test_survives_the_way_through_its_form(self, helga: Desk) -> None:
        form = dict(helga.post("bulk-edit", data=TWO).context["hidden"])
        helga.post("bulk-edit", data=ask(**form, Office="Oslo"))
        assert targets() == {ADA, BO}

    def test_of_nobody_says_so(self, helga: Desk) -> None:
        page = helga.post("bulk-edit", data={})
        assert page.status_code == 422
        assert "Nobody is chosen" in page.content.decode()

    def test_of_too_many_says_so(self, helga: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("console.areas.users.bulk.selection_forms.MAX_SELECTED", 1)
        for chosen in (TWO, {"all": "on", "query": ""}):
            page = helga.post("bulk-edit", data=chosen)
            assert page.status_code == 422
            assert "At most 1 people at once" in page.content.decode()

    def test_leaves_the_deleted_out(self, helga: Desk) -> None:
        Entity.objects.filter(entity_id=BO).update(state="DELETED")
        helga.post("bulk-edit", data=ask(**TWO, Office="Oslo"))
        assert targets() == {ADA}


class TestScope:
    """Bruno helps the branch alone."""

    def test_ids_outside_are_not_found_and_only_counted(self, bruno: Desk) -> None:
        page = bruno.post("bulk-edit", data={"selected": [DEE, ADA, "no-such-id"]})
        assert page.context["lost"] == 2
        assert "Ada" not in page.content.decode()
        bruno.post("bulk-edit", data=ask(selected=[DEE, ADA, BO], Office="Oslo"))
        assert targets() == {DEE}

    def test_ids_outside_alone_are_nobody(self, bruno: Desk) -> None:
        assert bruno.post("bulk-edit", data=ask(selected=[ADA], Office="Oslo")).status_code == 422
        assert not Change.objects.exists()

    def test_all_that_match_are_all_of_the_branch(self, bruno: Desk) -> None:
        bruno.post("bulk-edit", data=ask(all="on", query="", Office="Oslo"))
        assert targets() == {DEE, EVE}

    def test_a_query_for_another_domain_opens_none(self, bruno: Desk) -> None:
        page = bruno.post("bulk-edit", data=ask(all="on", query="domain=example.com", Office="Oslo"))
        assert page.status_code == 422

    def test_a_pasted_list_names_those_outside_as_unknown(self, bruno: Desk) -> None:
        page = bruno.post("pick", data={"people": f"ada@example.com\n{ADA}\ncountess@example.com\ndee"})
        assert page.context["ids"] == DEE
        assert page.context["lost"] == ["ada@example.com", ADA, "countess@example.com"]

    def test_a_group_outside_is_no_group(self, bruno: Desk) -> None:
        page = bruno.post("bulk-group", data=ask(selected=[DEE], group="nurses"))
        assert page.status_code == 422
        assert not Change.objects.exists()

    def test_a_file_has_nobody_from_outside(self, bruno: Desk) -> None:
        text = world.body(bruno.post("file-export", data={"selected": [ADA, DEE]}))
        assert DEE in text
        assert ADA not in text


class TestEditing:
    def test_gives_everybody_the_values_and_leaves_the_rest_alone(
        self, helga: Desk, town: TestSandbox
    ) -> None:
        answer = helga.post(
            "bulk-edit", data=ask(**TWO, Office="Oslo", HiddenFromGlobalAddressList="yes", ticket="T-1")
        )
        change = Change.objects.get()
        assert answer.status_code == 303
        assert answer["Location"] == f"/o/example/changes/{change.pk}/"
        assert (change.kind, change.state, change.ticket) == ("bulk", "draft", "T-1")
        control.run_draft(change.requester, change)
        engine.sweep()
        for user in (ADA, BO):
            shown = town.call("DescribeUser", UserId=user)
            assert (shown["Office"], shown["HiddenFromGlobalAddressList"]) == ("Oslo", True)

    def test_makes_a_step_only_of_those_of_whom_it_is_not_so(self, helga: Desk) -> None:
        helga.post("bulk-edit", data=ask(selected=[DEE, BO], Department="Surgery"))
        assert steps() == [("UpdateUser", {"UserId": BO, "Department": "Surgery"})]

    def test_empties_what_is_ticked(self, helga: Desk) -> None:
        helga.post("bulk-edit", data=ask(selected=[DEE], clear=["Department"]))
        assert steps() == [("UpdateUser", {"UserId": DEE, "Department": ""})]

    def test_sets_the_quota_of_mailboxes_only(self, helga: Desk) -> None:
        helga.post("bulk-edit", data=ask(selected=[ADA, CY], MailboxQuota="1234"))
        assert steps() == [("UpdateMailboxQuota", {"UserId": ADA, "MailboxQuota": 1234})]

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({}, "Fill in at least one field"),
            ({"Office": "Oslo", "clear": ["Office"]}, "Either give a value or empty it"),
            ({"MailboxQuota": "99999999"}, "less than or equal to 51200"),
            ({"Office": "x" * 300}, "at most 256 characters"),
            ({"Role": "SYSTEM_USER"}, "not one of the available choices"),
        ],
    )
    def test_refuses_what_cannot_be_and_keeps_what_was_typed(
        self, helga: Desk, given: dict[str, Any], said: str
    ) -> None:
        page = helga.post("bulk-edit", data=ask(**TWO, City="Lisbon" if given else "", **given))
        assert page.status_code == 422
        assert said in page.content.decode()
        assert not given or 'value="Lisbon"' in page.content.decode()
        assert not Change.objects.exists()

    def test_says_that_it_is_so_already(self, helga: Desk) -> None:
        page = helga.post("bulk-edit", data=ask(selected=[DEE], Department="Surgery"))
        assert "so already for everybody" in page.content.decode()


class TestGroups:
    def test_whoever_is_in_already_or_not_enabled_is_left_out(self, helga: Desk, town: TestSandbox) -> None:
        helga.post("bulk-group", data=ask(selected=[ADA, BO, CY], group="nurses"))
        assert steps() == [("AssociateMemberToGroup", {"GroupId": NURSES, "MemberId": BO})]


class TestDisabling:
    def test_is_a_draft_that_says_who_would_be_disabled(self, adam: Desk, town: TestSandbox) -> None:
        page = adam.post("bulk-disable", data={"selected": [ADA, CY]})
        assert "removes the mailboxes after 30 days" in page.content.decode()
        adam.post("bulk-disable", data=ask(selected=[ADA, CY]))
        assert steps() == [("DeregisterFromWorkMail", {"EntityId": ADA})]
        assert town.call("DescribeUser", UserId=ADA)["State"] == "ENABLED"

    def test_is_not_for_the_helpdesk(self, helga: Desk) -> None:
        assert helga.post("bulk-disable", data=ask(**TWO)).status_code == 403


class TestExporting:
    def test_queues_the_mailboxes_of_those_who_have_one(self, adam: Desk) -> None:
        destination = world.destination(adam.organization)
        given = ask(selected=[ADA, CY], destination=destination.pk, reason="They leave")
        assert adam.post("bulk-export", data=given).status_code == 303
        assert [job.entity_id for job in ExportJob.objects.all()] == [ADA]

    def test_asks_why(self, adam: Desk) -> None:
        destination = world.destination(adam.organization)
        page = adam.post("bulk-export", data=ask(selected=[ADA], destination=destination.pk))
        assert page.status_code == 422
        assert not ExportJob.objects.exists()


class TestAPastedList:
    def test_finds_people_by_whatever_they_are_called(self, helga: Desk) -> None:
        text = (
            f'Ada Çelik <ADA@example.com>\nbo\r\n"dee@branch.example"; {CY}\n\ncountess@example.com\nnobody, '
        )
        page = helga.post("pick", data={"people": text})
        assert page.context["ids"].split() == [ADA, BO, DEE, CY]
        assert page.context["lost"] == ["nobody"]
        assert "4 users found" in page.content.decode()

    def test_leads_to_the_same_actions(self, helga: Desk) -> None:
        page = helga.post("pick", data={"people": "ada bo"})
        assert page.context["lost"] == ["ada bo"]
        page = helga.post("pick", data={"people": "ada\nbo"})
        assert 'formaction="/o/example/users/bulk/edit/"' in page.content.decode()
        helga.post("bulk-edit", data=ask(ids=page.context["ids"], Office="Oslo"))
        assert targets() == {ADA, BO}

    def test_never_takes_a_display_name_for_a_username(self, helga: Desk) -> None:
        """Bo's username is a word of another user's display name."""
        page = helga.post("pick", data={"people": "Bo, Ada <ada@example.com>; Ek, Dee <dee@branch.example>"})
        assert page.context["ids"].split() == [ADA, DEE]

    def test_offers_display_names_and_takes_those_selected(self, helga: Desk) -> None:
        page = helga.post("pick", data={"people": "Ada Çelik\nbo"})
        assert page.context["ids"].split() == [BO]
        assert [each.entity_id for each in page.context["offered"]["Ada Çelik"]] == [ADA]
        page = helga.post("pick", data={"people": "Ada Çelik\nbo", "meant": ADA})
        assert page.context["ids"].split() == [BO, ADA]
        assert page.context["offered"] == {}

    def test_offers_whom_a_username_and_an_address_share(self, helga: Desk) -> None:
        bo = Entity.objects.get(entity_id=BO)
        bo.name = "ada@example.com"
        bo.derive([])
        bo.save()
        page = helga.post("pick", data={"people": "ada@example.com"})
        assert page.context["ids"] == ""
        assert {each.entity_id for each in page.context["offered"]["ada@example.com"]} == {ADA, BO}

    def test_is_never_refused_for_a_name_that_nobody_has(self, helga: Desk) -> None:
        page = helga.post("pick", data={"people": "nobody\nelse"})
        assert page.status_code == 200
        assert "No user was found for 2 entries" in page.content.decode()


class TestAStep:
    def test_that_fails_keeps_no_other_from_being_done(
        self, helga: Desk, town: TestSandbox, wire: Wire
    ) -> None:
        helga.post("bulk-edit", data=ask(selected=[ADA, BO], Office="Oslo"))
        town.call("UpdateUser", UserId=ADA, Office="Somewhere else")
        change = Change.objects.get()
        control.run_draft(change.requester, change)
        engine.sweep()
        assert {each.target: each.state for each in Step.objects.all()} == {ADA: "refused", BO: "done"}
