"""The pages of changes: what is shown before anything happens, what can be done then, and who may."""

from datetime import timedelta

import pytest
from django.utils import timezone

from console.areas.changes.forms import list_approvable_operations
from console.aws import errors
from console.changes import engine
from console.changes.models import Change, Conditions, Step
from console.changes.steps import PlannedStep
from console.ledger.models import Entry
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.areas import world
from tests.areas.changes.conftest import Seat

State = Change.State


def fresh(change: Change) -> Change:
    change.refresh_from_db()
    return change


class TestDetail:
    def test_shows_what_will_be_different_and_that_nothing_is_yet(
        self, adam: Seat, town: TestSandbox
    ) -> None:
        town.call("UpdateUser", UserId=ADA, Office="Rome")
        page = adam.text("detail", adam.draft().pk)
        assert "Nothing has happened yet" in page
        assert "<del>Rome</del>" in page
        assert "<ins>Oslo</ins>" in page
        assert "Ada Çelik" in page
        assert town.call("DescribeUser", UserId=ADA)["Office"] == "Rome"

    def test_says_whether_it_can_be_undone_before_the_click(self, adam: Seat) -> None:
        page = adam.text("detail", adam.draft(PlannedStep("DeleteUser", {"UserId": CY})).pk)
        assert "Cannot be undone" in page
        page = adam.text("detail", adam.draft(PlannedStep("DeregisterFromWorkMail", {"EntityId": ADA})).pk)
        assert "Can be undone until" in page

    def test_names_groups_instead_of_their_ids(self, adam: Seat, town: TestSandbox) -> None:
        group = town.group("crew", entity_id="group-00000crew")
        engine.perform_write(
            world.actor(adam.operator),
            "UpdateGroup",
            adam.organization,
            GroupId=group.entity_id,
            HiddenFromGlobalAddressList=True,
        )
        step = PlannedStep("AssociateMemberToGroup", {"GroupId": group.entity_id, "MemberId": ADA})
        assert "in group crew" in adam.text("detail", adam.draft(step).pk)

    def test_says_which_steps_cannot_be_done(self, adam: Seat, town: TestSandbox) -> None:
        town.call("DeleteUser", UserId=CY)
        gone = PlannedStep("UpdateUser", {"UserId": "a0a0a0a0-0000-4000-8000-00000000dead", "Office": "x"})
        page = adam.text(
            "detail", adam.draft(gone, PlannedStep("UpdateUser", {"UserId": ADA, "Office": "Oslo"})).pk
        )
        assert "1 of the steps cannot be done" in page

    def test_asks_again_only_while_something_moves(self, adam: Seat) -> None:
        change = adam.draft()
        assert "every 2s" not in adam.text("detail", change.pk)
        Change.objects.filter(pk=change.pk).update(state=State.RUNNING)
        assert "every 2s" in adam.text("detail", change.pk)


class TestRun:
    def test_does_what_was_shown(self, adam: Seat, town: TestSandbox) -> None:
        change = adam.draft()
        page = world.body(adam.client.post(adam.url("run", change.pk), follow=True))
        assert "Done." in page
        assert town.call("DescribeUser", UserId=ADA)["Office"] == "Oslo"

    def test_later_puts_it_into_the_calendar(self, adam: Seat, town: TestSandbox) -> None:
        change = adam.draft()
        when = timezone.now() + timedelta(days=2)
        adam.post("run", change.pk, when=when.strftime("%Y-%m-%dT%H:%M"))
        assert fresh(change).state == State.SCHEDULED
        assert "Move Ada" in adam.text("calendar")
        assert not town.calls("UpdateUser")

    def test_refuses_a_moment_that_is_over(self, adam: Seat) -> None:
        change = adam.draft()
        page = world.body(
            adam.client.post(adam.url("run", change.pk), {"when": "2020-01-01T00:00"}, follow=True)
        )
        assert "This moment is over" in page
        assert fresh(change).state == State.DRAFT

    def test_twice_is_once(self, adam: Seat, town: TestSandbox) -> None:
        change = adam.draft()
        adam.post("run", change.pk)
        adam.post("run", change.pk)
        assert len(town.calls("UpdateUser")) == 1

    def test_enters_who_let_it_run(self, adam: Seat) -> None:
        change = adam.draft()
        adam.post("run", change.pk)
        entry = Entry.objects.get(kind=Entry.Kind.REQUESTED)
        assert (entry.operator, entry.target_name) == ("adam@desk.example", "Move Ada")


class TestUndo:
    def test_leads_to_a_preview_of_its_own(self, adam: Seat, town: TestSandbox) -> None:
        change = adam.draft()
        adam.post("run", change.pk)
        page = world.body(adam.client.post(adam.url("undo", change.pk), follow=True))
        assert "Undo: Move Ada" in page
        assert "<del>Oslo</del>" in page
        assert town.call("DescribeUser", UserId=ADA)["Office"] == "Oslo"
        adam.post("run", Change.objects.latest("pk").pk)
        assert town.call("DescribeUser", UserId=ADA).get("Office") is None
        assert "There is an undo of this" in adam.text("detail", change.pk)

    def test_says_why_there_is_none(self, adam: Seat) -> None:
        change = adam.draft(PlannedStep("DeleteUser", {"UserId": CY}))
        adam.post("run", change.pk)
        page = world.body(adam.client.post(adam.url("undo", change.pk), follow=True))
        assert "Cannot be undone" in page


class TestApproval:
    @pytest.fixture(autouse=True)
    def asked(self, organization: object, adam: Seat) -> None:
        Conditions.objects.create(
            organization=adam.organization, approve_operations=["DeleteUser", "UpdateUser"]
        )

    def test_waits_for_somebody_else(self, adam: Seat, olga: Seat, town: TestSandbox) -> None:
        change = adam.draft()
        adam.post("run", change.pk)
        assert fresh(change).state == State.AWAITING
        own = world.body(adam.client.post(adam.url("approve", change.pk), follow=True))
        assert "Another operator has to approve" in own
        assert not town.calls("UpdateUser")
        olga.approve(change)
        assert fresh(change).state == State.DONE
        assert change.approved_by == "olga@desk.example"

    def test_is_of_exactly_what_was_seen(self, adam: Seat, olga: Seat, town: TestSandbox) -> None:
        change = adam.draft()
        adam.post("run", change.pk)
        Change.objects.filter(pk=change.pk).update(digest="0" * 64, approved_at=timezone.now())
        assert engine.start_change(fresh(change)).state == State.AWAITING
        assert not town.calls("UpdateUser")

    def test_holds_a_form_of_another_page_too(self, adam: Seat, town: TestSandbox) -> None:
        url = f"/o/{adam.organization.slug}/users/{CY}/delete/"
        page = world.body(adam.client.post(url, {"typed": "cy"}, follow=True))
        assert "has to approve this first" in page
        assert Change.objects.get().state == State.AWAITING
        assert not town.calls("DeleteUser")

    def test_is_not_for_those_who_may_not_do_it_themselves(self, adam: Seat, helga: Seat) -> None:
        change = adam.draft()
        adam.post("run", change.pk)
        assert helga.approve(change).status_code == 403
        assert fresh(change).state == State.AWAITING


class TestConditions:
    def test_a_reason_is_asked_for_in_every_form(self, adam: Seat, helga: Seat, town: TestSandbox) -> None:
        adam.save_policies(ask_reason="on", ask_ticket="on")
        url = f"/o/{adam.organization.slug}/users/{ADA}/quota/"
        seen = world.loaded(helga.client, url)
        answer = helga.client.post(url, {"MailboxQuota": "2000", **seen})
        page = world.body(answer)
        assert answer.status_code == 422
        assert page.count("is asked for in this organization") == 2
        assert 'value="2000"' in page
        assert not town.calls("UpdateMailboxQuota")
        helga.client.post(url, {"MailboxQuota": "2000", "reason": "asked", "ticket": "T-1", **seen})
        assert town.call("GetMailboxDetails", UserId=ADA)["MailboxQuota"] == 2000

    def test_stand_under_their_areas_each_once(self, adam: Seat) -> None:
        page = world.body(adam.get("conditions"))
        assert page.index("<legend>Users</legend>") < page.index('value="CreateUser"')
        assert [name for name, _ in list_approvable_operations() if page.count(f'value="{name}"') != 1] == []

    def test_are_an_entry_when_they_change(self, adam: Seat) -> None:
        adam.save_policies(approve_over="100")
        assert Conditions.objects.get().approve_over == 100
        assert Entry.objects.filter(kind=Entry.Kind.CHANGED, operation="SetConditions").exists()


class TestTakingAlong:
    def test_the_receipt_says_what_before_after_who_and_how_to_undo(self, adam: Seat) -> None:
        change = adam.draft(reason="moved house", ticket="T-42")
        adam.post("run", change.pk)
        text = adam.text("receipt", change.pk)
        for each in (
            "Move Ada",
            "Office: nothing -> Oslo",
            "adam@desk.example",
            "moved house",
            "T-42",
            adam.url("detail", change.pk),
        ):
            assert each in text

    def test_the_file_has_a_line_for_each_step(self, adam: Seat) -> None:
        wrong = PlannedStep("CreateAlias", {"EntityId": ADA, "Alias": "bo@example.com"}, row=7)
        change = adam.draft(wrong, PlannedStep("UpdateUser", {"UserId": BO, "Office": "Oslo"}))
        adam.post("run", change.pk)
        lines = adam.text("csv", change.pk).splitlines()
        assert len(lines) == 3
        assert lines[1].startswith("7,1,CreateAlias,")
        assert "Refused" in lines[1]
        assert "Done" in lines[2]


class TestScope:
    def test_a_narrowed_operator_sees_her_own_changes_alone(self, adam: Seat, nell: Seat) -> None:
        other, own = adam.draft(title="Secret move"), nell.draft(title="Own move")
        page = nell.text("list")
        assert "Own move" in page
        assert "Secret move" not in page
        assert nell.get("detail", other.pk).status_code == 404
        assert nell.get("detail", own.pk).status_code == 200
        for name in ("run", "cancel", "pause", "resume", "retry", "undo"):
            assert nell.post(name, other.pk).status_code == 404

    def test_whoever_is_outside_stays_nameless_in_her_own(
        self, adam: Seat, nell: Seat, town: TestSandbox
    ) -> None:
        change = nell.draft()
        Step.objects.filter(change=change).update(target=world.ZOE, target_name="zoe@elsewhere.example")
        assert "(outside your domains)" in nell.text("detail", change.pk)
        for name in ("detail", "receipt", "csv"):
            text = nell.text(name, change.pk)
            assert "Zoe" not in text
            assert "zoe@" not in text

    def test_another_organizations_changes_do_not_exist(self, adam: Seat, organization: object) -> None:
        from console.mirror.models import Organization

        other = Organization.objects.create(organization_id="m-" + "2" * 32, slug="other", region="us-east-1")
        foreign = Change.objects.create(organization=other, title="Foreign")
        assert adam.get("detail", foreign.pk).status_code == 404


class TestList:
    def test_finds_by_ticket_and_state(self, adam: Seat) -> None:
        adam.draft(title="First", ticket="T-1")
        adam.draft(title="Second", ticket="T-2")
        assert "First" in adam.text("list", q="T-1")
        assert "Second" not in adam.text("list", q="T-1")
        assert "No change yet" in adam.text("list", state="failed")

    def test_what_aws_refuses_in_a_form_is_in_the_list_as_failed(self, adam: Seat) -> None:
        with pytest.raises(errors.Refused):
            engine.perform_write(
                world.actor(adam.operator),
                "CreateAlias",
                adam.organization,
                title="Take Bo's",
                EntityId=ADA,
                Alias="bo@example.com",
            )
        assert "Take Bo" in adam.text("list", state="failed")
