"""A second opinion on rules: every rule is held against every request, condition by written-out condition.

It shares no code and no idea with the sandbox's evaluator: rules are dictionaries as the API takes them,
addresses are strings of bits, device properties are regular expressions, and a rule starts with all
requests and loses those that a condition strikes out.
"""

import re
from collections.abc import Callable
from typing import Any

Given = dict[str, Any]
Opinion = tuple[str, list[str]]
Strike = Callable[[Given, Given], bool]


def opinions(rules: list[Given], requests: list[Given], struck: Strike, name: str) -> list[Opinion]:
    """For each request the effect and the sorted names of the rules that have it."""
    left: dict[str, set[int]] = {}
    for rule in rules:
        left[rule[name]] = {n for n in range(len(requests)) if not struck(rule, requests[n])}
    answers = []
    for n in range(len(requests)):
        against = sorted(r[name] for r in rules if r["Effect"] == "DENY" and n in left[r[name]])
        pro = sorted(r[name] for r in rules if r["Effect"] == "ALLOW" and n in left[r[name]])
        if against:
            answers.append(("DENY", against))
        elif pro:
            answers.append(("ALLOW", pro))
        else:
            answers.append(("DENY", []))
    return answers


def access(rules: list[Given], requests: list[Given]) -> list[Opinion]:
    return opinions(rules, requests, access_strikes, "Name")


def device(rules: list[Given], requests: list[Given]) -> list[Opinion]:
    return opinions(rules, requests, device_strikes, "Name")


def impersonation(rules: list[Given], requests: list[Given]) -> list[Opinion]:
    return opinions(rules, requests, target_strikes, "ImpersonationRuleId")


def access_strikes(rule: Given, request: Given) -> bool:
    if rule.get("Actions") and rule["Actions"].count(request["Action"]) == 0:
        return True
    if rule.get("NotActions") and rule["NotActions"].count(request["Action"]) > 0:
        return True
    if rule.get("IpRanges") and not hit(rule["IpRanges"], request["IpAddress"]):
        return True
    if rule.get("NotIpRanges") and hit(rule["NotIpRanges"], request["IpAddress"]):
        return True
    return principal_strikes(rule, request)


def principal_strikes(rule: Given, request: Given) -> bool:
    if "UserId" in request:
        if rule.get("ImpersonationRoleIds"):
            return True
        if rule.get("UserIds") and request["UserId"] not in set(rule["UserIds"]):
            return True
        return request["UserId"] in set(rule.get("NotUserIds", []))
    if rule.get("UserIds"):
        return True
    if rule.get("ImpersonationRoleIds") and request["ImpersonationRoleId"] not in set(
        rule["ImpersonationRoleIds"]
    ):
        return True
    return request["ImpersonationRoleId"] in set(rule.get("NotImpersonationRoleIds", []))


def bits(address: str) -> str:
    return "".join(f"{int(octet):08b}" for octet in address.split("."))


def hit(ranges: list[str], address: str) -> bool:
    hits = 0
    for each in ranges:
        base, length = each.split("/")
        hits += bits(address)[: int(length)] == bits(base)[: int(length)]
    return hits > 0


def device_strikes(rule: Given, request: Given) -> bool:
    """The names are cut from the plural: DeviceTypes is about DeviceType."""
    for member, patterns in rule.items():
        if not re.match("(Not)?Device", member):
            continue
        value = request.get(re.sub("^Not|s$", "", member))
        if value is None:
            if member.startswith("Not") or "$NONE" not in patterns:
                return True
            continue
        alternatives = "|".join(re.escape(p) for p in patterns if p != "$NONE") or "(?!)"
        matched = re.match(alternatives, value, re.IGNORECASE) is not None
        if matched and member.startswith("Not"):
            return True
        if not matched and not member.startswith("Not"):
            return True
    return False


def target_strikes(rule: Given, request: Given) -> bool:
    user = request["TargetUser"]
    outside = "TargetUsers" in rule and all(each != user for each in rule["TargetUsers"])
    excluded = "NotTargetUsers" in rule and any(each == user for each in rule["NotTargetUsers"])
    return outside or excluded
