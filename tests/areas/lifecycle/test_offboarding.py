"""Letting somebody go and bringing her back: one plan that is seen first and waits for its export."""

from typing import Any

import pytest

from console.areas.exports.models import ExportJob
from console.areas.lifecycle.models import Capsule, Preset
from console.changes.models import DELETION_KIND, Change, Step
from console.mirror.models import Entity
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.areas import world
from tests.areas.desk import Desk
from tests.areas.lifecycle.conftest import CREW, at, fresh, pass_time, run_due, text

State, StepState = Change.State, Step.State
ALL = ["password", "freeze", "tokens", "groups", "access", "hide", "disable", "address"]


def draft(desk: Desk, *parts: str, **data: Any) -> Change:
    answer = desk.post("offboard", ADA, data={"what": parts or ALL, "other": "bo", **data})
    assert answer.status_code == 303, answer.context["form"].errors
    return Change.objects.get(kind="offboard")


def run(desk: Desk, change: Change) -> Change:
    at(desk, "changes").post("run", str(change.pk))
    run_due()
    return fresh(change)


def offboarded(desk: Desk, *parts: str, **data: Any) -> Change:
    change = run(desk, draft(desk, *parts, **data))
    assert change.state == State.DONE, [(str(step), step.note) for step in change.steps.exclude(state="done")]
    return change


class TestPage:
    def test_shows_what_she_has_and_what_is_usual(self, adam: Desk) -> None:
        answer = adam.get("offboard", ADA)
        page = text(answer)
        assert "countess@example.com" in page
        assert "crew" in page
        assert answer.context["form"]["what"].value() == ALL
        assert "Export the mailbox" not in page

    def test_begins_with_the_preset(self, adam: Desk) -> None:
        preset = Preset.objects.create(
            organization=adam.organization, name="Quietly", parts=["hide"], delete_after=90
        )
        assert adam.get("offboard", ADA).context["form"]["what"].value() == ["hide"]
        assert 'value="90"' in text(adam.get("offboard", ADA, data={"preset": preset.pk}))

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"what": ["access"]}, "other"),
            ({"what": ["delete"], "days": "3"}, "what"),
            ({"what": ["disable", "delete"], "days": ""}, "days"),
            ({"what": []}, "what"),
            ({"what": ["access"], "other": "nobody"}, "other"),
        ],
    )
    def test_what_does_not_fit_comes_back(self, adam: Desk, data: dict[str, Any], field: str) -> None:
        page = adam.post("offboard", ADA, data=data)
        assert page.status_code == 422
        assert page.context["form"].errors.keys() == {field}
        assert not Capsule.objects.exists()

    def test_is_for_the_enabled(self, adam: Desk) -> None:
        assert adam.get("offboard", CY).status_code == 409


class TestPlan:
    def test_is_seen_before_anything_happens(self, adam: Desk, town: TestSandbox) -> None:
        change = draft(adam, reason="leaves on Friday", ticket="T-3")
        assert change.state == State.DRAFT
        assert town.call("DescribeUser", UserId=ADA)["State"] == "ENABLED"
        page = text(at(adam, "changes").get("detail", str(change.pk)))
        assert "Nothing has happened yet" in page
        assert "Leave crew" in page

    def test_does_all_of_it(self, adam: Desk, town: TestSandbox) -> None:
        offboarded(adam)
        assert town.call("DescribeUser", UserId=ADA)["State"] == "DISABLED"
        assert ADA not in [each["Id"] for each in town.call("ListGroupMembers", GroupId=CREW)["Members"]]
        assert set(town.call("ListAliases", EntityId=BO)["Aliases"]) >= {
            "ada@example.com",
            "countess@example.com",
        }
        assert [
            each["UserIds"] for each in town.call("ListAccessControlRules")["Rules"] if "UserIds" in each
        ] == [[ADA]]
        assert Entity.objects.get(entity_id=ADA).state == "DISABLED"

    def test_keeps_the_whole_state_first(self, adam: Desk) -> None:
        change = draft(adam)
        kept = Capsule.objects.get(pk=change.data["capsule"]).state
        assert kept["DescribeUser"]["Email"] == "ada@example.com"
        assert [each["GroupId"] for each in kept["Groups"]] == [CREW]
        assert "countess@example.com" in kept["Aliases"]

    def test_a_step_that_fails_is_tried_again_alone(self, adam: Desk, town: TestSandbox) -> None:
        change = draft(adam, "groups", "hide")
        town.call("DisassociateMemberFromGroup", GroupId=CREW, MemberId=ADA)
        assert run(adam, change).state == State.PARTLY
        town.call("AssociateMemberToGroup", GroupId=CREW, MemberId=ADA)
        at(adam, "changes").post("retry", str(change.pk))
        run_due()
        assert fresh(change).state == State.DONE
        assert len(town.calls("UpdateUser")) == 1

    def test_is_undone_as_one(self, adam: Desk, town: TestSandbox) -> None:
        change = offboarded(adam, "freeze", "groups", "hide", "disable", "address")
        at(adam, "changes").post("undo", str(change.pk))
        undo = run(adam, Change.objects.get(kind="undo"))
        assert undo.state == State.DONE, [(str(step), step.note) for step in undo.steps.exclude(state="done")]
        shown = town.call("DescribeUser", UserId=ADA)
        assert (shown["State"], shown["Email"]) == ("ENABLED", "ada@example.com")
        assert "ada@example.com" not in town.call("ListAliases", EntityId=BO)["Aliases"]
        assert [each["Id"] for each in town.call("ListGroupMembers", GroupId=CREW)["Members"]] == [ADA]


class TestExport:
    @pytest.fixture(autouse=True)
    def destination(self, adam: Desk) -> Any:
        return world.destination(adam.organization)

    def test_is_queued_once_and_disabling_waits_for_it(
        self, adam: Desk, town: TestSandbox, destination: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change = draft(adam, "export", "disable", destination=destination.pk)
        assert run(adam, change).state == State.RUNNING
        job = ExportJob.objects.get()
        Step.objects.filter(change=change, position=0).update(result={})  # killed before it was written down
        for minutes in (1, 2):
            pass_time(monkeypatch, minutes=minutes)
            run_due()
        assert ExportJob.objects.count() == 1
        assert town.call("DescribeUser", UserId=ADA)["State"] == "ENABLED"
        ExportJob.objects.filter(pk=job.pk).update(state=ExportJob.State.COMPLETED, job_id="job-1")
        pass_time(monkeypatch, minutes=5)
        run_due()
        assert fresh(change).state == State.DONE
        assert town.call("DescribeUser", UserId=ADA)["State"] == "DISABLED"

    def test_that_fails_keeps_the_mailbox(
        self, adam: Desk, town: TestSandbox, destination: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        change = draft(adam, "export", "disable", destination=destination.pk)
        run(adam, change)
        ExportJob.objects.update(state=ExportJob.State.FAILED, note="No such bucket.")
        pass_time(monkeypatch, minutes=5)
        run_due()
        assert [step.state for step in change.steps.all()] == [StepState.REFUSED, StepState.SKIPPED]
        assert town.call("DescribeUser", UserId=ADA)["State"] == "ENABLED"
        at(adam, "changes").post("retry", str(change.pk))
        run_due()
        assert ExportJob.objects.filter(state=ExportJob.State.QUEUED).count() == 1


class TestDeletion:
    def test_comes_days_after_she_went(
        self, adam: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        offboarded(adam, "freeze", "disable", "delete", days="14")
        deletion = Change.objects.get(kind=DELETION_KIND)
        assert deletion.state == State.SCHEDULED
        assert "Delete Ada" in text(at(adam, "changes").get("calendar"))
        pass_time(monkeypatch, days=13)
        run_due()
        assert town.call("DescribeUser", UserId=ADA)["State"] == "DISABLED"
        pass_time(monkeypatch, days=15)
        run_due()
        assert town.call("DescribeUser", UserId=ADA)["State"] == "DELETED"
        assert not [each for each in town.call("ListAccessControlRules")["Rules"] if each["Effect"] == "DENY"]

    def test_of_a_plan_that_was_discarded_never_comes(self, adam: Desk) -> None:
        change = draft(adam, "disable", "delete", days="14")
        at(adam, "changes").post("cancel", str(change.pk))
        assert Change.objects.get(kind=DELETION_KIND).state == State.CANCELLED

    def test_of_a_plan_that_never_ran_never_comes(
        self, adam: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draft(adam, "disable", "delete", days="14")
        pass_time(monkeypatch, days=20)
        run_due()
        assert town.call("DescribeUser", UserId=ADA)["State"] == "ENABLED"


class TestReturn:
    def test_brings_back_what_the_capsule_has(self, adam: Desk, town: TestSandbox) -> None:
        town.call("PutMailboxPermissions", EntityId=ADA, GranteeId=CREW, PermissionValues=["SEND_AS"])
        offboarded(adam, *ALL, "delete", days="20")
        page = text(adam.get("rehire", ADA))
        assert "Back into crew" in page
        assert "It is called off when you go on" in page
        assert adam.post("rehire", ADA).status_code == 303
        assert Change.objects.get(kind=DELETION_KIND).state == State.CANCELLED
        change = run(adam, Change.objects.get(kind="rehire"))
        assert change.state == State.DONE, [
            (str(step), step.note) for step in change.steps.exclude(state="done")
        ]
        shown = town.call("DescribeUser", UserId=ADA)
        assert (shown["State"], shown["Email"]) == ("ENABLED", "ada@example.com")
        assert not shown.get("HiddenFromGlobalAddressList")
        assert "countess@example.com" in town.call("ListAliases", EntityId=ADA)["Aliases"]
        assert [each["Id"] for each in town.call("ListGroupMembers", GroupId=CREW)["Members"]] == [ADA]
        assert [
            each["GranteeId"] for each in town.call("ListMailboxPermissions", EntityId=ADA)["Permissions"]
        ] == [CREW]
        assert not [each for each in town.call("ListAccessControlRules")["Rules"] if each["Effect"] == "DENY"]

    def test_says_what_cannot_come_back(self, adam: Desk, town: TestSandbox) -> None:
        offboarded(adam, "disable")
        at(adam, "users").post("alias-add", BO, data={"Alias": "countess@example.com"})
        page = text(adam.get("rehire", ADA))
        assert "countess@example.com belongs to somebody else now." in page

    def test_is_not_offered_without_a_capsule_or_too_late(
        self, adam: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert adam.get("rehire", CY).status_code == 409
        offboarded(adam, "disable")
        assert adam.get("rehire", ADA).status_code == 200
        pass_time(monkeypatch, days=31)
        assert adam.post("rehire", ADA).status_code in (302, 409)


class TestScope:
    def test_a_narrowed_administrator_offboards_without_a_freeze(self, nell: Desk, town: TestSandbox) -> None:
        page = text(nell.get("offboard", ADA))
        assert "Freezing is not offered" in page
        assert nell.post("offboard", ADA, data={"what": ["freeze"]}).status_code == 422
        assert nell.get("offboard", world.ZOE).status_code == 404
        change = draft(nell, "hide", "disable")
        assert run(nell, change).state == State.DONE
        assert not town.calls("PutAccessControlRule")

    def test_a_successor_outside_is_nobody(self, nell: Desk) -> None:
        page = nell.post("offboard", ADA, data={"what": ["address"], "other": "zoe"})
        assert page.status_code == 422
