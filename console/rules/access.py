"""Evaluate access control rules: which users may use which protocol from which network."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network

from console.rules import evaluation
from console.rules.evaluation import RequestFacts, Rule, Verdict

# Every protocol there is [documented].
ACTIONS = ("ActiveSync", "AutoDiscover", "EWS", "IMAP", "SMTP", "WindowsOutlook", "WebMail")
ROLE_ACTION = "EWS"  # the one protocol of impersonation roles [documented]
READ_PROTOCOLS = ("ActiveSync", "EWS", "IMAP", "WindowsOutlook", "WebMail")  # by which mail can be read
OUTLOOK, OUTLOOK_NEEDS = "WindowsOutlook", ("AutoDiscover", "EWS")  # AWS's advice [documented]
CONDITIONS = ("IpRanges", "Actions", "UserIds", "ImpersonationRoleIds")


def evaluate_access(
    rules: Iterable[Rule], *, action: str, address: str, user_id: str = "", role_id: str = ""
) -> Verdict:
    """Return whether a user or impersonation role may use this protocol from this IPv4 address.

    Without either it is somebody whom no rule names.
    """
    return evaluation.evaluate_rules(
        rules, access_facts(action, address, user_id, role_id), access_condition_holds
    )


def unmet_access_condition(
    rule: Rule, *, action: str, address: str, user_id: str = "", role_id: str = ""
) -> str:
    """Return the member of the rule that the request does not meet, "" if the rule applies."""
    return evaluation.unmet_condition(
        rule, access_facts(action, address, user_id, role_id), access_condition_holds
    )


def access_facts(action: str, address: str, user_id: str, role_id: str) -> RequestFacts:
    """Return the facts of a request; without a user id it is from a user whom no rule names."""
    return {
        "IpRanges": address,
        "Actions": action,
        "UserIds": user_id or None,
        "ImpersonationRoleIds": role_id or None,
    }


def access_condition_holds(member: str, values: Sequence[str], request: RequestFacts) -> bool:
    """Return whether a condition holds; `Not…` does not exclude a subject of the other kind [inferred]."""
    name = member.removeprefix("Not")
    fact = request[name]
    found = fact is not None and (is_within(fact, values) if name == "IpRanges" else fact in values)
    return found != (name != member)


def is_within(address: str, ranges: Iterable[str]) -> bool:
    return any(IPv4Address(address) in parse_network(each) for each in ranges)


@lru_cache(maxsize=16_384)
def parse_network(text: str) -> IPv4Network:
    """Return the network; host bits are ignored, since AWS's pattern accepts them [inferred]."""
    return IPv4Network(text, strict=False)
