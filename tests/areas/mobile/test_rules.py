"""Mobile device rules: sentences, what a draft flips, saving with proof, the guard, and the tester."""

from typing import Any

import pytest

from console.areas.mobile import wording
from console.changes.models import Change
from console.rules.evaluation import ALLOW
from console.rules.mobile_simulation import MobileDraft
from console.sandbox import rule_evaluation
from console.sandbox.fixtures import TestSandbox
from tests.areas import world
from tests.areas.mobile.conftest import Desk, no_android, rules, save

ID = "MobileDeviceAccessRuleId"


class TestSentences:
    @pytest.mark.parametrize(
        ("rule", "sentence"),
        [
            ({"Effect": "ALLOW"}, "Allow every device"),
            (
                {"Effect": "DENY", "DeviceTypes": ["android", "ipad"]},
                "Deny devices whose type begins with android or ipad",
            ),
            (
                {"Effect": "DENY", "DeviceModels": ["$NONE"], "DeviceTypes": ["iPhone"]},
                "Deny devices whose type begins with iPhone, and that report no model",
            ),
            (
                {"Effect": "ALLOW", "NotDeviceTypes": ["android"]},
                "Allow devices that report their type, which does not begin with android",
            ),
            (
                {"Effect": "DENY", "DeviceUserAgents": ["a", "b", "c", "d", "e", "f"]},
                "Deny devices whose user agent begins with a, b, c, d or 2 others",
            ),
        ],
    )
    def test_read_as_people_speak(self, rule: dict[str, Any], sentence: str) -> None:
        assert wording.describe_rule(rule) == sentence


class TestKinds:
    @pytest.mark.parametrize(
        ("before", "after", "told"),
        [
            ({"NotDeviceTypes": ["iphone"]}, [], "Devices whose type does not begin with iphone"),
            (
                {"DeviceTypes": ["a", "$NONE"]},
                [],
                "Devices whose type begins with a or that report no type",
            ),
            (
                {"NotDeviceTypes": ["android"]},
                [{"Effect": "DENY", "DeviceTypes": ["android 14"]}],
                "Devices whose type begins with android 14 or whose type does not begin with android",
            ),
        ],
    )
    def test_are_told_so_that_nothing_is_left_open(
        self, before: dict[str, Any], after: list[dict[str, Any]], told: str
    ) -> None:
        draft = MobileDraft(
            [{"Effect": "ALLOW"}], [{"Effect": "ALLOW"}, {"Effect": "DENY", **before}, *after]
        )
        assert [wording.describe_device_kind(flip.reports, draft.prefixes) for flip in draft.flips] == [told]


class TestList:
    def test_says_that_rules_have_no_order_and_what_is_done_elsewhere(self, adam: Desk) -> None:
        body = world.body(adam.get("list"))
        assert "Rules have no order" in body
        assert "Allow every device" in body
        assert "AWS console" in body


class TestSaving:
    def test_shows_first_which_devices_are_treated_differently(self, adam: Desk, town: TestSandbox) -> None:
        with world.counted() as calls:
            page = adam.post("create", **no_android())
        assert page.context["flips"] == [
            ("Devices whose type begins with android", "allowed", "denied", "danger")
        ]
        assert calls.writes == []
        assert list(rules(town)) == ["ALLOW-all"]

    def test_saves_and_asks_workmail(self, adam: Desk, town: TestSandbox) -> None:
        assert save(adam, "create", data=no_android()).status_code == 303
        change = Change.objects.get()
        assert (change.state, change.kind) == ("done", "mobile-rules")
        proof = change.steps.get(operation="GetMobileDeviceAccessEffect")
        assert (proof.params, proof.expects) == ({"DeviceType": "android"}, {"Effect": "DENY"})
        assert town.call("GetMobileDeviceAccessEffect", DeviceType="Android 14")["Effect"] == "DENY"
        assert "In effect everywhere by" in world.body(adam.get("list"))

    def test_changes_a_rule_as_a_whole(self, adam: Desk, town: TestSandbox) -> None:
        save(adam, "create", data=no_android(Description="old phones", DeviceModels="HTC"))
        rule = rules(town)["No Android"]
        assert adam.get("edit", rule[ID]).context["form"]["DeviceTypes"].value() == "android"
        save(adam, "edit", rule[ID], data=no_android(DeviceTypes="android\nipad"))
        changed = rules(town)["No Android"]
        assert changed["DeviceTypes"] == ["android", "ipad"]
        assert "DeviceModels" not in changed

    def test_takes_it_back_when_workmail_answers_otherwise(
        self, adam: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            rule_evaluation, "evaluate_device", lambda rules, _: rule_evaluation.Verdict(ALLOW, tuple(rules))
        )
        page = adam.client.get(save(adam, "create", data=no_android())["Location"])
        assert "taken back" in world.body(page)
        assert list(rules(town)) == ["ALLOW-all"]

    def test_refuses_what_was_worked_out_for_other_rules(self, adam: Desk, town: TestSandbox) -> None:
        seen = adam.post("create", **no_android())
        town.call("CreateMobileDeviceAccessRule", Name="more", Effect="DENY", DeviceTypes=["ipad"])
        sent = adam.post("create", **no_android(), step="save", seal=seen.context["plan"].seal)
        assert "Somebody changed the rules since you looked" in world.body(sent)
        assert "No Android" not in rules(town)


class TestLockOut:
    def test_of_every_device_has_to_be_typed_out(self, adam: Desk, town: TestSandbox) -> None:
        stop = {"Name": "stop", "Effect": "DENY"}
        assert save(adam, "create", data=stop).status_code == 422
        assert list(rules(town)) == ["ALLOW-all"]
        assert save(adam, "create", data=stop, typed="lock out every device").status_code == 303

    def test_by_deleting_the_last_rule_too(self, adam: Desk, town: TestSandbox) -> None:
        last = rules(town)["ALLOW-all"][ID]
        assert save(adam, "delete", last, data={}).status_code == 422
        assert save(adam, "delete", last, data={}, typed="lock out every device").status_code == 303
        assert rules(town) == {}
        assert "no device may synchronize" in world.body(adam.get("list"))


class TestBadInput:
    @pytest.mark.parametrize(
        ("field", "value"),
        [("DeviceTypes", "\n".join("abcdefghijk")), ("DeviceModels", "模型"), ("Name", "")],
    )
    def test_is_said_at_its_field(self, adam: Desk, field: str, value: str) -> None:
        page = adam.post("create", **no_android(**{field: value}))
        assert page.status_code == 422
        assert page.context["form"].errors.keys() == {field}

    def test_of_what_is_not_there_is_not_found(self, adam: Desk) -> None:
        assert adam.get("edit", "nothing").status_code == 404


class TestTester:
    def test_says_what_workmail_says_and_why(self, adam: Desk) -> None:
        save(adam, "create", data=no_android())
        answer = adam.get("test", data={"DeviceType": "Android 14"}).context["answer"]
        assert (answer.allowed, answer.override, answer.agrees) == (False, "", True)
        assert [line.said for line in answer.lines] == [
            "decides",
            "applies, and is overruled by a rule that denies",
        ]
        other = adam.get("test", data={"DeviceType": "iPhone"}).context["answer"]
        assert other.allowed
        assert other.lines[1].said == "does not apply: the type does not fit"

    def test_lets_an_override_decide(self, adam: Desk, town: TestSandbox) -> None:
        town.call("PutMobileDeviceAccessOverride", UserId="ada", DeviceId="AB12", Effect="DENY")
        asked = {"DeviceType": "iPhone", "other": "ada", "DeviceId": "ab12"}
        answer = adam.get("test", data=asked).context["answer"]
        assert (answer.allowed, answer.override, answer.rules) == (False, "DENY", "ALLOW")
        assert adam.get("test", data={**asked, "DeviceId": "CD"}).context["answer"].override == ""

    def test_asks_for_both_the_person_and_the_device(self, adam: Desk) -> None:
        page = adam.get("test", data={"DeviceType": "", "other": "ada"})
        assert page.status_code == 422
