"""The console's evaluators: against one of another make, and against what the sandbox's service says."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from console.rules import access, impersonation, mobile
from console.sandbox.fixtures import running_sandbox
from tests.sandbox import brute_force
from tests.sandbox.brute_force import Given, Opinion
from tests.sandbox.rule_sets import ROLES, USERS, Dice
from tests.sandbox.test_evaluation import Service

SETS = 10_000
REQUESTS = 5  # of each set of rules
SERVED = 40  # sets that go through the service
SPEAKERS = {
    "Action": "action",
    "IpAddress": "address",
    "UserId": "user_id",
    "ImpersonationRoleId": "role_id",
}


def by_access(rules: list[Given], request: Given) -> Opinion:
    verdict = access.evaluate_access(rules, **{SPEAKERS[name]: value for name, value in request.items()})
    return verdict.effect, verdict.named()


def by_device(rules: list[Given], request: Given) -> Opinion:
    verdict = mobile.evaluate_device(rules, request)
    return verdict.effect, verdict.named()


def by_target(rules: list[Given], request: Given) -> Opinion:
    verdict = impersonation.evaluate_impersonation(rules, request["TargetUser"])
    return verdict.effect, verdict.named("ImpersonationRuleId")


KINDS: dict[str, tuple[Any, Any, Any, Any]] = {
    "access": (Dice.access_rules, Dice.access_request, by_access, brute_force.access),
    "device": (Dice.device_rules, Dice.device_request, by_device, brute_force.device),
    "impersonation": (Dice.target_rules, Dice.target_request, by_target, brute_force.impersonation),
}


def thrown(kind: str, count: int) -> Iterator[tuple[list[Given], list[Given]]]:
    rules_of, request_of, _, _ = KINDS[kind]
    dice = Dice(seed=20260726)
    for _ in range(count):
        rules = rules_of(dice)
        yield rules, [request_of(dice) for _ in range(REQUESTS)]


@pytest.mark.parametrize("kind", sorted(KINDS))
class TestAgainstBruteForce:
    def test_agrees_on_ten_thousand_sets_of_rules(self, kind: str) -> None:
        _, _, ours, theirs = KINDS[kind]
        met = Counter[str]()
        for rules, requests in thrown(kind, SETS):
            expected = theirs(rules, requests)
            assert [ours(rules, request) for request in requests] == expected, (rules, requests)
            met.update(f"{effect} {min(len(names), 1)}" for effect, names in expected)
        assert min(met[outcome] for outcome in ("ALLOW 1", "DENY 0", "DENY 1")) > 0.02 * SETS * REQUESTS, met

    def test_agrees_with_the_service_on_the_rules_that_it_lists(self, kind: str) -> None:
        ours = KINDS[kind][2]
        with running_sandbox() as sandbox:
            ask = getattr(Service(sandbox), kind)
            for rules, requests in thrown(kind, SERVED):
                assert ask(rules, requests) == [ours(rules, request) for request in requests]


class TestWhyARuleDoesNotApply:
    def test_names_the_condition_that_is_not_met(self) -> None:
        rule = {"Name": "no", "Effect": "DENY", "UserIds": [USERS[0]], "NotIpRanges": ["10.0.0.0/8"]}
        asked = {"action": "IMAP", "address": "192.0.2.7"}
        assert access.unmet_access_condition(rule, user_id=USERS[0], **asked) == ""
        assert access.unmet_access_condition(rule, user_id=USERS[1], **asked) == "UserIds"
        assert (
            access.unmet_access_condition(rule, user_id=USERS[0], action="IMAP", address="10.1.1.1")
            == "NotIpRanges"
        )
        assert access.unmet_access_condition(rule, role_id=ROLES[0], **asked) == "UserIds"

    def test_of_a_device_and_of_a_target_too(self) -> None:
        assert (
            mobile.unmet_device_condition({"Effect": "DENY", "NotDeviceTypes": ["android"]}, {})
            == "NotDeviceTypes"
        )
        assert (
            mobile.unmet_device_condition({"Effect": "DENY", "DeviceTypes": ["ip"]}, {"DeviceType": "iPad"})
            == ""
        )
        assert (
            impersonation.unmet_target_condition({"Effect": "ALLOW", "TargetUsers": USERS[:1]}, USERS[1])
            == "TargetUsers"
        )


class TestAnOverride:
    def test_is_found_by_person_and_device_in_any_case(self) -> None:
        held = [{"UserId": USERS[0], "DeviceId": "AbC1", "Effect": "DENY"}]
        assert mobile.find_override(held, USERS[0], "aBc1") == held[0]
        assert mobile.find_override(held, USERS[1], "AbC1") is None
