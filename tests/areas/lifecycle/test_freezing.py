"""Freeze and thaw: proven protocol by protocol, ten people a rule, and nobody else's freeze is touched."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.areas.access_rules.models import ProtectedPerson
from console.areas.lifecycle.models import Frozen
from console.changes.models import RESTORE_ACCESS_KIND, Change, Conditions
from console.changes.policies import compute_digest
from console.mirror.models import Entity
from console.rules.access import ACTIONS
from console.sandbox import rule_evaluation
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.areas import world
from tests.areas.desk import Desk
from tests.areas.lifecycle.conftest import at, fresh, local, pass_time, run_due, text

State = Change.State


def follow(desk: Desk, name: str, entity_id: str, **data: Any) -> str:
    return text(desk.client.post(desk.url(name, entity_id), data, follow=True))


def rules(town: TestSandbox) -> dict[str, list[str]]:
    shown = town.call("ListAccessControlRules")["Rules"]
    return {each["Name"]: each.get("UserIds", []) for each in shown if each["Name"].startswith("freeze-")}


def effects(town: TestSandbox, entity_id: str) -> set[str]:
    asked = {"UserId": entity_id, "IpAddress": "192.0.2.7"}
    return {town.call("GetAccessControlEffect", Action=each, **asked)["Effect"] for each in ACTIONS}


class TestFreeze:
    def test_denies_every_protocol_and_proves_it(self, adam: Desk, town: TestSandbox) -> None:
        page = follow(adam, "freeze", ADA, reason="lost her laptop")
        assert "WorkMail says so for every protocol" in page
        assert effects(town, ADA) == {"DENY"}
        assert effects(town, BO) == {"ALLOW"}
        change = Change.objects.get()
        assert (change.state, change.kind, change.reason, change.total) == (
            State.DONE,
            "freeze",
            "lost her laptop",
            8,
        )

    def test_is_seen_on_the_page(self, adam: Desk, helga: Desk) -> None:
        follow(adam, "freeze", ADA)
        page = text(at(adam, "users").get("detail", ADA))
        assert "Frozen since" in page
        assert adam.url("thaw", ADA) in page
        assert adam.url("thaw", ADA) not in text(at(helga, "users").get("detail", ADA))
        assert "Frozen since" not in text(at(adam, "users").get("detail", BO))

    @pytest.mark.parametrize(
        ("state", "says"), [("ENABLED", "mail still arrives"), ("DISABLED", "no mail arrives")]
    )
    def test_says_what_becomes_of_mail(self, adam: Desk, state: str, says: str) -> None:
        follow(adam, "freeze", ADA)
        Entity.objects.filter(entity_id=ADA).update(state=state)
        page = text(at(adam, "users").get("detail", ADA))
        assert [each for each in ("mail still arrives", "no mail arrives") if each in page] == [says]

    def test_of_eleven_people_takes_two_rules(self, adam: Desk, town: TestSandbox) -> None:
        town.call("PutAccessControlRule", Name="freeze-1", Effect="DENY", Description="x", UserIds=_ten(town))
        follow(adam, "freeze", ADA)
        assert rules(town)["freeze-2"] == [ADA]
        assert len(rules(town)["freeze-1"]) == 10

    def test_clears_away_whom_somebody_deleted(self, adam: Desk, town: TestSandbox) -> None:
        follow(adam, "freeze", ADA)
        people = at(adam, "users")
        people.post("disable", ADA)
        people.post("delete", ADA, data={"typed": "ada"})
        assert "WorkMail says so" in follow(adam, "freeze", BO)
        assert rules(town) == {"freeze-1": [BO]}

    def test_leaves_rules_alone_that_only_look_like_its_own(self, adam: Desk, town: TestSandbox) -> None:
        town.call("PutAccessControlRule", Name="freeze-1", Effect="DENY", Description="x", Actions=["IMAP"])
        follow(adam, "freeze", ADA)
        assert rules(town) == {"freeze-1": [], "freeze-2": [ADA]}

    def test_that_is_not_in_effect_is_taken_back(self, adam: Desk, town: TestSandbox) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("console.sandbox.rule_evaluation.evaluate_access", _open)
            page = follow(adam, "freeze", ADA)
        assert "is not frozen" in page
        assert rules(town) == {}

    def test_ends_by_itself(self, adam: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        follow(adam, "freeze", ADA, until=local(timezone.now() + timedelta(hours=2)))
        planned = Change.objects.get(kind=RESTORE_ACCESS_KIND)
        assert planned.state == State.SCHEDULED
        assert "until <time" in text(at(adam, "users").get("detail", ADA))
        assert "Thaw Ada" in text(at(adam, "changes").get("calendar"))
        follow(adam, "freeze", BO)
        pass_time(monkeypatch, hours=3)
        run_due()
        assert fresh(planned).state == State.DONE
        assert rules(town) == {"freeze-1": [BO]}
        assert list(Frozen.objects.values_list("entity_id", flat=True)) == [BO]

    def test_with_an_end_is_approved_with_it(self, adam: Desk, town: TestSandbox) -> None:
        Conditions.objects.create(organization=adam.organization, approve_operations=["PutAccessControlRule"])
        follow(adam, "freeze", ADA, until=local(timezone.now() + timedelta(hours=2)))
        begun, end = Change.objects.get(kind="freeze"), Change.objects.get(kind=RESTORE_ACCESS_KIND)
        assert (begun.state, end.state, end.follows) == (State.AWAITING, State.SCHEDULED, begun)
        seen = compute_digest(begun)
        end.steps.update(params={"Name": "freeze-9"})
        assert compute_digest(begun) != seen
        assert rules(town) == {}

    def test_can_make_the_password_unknown(self, adam: Desk, town: TestSandbox) -> None:
        follow(adam, "freeze", ADA, also="password")
        assert len(town.calls("ResetPassword")) == 1
        assert "Sign Ada" in text(at(adam, "changes").get("list"))

    def test_of_somebody_protected_has_to_be_typed_out(self, adam: Desk, town: TestSandbox) -> None:
        ProtectedPerson.objects.create(organization=adam.organization, entity_id=ADA)
        assert adam.post("freeze", ADA).status_code == 422
        assert rules(town) == {}
        assert adam.post("freeze", ADA, data={"typed": "freeze a protected person"}).status_code == 303
        assert rules(town) == {"freeze-1": [ADA]}


class TestThaw:
    def test_removes_her_and_proves_it(self, adam: Desk, town: TestSandbox) -> None:
        follow(adam, "freeze", ADA)
        follow(adam, "freeze", BO)
        assert rules(town) == {"freeze-1": [ADA, BO]}
        page = follow(adam, "thaw", ADA)
        assert "is thawed" in page
        assert effects(town, ADA) == {"ALLOW"}
        assert effects(town, BO) == {"DENY"}
        assert "without freeze-1" in text(
            at(adam, "changes").get("detail", str(Change.objects.latest("pk").pk))
        )

    def test_of_the_last_one_leaves_no_rule(self, adam: Desk, town: TestSandbox) -> None:
        follow(adam, "freeze", ADA)
        follow(adam, "thaw", ADA)
        assert rules(town) == {}
        assert not Frozen.objects.exists()

    def test_by_hand_calls_off_the_planned_one(self, adam: Desk) -> None:
        follow(adam, "freeze", ADA, until=local(timezone.now() + timedelta(hours=2)))
        follow(adam, "thaw", ADA)
        assert Change.objects.filter(kind=RESTORE_ACCESS_KIND, state=State.CANCELLED).count() == 1

    def test_of_nobody_frozen_says_so(self, adam: Desk) -> None:
        assert "is not frozen" in follow(adam, "thaw", ADA)


class TestUndo:
    def test_of_a_freeze_thaws_nobody_else(self, adam: Desk, town: TestSandbox) -> None:
        follow(adam, "freeze", ADA)
        first = Change.objects.get()
        follow(adam, "freeze", BO)
        changes = at(adam, "changes")
        changes.post("undo", str(first.pk))
        town.call(
            "PutAccessControlRule", Name="freeze-1", Effect="DENY", Description="x", UserIds=[ADA, BO, CY]
        )
        changes.post("run", str(Change.objects.latest("pk").pk))
        assert rules(town) == {"freeze-1": [BO, CY]}


class TestScope:
    def test_a_narrowed_administrator_is_told_why_she_cannot(self, nell: Desk, town: TestSandbox) -> None:
        assert nell.get("freeze", ADA).status_code == 403
        assert nell.post("freeze", ADA).status_code == 403
        page = text(at(nell, "users").get("detail", ADA))
        assert "Freezing needs a rule of the whole organization" in page
        assert nell.url("freeze", ADA) not in page
        assert rules(town) == {}

    def test_nobody_outside_exists(self, nell: Desk) -> None:
        assert nell.get("thaw", world.ZOE).status_code == 403


def _open(*args: Any, **kwargs: Any) -> Any:
    made: rule_evaluation.Verdict[Any] = rule_evaluation.Verdict("ALLOW", ())
    return made


def _ten(town: TestSandbox) -> list[str]:
    return [town.enabled_user(f"temp{number}").entity_id for number in range(10)]
