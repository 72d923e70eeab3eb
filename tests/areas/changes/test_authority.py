"""Attempts to act with another operator's rights, at the pages; none of them reaches AWS."""

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.changes import control, engine, preview, schedule
from console.changes.models import END_KIND, Change, Conditions, Step
from console.changes.steps import PlannedStep
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.areas import world
from tests.areas.changes.conftest import Seat, seat

State = Change.State
DISABLE = PlannedStep("DeregisterFromWorkMail", {"EntityId": ADA})


def fresh(change: Change) -> Change:
    change.refresh_from_db()
    return change


def refused(answer: Any) -> bool:
    return bool(answer.status_code == 403)


class TestAnothersDraft:
    @pytest.mark.parametrize("role", ["Helpdesk", "Exporter"])
    def test_is_not_run_scheduled_or_discarded(
        self, role: str, adam: Seat, organization: Organization, town: TestSandbox
    ) -> None:
        other = seat(organization, role, "other")
        change = adam.draft(DISABLE)
        tomorrow = f"{timezone.now() + timedelta(days=1):%Y-%m-%dT%H:%M}"
        assert refused(other.post("run", change.pk))
        assert refused(other.post("run", change.pk, when=tomorrow))
        assert refused(other.post("cancel", change.pk))
        assert fresh(change).state == State.DRAFT
        assert not town.calls("DeregisterFromWorkMail")
        denials = Entry.objects.filter(kind=Entry.Kind.DENIED, target=f"change-{change.pk}")
        assert [entry.body["verb"] for entry in denials.order_by("seq")] == ["run", "schedule", "cancel"]

    def test_offers_no_buttons(self, adam: Seat, helga: Seat) -> None:
        page = helga.text("detail", adam.draft(DISABLE).pk)
        for name in ("run", "cancel"):
            assert f'/{name}/"' not in page

    def test_is_not_retried_or_resumed(self, adam: Seat, helga: Seat, town: TestSandbox) -> None:
        change = adam.draft(DISABLE)
        Change.objects.filter(pk=change.pk).update(state=State.FAILED)
        change.steps.update(state=Step.State.REFUSED)
        assert refused(helga.post("retry", change.pk))
        Change.objects.filter(pk=change.pk).update(state=State.RUNNING, paused=True)
        assert refused(helga.post("resume", change.pk))
        assert not town.calls("DeregisterFromWorkMail")

    def test_runs_as_who_let_it_and_names_who_asked(self, adam: Seat, olga: Seat) -> None:
        change = adam.draft(PlannedStep("UpdateUser", {"UserId": ADA, "Office": "Oslo"}))
        olga.post("run", change.pk)
        intent = Entry.objects.get(kind=Entry.Kind.INTENT, operation="UpdateUser")
        assert intent.operator == "olga@desk.example"
        assert intent.body["requested_by"] == "adam@desk.example"
        assert fresh(change).confirmed_by == "olga@desk.example"

    def test_runs_with_the_rights_of_who_let_it(self, adam: Seat, olga: Seat) -> None:
        """By a worker, later; and not any longer when those are gone."""
        steps = [
            PlannedStep("UpdateUser", {"UserId": ADA, "Office": str(n)})
            for n in range(engine.MAX_INLINE_STEPS + 1)
        ]
        change = adam.draft(*steps)
        olga.post("run", change.pk)
        adam.operator.grants.all().delete()
        engine.sweep()
        assert fresh(change).state == State.DONE
        change = olga.draft(*steps)
        olga.post("run", change.pk)
        olga.operator.grants.all().delete()
        engine.sweep()
        assert fresh(change).state == State.FAILED
        assert set(change.steps.values_list("code", flat=True)) == {"OutOfScope"}


class TestTheEndOfTemporaryAccess:
    def given(self, seat: Seat) -> Change:
        give: dict[str, Any] = {"EntityId": ADA, "GranteeId": BO, "PermissionValues": ["FULL_ACCESS"]}
        end = PlannedStep("DeleteMailboxPermissions", {"EntityId": ADA, "GranteeId": BO}, label="Access ends")
        term = schedule.ScheduledEnd(end, timezone.now() + timedelta(hours=1))
        actor = world.actor(seat.operator)
        schedule.perform_temporary(actor, "PutMailboxPermissions", seat.organization, term, **give)
        return Change.objects.get(kind=END_KIND)

    def test_is_not_cancelled_by_who_could_not_give_it(self, adam: Seat, helga: Seat) -> None:
        end = self.given(adam)
        assert refused(helga.post("cancel", end.pk))
        assert fresh(end).state == State.SCHEDULED

    def test_says_what_cancelling_means(self, adam: Seat) -> None:
        assert "the access stays until it is removed" in adam.text("detail", self.given(adam).pk)

    def test_is_held_to_a_policy_set_since(
        self, adam: Seat, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        end = self.given(adam)
        Conditions.objects.create(
            organization=adam.organization, approve_operations=["DeleteMailboxPermissions"]
        )
        hour = timezone.now() + timedelta(hours=2)
        monkeypatch.setattr("console.clock.now", lambda: hour)
        engine.sweep()
        assert fresh(end).state == State.AWAITING
        assert not town.calls("DeleteMailboxPermissions")

    def test_waits_with_its_beginning_where_removing_needs_approval(
        self, adam: Seat, olga: Seat, town: TestSandbox
    ) -> None:
        """Adding until a minute from now is a way to remove."""
        Conditions.objects.create(
            organization=adam.organization, approve_operations=["DeleteMailboxPermissions"]
        )
        with pytest.raises(engine.ApprovalNeeded) as waiting:
            self.given(adam)
        change = waiting.value.change
        engine.start_change(change)
        assert fresh(change).state == State.AWAITING
        assert not town.calls("PutMailboxPermissions")


class TestFourEyes:
    @pytest.fixture(autouse=True)
    def held(self, organization: Organization) -> None:
        Conditions.objects.create(organization=organization, approve_operations=["DeregisterFromWorkMail"])

    def test_the_runner_does_not_approve(self, adam: Seat, olga: Seat, town: TestSandbox) -> None:
        change = adam.draft(DISABLE)
        olga.post("run", change.pk)
        assert fresh(change).state == State.AWAITING
        olga.approve(change)
        assert fresh(change).state == State.AWAITING
        assert not town.calls("DeregisterFromWorkMail")

    def test_the_approver_does_not_run_it_on(self, adam: Seat, olga: Seat) -> None:
        change = adam.draft(DISABLE)
        Change.objects.filter(pk=change.pk).update(
            state=State.FAILED, approved_by_id=olga.operator.pk, approved_at=timezone.now()
        )
        change.steps.update(state=Step.State.REFUSED)
        with pytest.raises(control.InvalidState, match="You approved"):
            control.retry_change(world.actor(olga.operator), fresh(change))

    def test_the_approver_needs_the_target_in_scope(
        self, adam: Seat, organization: Organization, town: TestSandbox
    ) -> None:
        near = seat(organization, "Administrator", "near", world.ELSEWHERE)
        change = adam.draft(DISABLE)
        adam.post("run", change.pk)
        assert refused(near.approve(change))
        assert fresh(change).state == State.AWAITING

    def test_the_approval_is_of_what_was_seen(self, adam: Seat, olga: Seat) -> None:
        change = adam.draft(DISABLE)
        adam.post("run", change.pk)
        change.steps.update(params={"EntityId": CY})
        olga.post("approve", change.pk, digest="of something else")
        assert fresh(change).state == State.AWAITING

    def test_an_approver_whose_rights_are_gone_counts_no_more(
        self, adam: Seat, olga: Seat, town: TestSandbox
    ) -> None:
        steps = [
            PlannedStep("UpdateUser", {"UserId": ADA, "Office": str(n)})
            for n in range(engine.MAX_INLINE_STEPS)
        ]
        change = adam.draft(*steps, DISABLE)
        adam.post("run", change.pk)
        olga.approve(change)
        assert fresh(change).state == State.RUNNING
        olga.operator.grants.all().delete()
        engine.sweep()
        assert fresh(change).state == State.AWAITING
        assert not town.calls("DeregisterFromWorkMail")


class TestWhatRuns:
    """An operator acts on a change as another one has just left it."""

    @pytest.fixture(autouse=True)
    def approved(self, organization: Organization) -> None:
        Conditions.objects.create(organization=organization, approve_operations=["DeregisterFromWorkMail"])

    def test_has_one_runner(self, adam: Seat, olga: Seat) -> None:
        change = adam.draft(DISABLE)
        stale = fresh(Change.objects.get(pk=change.pk))
        control.run_draft(world.actor(adam.operator), change)
        with pytest.raises(control.InvalidState):
            control.run_draft(world.actor(olga.operator), stale)
        assert fresh(change).confirmed_by == "adam@desk.example"

    def test_is_neither_paused_nor_resumed_once_it_has_ended(self, adam: Seat) -> None:
        for act, paused in ((control.pause_change, False), (control.resume_change, True)):
            change = adam.draft(DISABLE)
            Change.objects.filter(pk=change.pk).update(state=State.RUNNING, paused=paused)
            stale = fresh(change)
            Change.objects.filter(pk=change.pk).update(state=State.DONE, paused=False)
            with pytest.raises(control.InvalidState):
                act(world.actor(adam.operator), stale)
            ended = Change.objects.get(pk=change.pk)
            assert (ended.paused, ended.note, ended.confirmed_by) == (False, "", "")

    def test_keeps_its_runner_if_nothing_is_retried(self, adam: Seat, olga: Seat) -> None:
        change = adam.draft(DISABLE)
        Change.objects.filter(pk=change.pk).update(state=State.PARTLY, confirmed_by="adam@desk.example")
        change.steps.update(state=Step.State.UNKNOWN)
        assert control.retry_change(world.actor(olga.operator), fresh(change)) == 0
        assert fresh(change).confirmed_by == "adam@desk.example"

    def test_is_approved_only_with_the_digest_that_was_seen(self, adam: Seat, olga: Seat) -> None:
        change = adam.draft(DISABLE)
        adam.post("run", change.pk)
        olga.post("approve", change.pk)
        assert fresh(change).state == State.AWAITING
        olga.approve(change)
        assert fresh(change).state == State.DONE


class TestAnEndApprovedWithItsBeginning:
    """What is due later runs by the approval of then, as long as that still holds."""

    @pytest.fixture
    def end(
        self, adam: Seat, olga: Seat, organization: Organization, monkeypatch: pytest.MonkeyPatch
    ) -> Change:
        Conditions.objects.create(organization=organization, approve_operations=["DeleteMailboxPermissions"])
        with pytest.raises(engine.ApprovalNeeded) as waiting:
            TestTheEndOfTemporaryAccess().given(adam)
        begun = waiting.value.change
        engine.start_change(begun)
        preview.prepare_preview(begun, time.monotonic() + 9)
        olga.approve(begun)
        assert fresh(begun).state == State.DONE
        due = timezone.now() + timedelta(hours=2)
        monkeypatch.setattr("console.clock.now", lambda: due)
        return Change.objects.get(kind=END_KIND)

    def test_runs_without_another(self, end: Change) -> None:
        engine.sweep()
        assert fresh(end).state == State.DONE

    def test_waits_if_its_steps_are_others_now(self, end: Change, town: TestSandbox) -> None:
        end.steps.update(params={"EntityId": CY, "GranteeId": BO})
        engine.sweep()
        assert fresh(end).state == State.AWAITING
        assert not town.calls("DeleteMailboxPermissions")

    def test_waits_if_the_approver_has_lost_the_right(self, end: Change, olga: Seat) -> None:
        olga.operator.grants.all().delete()
        engine.sweep()
        assert fresh(end).state == State.AWAITING


class TestAPolicySetSince:
    def test_holds_for_a_retry(self, adam: Seat, town: TestSandbox) -> None:
        change = adam.draft(DISABLE)
        Change.objects.filter(pk=change.pk).update(state=State.FAILED)
        change.steps.update(state=Step.State.REFUSED)
        Conditions.objects.create(
            organization=adam.organization, approve_operations=["DeregisterFromWorkMail"]
        )
        adam.post("retry", change.pk)
        assert fresh(change).state == State.AWAITING
        assert change.steps.get().before is not None
        assert not town.calls("DeregisterFromWorkMail")

    def test_holds_for_the_steps_that_are_left(self, adam: Seat, town: TestSandbox) -> None:
        steps = [
            PlannedStep("UpdateUser", {"UserId": ADA, "Office": str(n)})
            for n in range(engine.MAX_INLINE_STEPS)
        ]
        change = adam.draft(*steps, DISABLE)
        adam.post("run", change.pk)
        Conditions.objects.create(
            organization=adam.organization, approve_operations=["DeregisterFromWorkMail"]
        )
        engine.sweep()
        assert fresh(change).state == State.AWAITING
        assert change.counts()[Step.State.DONE] == engine.MAX_INLINE_STEPS
        assert not town.calls("DeregisterFromWorkMail")


class TestLoosening:
    def test_is_for_owners(self, adam: Seat, olga: Seat) -> None:
        """An administrator alone cannot loosen, act and restore."""
        Conditions.objects.create(
            organization=adam.organization, ask_reason=True, approve_over=5, approve_operations=["DeleteUser"]
        )
        page = adam.save_policies(ask_reason="on", approve_over="9")
        assert page.status_code == 422
        assert "Only an owner can loosen change policies" in world.body(page)
        held = Conditions.objects.get()
        assert (held.approve_over, held.approve_operations) == (5, ["DeleteUser"])
        assert Entry.objects.filter(kind=Entry.Kind.DENIED, operation="LoosenConditions").exists()
        olga.save_policies(approve_over="9")
        assert Conditions.objects.get().approve_operations == []

    def test_is_shown_on_home(self, adam: Seat, olga: Seat) -> None:
        Conditions.objects.create(organization=adam.organization, ask_ticket=True)
        olga.save_policies()
        home = world.body(adam.client.get(f"/o/{adam.organization.slug}/"))
        assert "Change policies were loosened by olga@desk.example: a ticket is no longer required." in home

    def test_undoes_no_other_save(self, adam: Seat, olga: Seat) -> None:
        seen = json.dumps(olga.get("conditions").context["form"].initial["seen"])
        adam.save_policies(ask_ticket="on")
        page = olga.post("conditions", seen=seen, ask_reason="on")
        assert page.status_code == 422
        assert "Another operator changed these policies" in world.body(page)
        assert "Ask for a ticket: yes" in world.body(page)
        held = Conditions.objects.get()
        assert (held.ask_reason, held.ask_ticket) == (False, True)
        again = page.context["form"].data["seen"]
        olga.post("conditions", seen=again, ask_reason="on", ask_ticket="on")
        held.refresh_from_db()
        assert (held.ask_reason, held.ask_ticket) == (True, True)

    def test_tightening_takes_no_owner(self, adam: Seat) -> None:
        adam.save_policies(ask_reason="on", approve_operations="DeleteUser")
        held = Conditions.objects.get()
        assert (held.ask_reason, held.approve_operations) == (True, ["DeleteUser"])
