"""What access control rules say: who may come by which protocol, and from where."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network

from console.rules import deciding
from console.rules.deciding import Facts, Rule, Verdict

# Every protocol there is [documented].
ACTIONS = ("ActiveSync", "AutoDiscover", "EWS", "IMAP", "SMTP", "WindowsOutlook", "WebMail")
ROLE_ACTION = "EWS"  # the one protocol of impersonation roles [documented]
READING = ("ActiveSync", "EWS", "IMAP", "WindowsOutlook", "WebMail")  # by which mail can be read
OUTLOOK, OUTLOOK_NEEDS = "WindowsOutlook", ("AutoDiscover", "EWS")  # AWS's advice [documented]
CONDITIONS = ("IpRanges", "Actions", "UserIds", "ImpersonationRoleIds")


def effect(
    rules: Iterable[Rule], *, action: str, address: str, user_id: str = "", role_id: str = ""
) -> Verdict:
    """May this person, or this impersonation role, come from this IPv4 address by this protocol?

    Without either it is somebody whom no rule names.
    """
    return deciding.decide(rules, facts(action, address, user_id, role_id), holds)


def missed(rule: Rule, *, action: str, address: str, user_id: str = "", role_id: str = "") -> str:
    """The member of the rule for which it does not apply to the request, "" if it does."""
    return deciding.missed(rule, facts(action, address, user_id, role_id), holds)


def facts(action: str, address: str, user_id: str, role_id: str) -> Facts:
    """Nobody's id is of a user whom no rule names."""
    return {
        "IpRanges": address,
        "Actions": action,
        "UserIds": user_id or None,
        "ImpersonationRoleIds": role_id or None,
    }


def holds(member: str, values: Sequence[str], request: Facts) -> bool:
    """A role is in no list of users, nor a user in one of roles; so `Not…` excludes neither [inferred]."""
    name = member.removeprefix("Not")
    fact = request[name]
    found = fact is not None and (within(fact, values) if name == "IpRanges" else fact in values)
    return found != (name != member)


def within(address: str, ranges: Iterable[str]) -> bool:
    return any(IPv4Address(address) in network(each) for each in ranges)


@lru_cache(maxsize=16_384)
def network(text: str) -> IPv4Network:
    """Bits behind the prefix do not count [inferred]: AWS's pattern lets them through."""
    return IPv4Network(text, strict=False)
