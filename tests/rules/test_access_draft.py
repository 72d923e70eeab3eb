"""What a draft of access rules changes: by example, and against brute force address by address."""

import time
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from console.rules import access_simulation
from console.rules.access import ACTIONS
from console.rules.access_simulation import (
    ELSEWHERE,
    EVERYONE,
    PARTLY,
    AccessChange,
    AccessDraft,
    Lockout,
    Subject,
)
from console.rules.evaluation import Rule
from tests.sandbox import brute_force
from tests.sandbox.brute_force import Given
from tests.sandbox.rule_sets import RANGES, ROLES, USERS, Dice

SETS = 10_000
ALL: Given = {"Name": "all", "Effect": "ALLOW"}
OFFICE = {"Office": ["203.0.113.0/24"]}
# Every address where a range of the stock begins, and the one behind its end: more cuts there are not.
EDGES = sorted(
    {str(IPv4Network(each, strict=False)[0]) for each in RANGES}
    | {
        str(IPv4Address(int(IPv4Network(each, strict=False)[-1]) + 1))
        for each in RANGES
        if each[:3] not in ("0.0", "255", "128")
    }
    | {"128.0.0.0", "0.0.0.0"}
)


def deny(**conditions: Any) -> Given:
    return {"Name": "no", "Effect": "DENY", **conditions}


def told(draft: AccessDraft) -> set[tuple[str, str, str, str, str]]:
    return {(f.who.user_id or f.who.role_id, f.action, f.place, f.before, f.after) for f in draft.flips}


def request(who: Subject, action: str, address: str) -> Given:
    """Brute force knows nobody without an id: a stranger has one that no rule names."""
    named = {"ImpersonationRoleId": who.role_id} if who.role_id else {"UserId": who.user_id or "a stranger"}
    return {"Action": action, "IpAddress": address, **named}


def effect(rules: list[Given], asked: Given) -> str:
    return brute_force.access(rules, [asked])[0][0]


class TestFlips:
    def test_of_a_denial_for_everybody_outside_the_office(self) -> None:
        draft = AccessDraft([ALL], [ALL, deny(Actions=["IMAP"], NotIpRanges=OFFICE["Office"])], OFFICE)
        assert told(draft) == {("", "IMAP", ELSEWHERE, "ALLOW", "DENY")}

    def test_of_one_person_leave_everybody_else_alone(self) -> None:
        draft = AccessDraft([ALL], [ALL, deny(UserIds=[USERS[0]], Actions=["IMAP", "SMTP"])], OFFICE)
        assert told(draft) == {
            (USERS[0], action, place, "ALLOW", "DENY")
            for action in ("IMAP", "SMTP")
            for place in ("Office", ELSEWHERE)
        }

    def test_of_a_part_of_a_network_are_told_as_such(self) -> None:
        draft = AccessDraft([ALL], [ALL, deny(Actions=["EWS"], IpRanges=["203.0.113.128/25"])], OFFICE)
        assert told(draft) == {("", "EWS", "Office", "ALLOW", PARTLY)}
        assert draft.flips[0].address == "203.0.113.129"

    def test_of_a_role_concern_its_one_protocol(self) -> None:
        draft = AccessDraft([ALL], [ALL, deny(ImpersonationRoleIds=[ROLES[0]])], {})
        assert told(draft) == {(ROLES[0], "EWS", ELSEWHERE, "ALLOW", "DENY")}

    def test_are_none_for_a_rule_that_is_overruled(self) -> None:
        rules = [ALL, deny(Actions=["IMAP"])]
        assert AccessDraft(rules, [*rules, {**ALL, "Name": "more", "Actions": ["IMAP"]}], OFFICE).flips == []

    def test_cost_what_the_named_people_cost(self) -> None:
        """A thousand ranges, a hundred rules, ten people each: the organization's size does not come in."""
        ranges = [f"10.{high}.{low}.0/25" for high in range(4) for low in range(250)]
        rules = [
            {**deny(UserIds=[f"user-{n:05}{m}" for m in range(10)], IpRanges=ranges), "Name": f"rule{n}"}
            for n in range(20)
        ]
        begun = time.perf_counter()
        assert AccessDraft([ALL], [ALL, *rules], OFFICE).flips
        assert time.perf_counter() - begun < 5


class TestLockouts:
    def test_nobody_is_left_without_any_rule(self) -> None:
        draft = AccessDraft([ALL], [], OFFICE)
        assert draft.leaves_nobody
        assert draft.lockouts([USERS[0]]) == [Lockout(EVERYONE), Lockout(Subject(USERS[0]))]

    def test_nobody_is_left_by_a_denial_of_everything(self) -> None:
        assert AccessDraft([ALL], [ALL, deny()], OFFICE).leaves_nobody

    def test_somebody_protected_is_named_alone(self) -> None:
        draft = AccessDraft([ALL], [ALL, deny(UserIds=USERS[:2])], OFFICE)
        assert draft.lockouts([USERS[0]]) == [Lockout(Subject(USERS[0]))]
        assert not draft.leaves_nobody

    def test_everybody_else_is_counted_when_only_some_keep_access(self) -> None:
        draft = AccessDraft([ALL], [{**ALL, "UserIds": [USERS[0]]}], OFFICE)
        assert draft.lockouts([USERS[0]]) == [Lockout(EVERYONE)]
        assert not draft.leaves_nobody

    def test_a_protocol_that_everybody_loses_is_named(self) -> None:
        assert AccessDraft([ALL], [ALL, deny(Actions=["IMAP"])], OFFICE).lockouts([]) == [
            Lockout(EVERYONE, "IMAP")
        ]

    def test_finding_and_sending_alone_are_no_access(self) -> None:
        draft = AccessDraft([ALL], [{**ALL, "Actions": ["AutoDiscover", "SMTP"]}], OFFICE)
        assert Lockout(EVERYONE) in draft.lockouts([])

    def test_the_way_in_is_from_a_named_network_if_it_can_be(self) -> None:
        draft = AccessDraft([ALL], [{**ALL, "Actions": ["WebMail"]}], OFFICE)
        assert draft.way_in(EVERYONE) == ("WebMail", "203.0.113.1")
        assert AccessDraft([ALL], [], OFFICE).way_in(EVERYONE) is None


class TestRulesOfTheSameName:
    def test_are_replaced(self) -> None:
        assert access_simulation.replace_rules([ALL, deny()], deny(Actions=["IMAP"])) == [
            ALL,
            deny(Actions=["IMAP"]),
        ]
        assert access_simulation.remove_rules([ALL, deny()], "no") == [ALL]


class TestAgainstBruteForce:
    def test_every_answer_that_changes_is_found_and_no_other(self) -> None:
        dice, found = Dice(seed=20261126), 0
        for _ in range(SETS):
            before, after = dice.access_rules(), dice.access_rules()
            networks = {"A": dice.some(RANGES), "B": dice.some(RANGES)}
            draft = AccessDraft(before, after, networks)
            for flip in dice.random.sample(draft.flips, min(2, len(draft.flips))):
                asked = request(flip.who, flip.action, flip.address)
                assert effect(after, asked) == flip.effect != effect(before, asked)
                assert inside(flip.address, flip, networks)
            found += sum(check(draft, dice, networks) for _ in range(2))
        assert found > SETS / 10

    def test_the_locked_out_are_found(self) -> None:
        dice, found = Dice(seed=4711), 0
        for _ in range(500):
            before, after = dice.access_rules(), dice.access_rules()
            out = {each.who for each in AccessDraft(before, after, {}).lockouts(USERS) if not each.action}
            for who in (EVERYONE, *map(Subject, USERS)):
                reads = any(
                    effect(after, request(who, action, address)) == "ALLOW"
                    for action in ("ActiveSync", "EWS", "IMAP", "WindowsOutlook", "WebMail")
                    for address in EDGES
                )
                assert (who in out) != reads
                found += not reads
        assert 100 < found < 2400


def check(draft: AccessDraft, dice: Dice, networks: dict[str, list[str]]) -> bool:
    """One random question; whether its answer changes."""
    who = dice.random.choice([EVERYONE, *map(Subject, USERS), *(Subject(role_id=each) for each in ROLES)])
    action = "EWS" if who.role_id else dice.random.choice(ACTIONS)
    address = dice.random.choice(EDGES)
    asked = request(who, action, address)
    answers = effect(_given(draft.before), asked), effect(_given(draft.after), asked)
    row = who if who in draft.named else EVERYONE
    if row != who and who.role_id and action != "EWS":
        return False
    about = [f for f in draft.flips if (f.who, f.action) == (row, action) and inside(address, f, networks)]
    if answers[0] != answers[1]:
        assert about, (asked, draft)
    for flip in about:
        for said, answer in zip((flip.before, flip.after), answers, strict=True):
            assert said in (PARTLY, answer)
    return answers[0] != answers[1]


def inside(address: str, flip: AccessChange, networks: dict[str, list[str]]) -> bool:
    if flip.place == ELSEWHERE:
        return not any(brute_force.hit(ranges, address) for ranges in networks.values())
    return brute_force.hit(networks[flip.place], address)


def _given(rules: Sequence[Rule]) -> list[Given]:
    return [dict(rule) for rule in rules]
