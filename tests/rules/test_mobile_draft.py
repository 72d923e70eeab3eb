"""What a draft of mobile rules changes: by example, and against brute force device by device."""

import re
from typing import Any

from console.rules.mobile import ABSENT, PROPERTIES
from console.rules.mobile_simulation import OTHER_VALUE, DeviceChange, MobileDraft
from tests.sandbox import brute_force
from tests.sandbox.brute_force import Given
from tests.sandbox.rule_sets import Dice

SETS = 10_000
ALL: Given = {"Name": "all", "Effect": "ALLOW"}


def deny(**conditions: Any) -> Given:
    return {"Name": "no", "Effect": "DENY", **conditions}


def told(draft: MobileDraft) -> list[tuple[dict[str, list[str]], str, str]]:
    return [({n: sorted(v) for n, v in f.reports.items()}, f.before, f.after) for f in draft.flips]


def effect(rules: list[Given], device: Given) -> str:
    return brute_force.device(rules, [device])[0][0]


class TestFlips:
    def test_of_one_kind_of_device(self) -> None:
        draft = MobileDraft([ALL], [ALL, deny(DeviceTypes=["android", "ipad"])])
        assert told(draft) == [({"DeviceTypes": ["android", "ipad"]}, "ALLOW", "DENY")]
        assert draft.flips[0].device == {"DeviceType": "android"}

    def test_of_all_others_leave_those_alone_that_report_nothing(self) -> None:
        draft = MobileDraft([ALL], [ALL, deny(NotDeviceTypes=["iphone"])])
        assert told(draft) == [({"DeviceTypes": [OTHER_VALUE]}, "ALLOW", "DENY")]

    def test_of_those_that_report_nothing(self) -> None:
        draft = MobileDraft([ALL], [ALL, deny(DeviceModels=[ABSENT])])
        assert told(draft) == [({"DeviceModels": [ABSENT]}, "ALLOW", "DENY")]
        assert draft.flips[0].device == {}

    def test_tell_a_longer_prefix_from_a_shorter_one(self) -> None:
        rules = [ALL, deny(DeviceOperatingSystems=["iOS 1"])]
        draft = MobileDraft(rules, [*rules, deny(DeviceOperatingSystems=["ios"])])
        assert told(draft) == [({"DeviceOperatingSystems": ["ios"]}, "ALLOW", "DENY")]

    def test_of_everything_need_no_property(self) -> None:
        assert told(MobileDraft([ALL], [])) == [({}, "ALLOW", "DENY")]


class TestLockouts:
    def test_no_device_is_left_without_any_rule(self) -> None:
        assert MobileDraft([ALL], []).leaves_none
        assert MobileDraft([ALL], []).allowed_device() is None

    def test_one_kind_is_enough(self) -> None:
        draft = MobileDraft([ALL], [{**ALL, "DeviceTypes": ["iPhone"]}])
        assert not draft.leaves_none
        assert draft.allowed_device() == {"DeviceType": "iPhone"}


class TestAgainstBruteForce:
    def test_every_answer_that_changes_is_found_and_no_other(self) -> None:
        dice, changed = Dice(seed=20261127), 0
        for _ in range(SETS):
            before, after = dice.device_rules(), dice.device_rules()
            draft = MobileDraft(before, after)
            for flip in draft.flips[:5]:
                answers = effect(before, dict(flip.device)), effect(after, dict(flip.device))
                assert answers == (flip.before, flip.after)
            device = dice.device_request()
            answers = effect(before, device), effect(after, device)
            about = [flip for flip in draft.flips if reported(device, flip, draft)]
            changed += answers[0] != answers[1]
            assert [(flip.before, flip.after) for flip in about] == (
                [answers] if answers[0] != answers[1] else []
            )
            assert draft.leaves_none is not (draft.allowed_device() is not None)
            if answers[1] == "ALLOW":
                assert not draft.leaves_none
        assert changed > SETS / 10

    def test_many_rules_are_looked_at_all_together(self) -> None:
        """More kinds than are kept apart: what changes is found all the same."""
        dice, changed = Dice(seed=5), 0
        many = {name: [f"{letter}{n}" for letter in "abcdefg" for n in range(3)] for name in PROPERTIES}
        for _ in range(5):
            before = [
                {**rule, "Name": f"rule{n}"} for n, rule in enumerate(dice.rules("Name", many, 0.5) * 3)
            ]
            more = {"Name": "more", "Effect": "ALLOW"} | dice.conditions(many, 0.3)
            draft = MobileDraft(before, [*before, more])
            for flip in draft.flips:
                answers = effect(before, dict(flip.device)), effect([*before, more], dict(flip.device))
                assert answers == (flip.before, flip.after)
                changed += 1
        assert changed


def reported(device: Given, flip: DeviceChange, draft: MobileDraft) -> bool:
    """Whether the device is among those of the flip, property by property."""
    return all(
        stands_for(device.get(PROPERTIES[name]), draft.prefixes[name]) in values
        for name, values in flip.reports.items()
    )


def stands_for(value: str | None, prefixes: list[str]) -> str:
    if value is None:
        return ABSENT
    begun = [
        p for p in prefixes if p not in (OTHER_VALUE, ABSENT) and re.match(re.escape(p), value, re.IGNORECASE)
    ]
    return max(begun, key=len, default=OTHER_VALUE)
