"""What rules say: by example, and against an evaluator of another make on random sets of rules."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from console.sandbox import rule_evaluation
from console.sandbox.fixtures import TestSandbox, running_sandbox
from console.sandbox.rule_evaluation import Conditions, Verdict
from tests.sandbox import brute_force
from tests.sandbox.brute_force import Given, Opinion
from tests.sandbox.rule_sets import ROLES, USERS, Dice

SETS = 10_000
REQUESTS = 5  # of each set of rules
SERVED = 40  # sets that go through the service


@dataclass(frozen=True)
class Rule:
    name: str
    effect: str
    conditions: Conditions


def parsed(given: Given, names: tuple[str, ...]) -> Rule:
    name = given.get("Name") or given["ImpersonationRuleId"]
    return Rule(name, given["Effect"], rule_evaluation.request_conditions(given, names))


def opinion(verdict: Verdict[Rule]) -> Opinion:
    return verdict.effect, sorted(rule.name for rule in verdict.rules)


def access(rules: list[Given], request: Given) -> Opinion:
    asked = {
        "action": request["Action"],
        "address": request["IpAddress"],
        "user_id": request.get("UserId"),
        "role_id": request.get("ImpersonationRoleId"),
    }
    return opinion(
        rule_evaluation.evaluate_access(
            [parsed(rule, rule_evaluation.ACCESS_CONDITIONS) for rule in rules], **asked
        )
    )


def device(rules: list[Given], request: Given) -> Opinion:
    properties = {f"{name}s": value for name, value in request.items()}
    return opinion(
        rule_evaluation.evaluate_device(
            [parsed(rule, rule_evaluation.DEVICE_CONDITIONS) for rule in rules], properties
        )
    )


def impersonation(rules: list[Given], request: Given) -> Opinion:
    parsed_rules = [parsed(rule, rule_evaluation.TARGET_CONDITIONS) for rule in rules]
    return opinion(rule_evaluation.evaluate_impersonation(parsed_rules, request["TargetUser"]))


KINDS: dict[str, tuple[Any, Any, Any, Any]] = {
    "access": (Dice.access_rules, Dice.access_request, access, brute_force.access),
    "device": (Dice.device_rules, Dice.device_request, device, brute_force.device),
    "impersonation": (Dice.target_rules, Dice.target_request, impersonation, brute_force.impersonation),
}


def thrown(kind: str, count: int) -> Iterator[tuple[list[Given], list[Given], list[Opinion]]]:
    """Sets of rules, requests of each, and what the other evaluator says to each request."""
    rules_of, request_of, _, expected = KINDS[kind]
    dice = Dice(seed=20260401)
    for _ in range(count):
        rules = rules_of(dice)
        requests = [request_of(dice) for _ in range(REQUESTS)]
        yield rules, requests, expected(rules, requests)


@pytest.mark.parametrize("kind", sorted(KINDS))
class TestAgainstBruteForce:
    def test_agrees_on_ten_thousand_sets_of_rules(self, kind: str) -> None:
        ours = KINDS[kind][2]
        for rules, requests, expected in thrown(kind, SETS):
            assert [ours(rules, request) for request in requests] == expected, (rules, requests)

    def test_meets_every_outcome_often(self, kind: str) -> None:
        """Otherwise the agreement above would say little."""
        opinions, seen = KINDS[kind][3], Counter[str]()
        for rules, requests, answers in thrown(kind, 1000):
            allowing = opinions([rule for rule in rules if rule["Effect"] == "ALLOW"], requests)
            for (effect, names), (without_denials, _) in zip(answers, allowing, strict=True):
                seen[f"{effect} {min(len(names), 2)}"] += 1
                seen["DENY over ALLOW"] += (effect, without_denials) == ("DENY", "ALLOW")
        outcomes = ("ALLOW 1", "ALLOW 2", "DENY 0", "DENY 1", "DENY 2", "DENY over ALLOW")
        assert min(seen[each] for each in outcomes) > 0.02 * 1000 * REQUESTS, seen


class Service:
    """The same questions asked of the sandbox through boto3."""

    def __init__(self, sandbox: TestSandbox) -> None:
        self.call = sandbox.call
        for user_id in USERS:
            sandbox.user(user_id, entity_id=user_id)
        made = [self.call("CreateImpersonationRole", Name=each, Type="READ_ONLY", Rules=[]) for each in ROLES]
        self.roles = dict(zip(ROLES, (each["ImpersonationRoleId"] for each in made), strict=True))

    def real(self, value: Any) -> Any:
        """Roles get their ids from the service."""
        if isinstance(value, list):
            return [self.real(each) for each in value]
        return self.roles.get(value, value)

    def access(self, rules: list[Given], requests: list[Given]) -> list[Opinion]:
        for rule in self.call("ListAccessControlRules")["Rules"]:
            self.call("DeleteAccessControlRule", Name=rule["Name"])
        for rule in rules:
            given = {member: self.real(value) for member, value in rule.items()}
            self.call("PutAccessControlRule", Description="Random", **given)
        asked = [{member: self.real(value) for member, value in each.items()} for each in requests]
        answers = [self.call("GetAccessControlEffect", **each) for each in asked]
        return [(each["Effect"], sorted(each["MatchedRules"])) for each in answers]

    def device(self, rules: list[Given], requests: list[Given]) -> list[Opinion]:
        for rule in self.call("ListMobileDeviceAccessRules")["Rules"]:
            rule_id = rule["MobileDeviceAccessRuleId"]
            self.call("DeleteMobileDeviceAccessRule", MobileDeviceAccessRuleId=rule_id)
        for rule in rules:
            self.call("CreateMobileDeviceAccessRule", **rule)
        answers = [self.call("GetMobileDeviceAccessEffect", **each) for each in requests]
        return [(each["Effect"], sorted(rule["Name"] for rule in each["MatchedRules"])) for each in answers]

    def impersonation(self, rules: list[Given], requests: list[Given]) -> list[Opinion]:
        role = {"ImpersonationRoleId": self.roles[ROLES[0]]}
        self.call("UpdateImpersonationRole", Name="role", Type="FULL_ACCESS", Rules=rules, **role)
        answers = [self.call("GetImpersonationRoleEffect", **role, **each) for each in requests]
        return [
            (each["Effect"], sorted(rule["ImpersonationRuleId"] for rule in each["MatchedRules"]))
            for each in answers
        ]


class TestTheService:
    @pytest.mark.parametrize("kind", sorted(KINDS))
    def test_says_what_brute_force_says(self, kind: str) -> None:
        with running_sandbox() as sandbox:
            ask = getattr(Service(sandbox), kind)
            for rules, requests, expected in thrown(kind, SERVED):
                assert ask(rules, requests) == expected, (rules, requests)


ALLOW: Given = {"Name": "all", "Effect": "ALLOW"}
FROM_ADA: Given = {"Action": "IMAP", "IpAddress": "10.1.2.3", "UserId": USERS[0]}
BY_ROLE: Given = {"Action": "EWS", "IpAddress": "10.1.2.3", "ImpersonationRoleId": ROLES[0]}


def denied(**conditions: list[str]) -> Given:
    return {"Name": "no", "Effect": "DENY", **conditions}


class TestAccess:
    def test_is_denied_without_any_rule(self) -> None:
        assert access([], FROM_ADA) == ("DENY", [])

    def test_names_the_rules_that_decide_and_no_other(self) -> None:
        rules = [ALLOW, denied(UserIds=[USERS[0]]), {**ALLOW, "Name": "more"}]
        assert access(rules, FROM_ADA) == ("DENY", ["no"])
        assert access(rules, {**FROM_ADA, "UserId": USERS[1]}) == ("ALLOW", ["all", "more"])

    @pytest.mark.parametrize("first", [True, False])
    def test_does_not_depend_on_the_order_of_rules(self, first: bool) -> None:
        rules = [ALLOW, denied()] if first else [denied(), ALLOW]
        assert access(rules, FROM_ADA) == ("DENY", ["no"])

    def test_needs_every_condition_and_one_value_of_each(self) -> None:
        both = denied(Actions=["SMTP", "IMAP"], IpRanges=["10.0.0.0/8"])
        assert access([ALLOW, both], FROM_ADA)[0] == "DENY"
        assert access([ALLOW, both], {**FROM_ADA, "IpAddress": "11.1.2.3"})[0] == "ALLOW"
        assert access([ALLOW, both], {**FROM_ADA, "Action": "EWS"})[0] == "ALLOW"

    @pytest.mark.parametrize(
        ("range_", "inside"),
        [
            ("10.1.2.3/32", True),
            ("10.1.2.2/32", False),
            ("10.1.2.2/31", True),
            ("10.1.2.4/30", False),
            ("0.0.0.0/0", True),
            ("10.1.2.99/24", True),
        ],
    )
    def test_reads_ranges_as_networks(self, range_: str, inside: bool) -> None:
        assert access([ALLOW, denied(IpRanges=[range_])], FROM_ADA)[0] == ("DENY" if inside else "ALLOW")
        assert access([ALLOW, denied(NotIpRanges=[range_])], FROM_ADA)[0] == ("ALLOW" if inside else "DENY")

    def test_keeps_rules_about_users_from_roles_and_the_other_way_round(self) -> None:
        assert access([{**ALLOW, "UserIds": USERS}], BY_ROLE) == ("DENY", [])
        assert access([{**ALLOW, "ImpersonationRoleIds": ROLES}], FROM_ADA) == ("DENY", [])

    def test_excludes_nobody_of_the_other_kind(self) -> None:
        assert access([{**ALLOW, "NotUserIds": USERS}], BY_ROLE) == ("ALLOW", ["all"])
        assert access([{**ALLOW, "NotImpersonationRoleIds": ROLES}], FROM_ADA) == ("ALLOW", ["all"])

    def test_takes_an_empty_list_for_no_condition(self) -> None:
        assert access([{**ALLOW, "UserIds": [], "NotActions": []}], FROM_ADA) == ("ALLOW", ["all"])


IPHONE = {"DeviceType": "iPhone", "DeviceOperatingSystem": "iOS 14.2.1 16F203"}
Judge = Callable[..., str]


@pytest.fixture
def allowed() -> Judge:
    """Whether the device may, if this is the only rule."""

    def judge(reported: Given, **conditions: list[str]) -> str:
        return device([{**ALLOW, **conditions}], reported)[0]

    return judge


class TestADevice:
    def test_is_matched_by_prefix_in_any_case(self, allowed: Judge) -> None:
        assert allowed(IPHONE, DeviceOperatingSystems=["IOS 14.2"]) == "ALLOW"
        assert allowed(IPHONE, DeviceOperatingSystems=["14.2", "iOS 14.2.1 16F203 beta"]) == "DENY"

    def test_that_reports_nothing_matches_none_alone(self, allowed: Judge) -> None:
        assert allowed({}, DeviceTypes=["iphone", "$NONE"]) == "ALLOW"
        assert allowed({}, DeviceTypes=["iphone"]) == "DENY"
        assert allowed(IPHONE, DeviceTypes=["$NONE"]) == "DENY"

    def test_that_reports_nothing_matches_no_negation(self, allowed: Judge) -> None:
        assert allowed({}, NotDeviceTypes=["android"]) == "DENY"
        assert allowed(IPHONE, NotDeviceTypes=["android"]) == "ALLOW"
        assert allowed(IPHONE, NotDeviceTypes=["iph"]) == "DENY"

    def test_that_reports_an_empty_text_reports_nothing(self, allowed: Judge) -> None:
        assert allowed({"DeviceType": ""}, DeviceTypes=["$NONE"]) == "ALLOW"

    def test_is_denied_without_a_rule(self) -> None:
        assert device([], IPHONE) == ("DENY", [])


class TestATarget:
    def test_may_be_anybody_by_a_rule_without_conditions(self) -> None:
        rule = {"ImpersonationRuleId": "any", "Effect": "ALLOW"}
        assert impersonation([rule], {"TargetUser": USERS[0]}) == ("ALLOW", ["any"])

    def test_is_nobody_for_a_role_without_rules(self) -> None:
        assert impersonation([], {"TargetUser": USERS[0]}) == ("DENY", [])
