"""Attempts to act with another operator's rights, at the pages; none of them reaches AWS."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.changes import control, engine, later
from console.changes.ending import END
from console.changes.models import Change, Conditions, Step
from console.changes.plans import Planned
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.sandbox.testing import ADA, BO, CY, TestSandbox
from tests.areas import world
from tests.areas.changes.conftest import Seat, seat

State = Change.State
DISABLE = Planned("DeregisterFromWorkMail", {"EntityId": ADA})


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
        change = adam.draft(Planned("UpdateUser", {"UserId": ADA, "Office": "Oslo"}))
        olga.post("run", change.pk)
        intent = Entry.objects.get(kind=Entry.Kind.INTENT, operation="UpdateUser")
        assert intent.operator == "olga@desk.example"
        assert intent.body["requested_by"] == "adam@desk.example"
        assert fresh(change).confirmed_by == "olga@desk.example"

    def test_runs_with_the_rights_of_who_let_it(self, adam: Seat, olga: Seat) -> None:
        """By a worker, later; and not any longer when those are gone."""
        steps = [Planned("UpdateUser", {"UserId": ADA, "Office": str(n)}) for n in range(engine.INLINE + 1)]
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
        end = Planned("DeleteMailboxPermissions", {"EntityId": ADA, "GranteeId": BO}, label="Access ends")
        term = later.Term(end, timezone.now() + timedelta(hours=1))
        actor = world.actor(seat.operator)
        later.perform(actor, "PutMailboxPermissions", seat.organization, term, **give)
        return Change.objects.get(kind=END)

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
        with pytest.raises(engine.WantsApproval) as waiting:
            self.given(adam)
        change = waiting.value.change
        engine.start(change)
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
        olga.post("approve", change.pk)
        assert fresh(change).state == State.AWAITING
        assert not town.calls("DeregisterFromWorkMail")

    def test_the_approver_does_not_run_it_on(self, adam: Seat, olga: Seat) -> None:
        change = adam.draft(DISABLE)
        Change.objects.filter(pk=change.pk).update(
            state=State.FAILED, approved_by_id=olga.operator.pk, approved_at=timezone.now()
        )
        change.steps.update(state=Step.State.REFUSED)
        with pytest.raises(control.NotNow, match="You approved"):
            control.retry(world.actor(olga.operator), fresh(change))

    def test_the_approver_needs_the_target_in_scope(
        self, adam: Seat, organization: Organization, town: TestSandbox
    ) -> None:
        near = seat(organization, "Administrator", "near", world.ELSEWHERE)
        change = adam.draft(DISABLE)
        adam.post("run", change.pk)
        assert refused(near.post("approve", change.pk))
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
        steps = [Planned("UpdateUser", {"UserId": ADA, "Office": str(n)}) for n in range(engine.INLINE)]
        change = adam.draft(*steps, DISABLE)
        adam.post("run", change.pk)
        olga.post("approve", change.pk)
        assert fresh(change).state == State.RUNNING
        olga.operator.grants.all().delete()
        engine.sweep()
        assert fresh(change).state == State.AWAITING
        assert not town.calls("DeregisterFromWorkMail")


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
        steps = [Planned("UpdateUser", {"UserId": ADA, "Office": str(n)}) for n in range(engine.INLINE)]
        change = adam.draft(*steps, DISABLE)
        adam.post("run", change.pk)
        Conditions.objects.create(
            organization=adam.organization, approve_operations=["DeregisterFromWorkMail"]
        )
        engine.sweep()
        assert fresh(change).state == State.AWAITING
        assert change.counts()[Step.State.DONE] == engine.INLINE
        assert not town.calls("DeregisterFromWorkMail")


class TestLoosening:
    def test_is_for_owners(self, adam: Seat, olga: Seat) -> None:
        """An administrator alone cannot loosen, act and restore."""
        Conditions.objects.create(
            organization=adam.organization, ask_reason=True, approve_over=5, approve_operations=["DeleteUser"]
        )
        page = adam.post("conditions", ask_reason="on", approve_over="9")
        assert page.status_code == 422
        assert "Only an owner can loosen change policies" in world.body(page)
        held = Conditions.objects.get()
        assert (held.approve_over, held.approve_operations) == (5, ["DeleteUser"])
        assert Entry.objects.filter(kind=Entry.Kind.DENIED, operation="LoosenConditions").exists()
        olga.post("conditions", approve_over="9")
        assert Conditions.objects.get().approve_operations == []

    def test_is_shown_on_home(self, adam: Seat, olga: Seat) -> None:
        Conditions.objects.create(organization=adam.organization, ask_ticket=True)
        olga.post("conditions")
        home = world.body(adam.client.get(f"/o/{adam.organization.slug}/"))
        assert "Change policies were loosened by olga@desk.example: a ticket is no longer required." in home

    def test_tightening_takes_no_owner(self, adam: Seat) -> None:
        adam.post("conditions", ask_reason="on", approve_operations="DeleteUser")
        held = Conditions.objects.get()
        assert (held.ask_reason, held.approve_operations) == (True, ["DeleteUser"])
