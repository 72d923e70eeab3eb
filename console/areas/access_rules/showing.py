"""What a plan does, as a matrix: people and networks down, protocols across, only what flips."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from console.areas.access_rules.grouping import Group
from console.areas.access_rules.planning import Plan
from console.areas.access_rules.wording import Wording, listed
from console.rules.access import ACTIONS
from console.rules.access_draft import EVERYBODY, PARTLY, Flip, Lockout, Who
from console.rules.deciding import ALLOW, DENY, Rule
from console.web.rule_review import EFFECT_DELAY

SAID = {ALLOW: "allowed", DENY: "denied", PARTLY: "partly allowed"}
TONES = {ALLOW: "success", DENY: "danger", PARTLY: "warning"}
ROWS = 200  # of a matrix; nobody reads more
NAMED = 12  # people of one row who are called by name


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer that flips; nothing in it where none does."""

    before: str = ""
    after: str = ""
    tone: str = ""

    @classmethod
    def of(cls, flip: Flip | None) -> "Cell":
        return cls(SAID[flip.before], SAID[flip.after], TONES[flip.after]) if flip else cls()


@dataclass(frozen=True, slots=True)
class Row:
    who: str
    place: str
    cells: Sequence[Cell]


@dataclass(frozen=True, slots=True)
class Matrix:
    """`left_out` are the rows beyond those that are shown; `answers` counts every answer that flips."""

    actions: Sequence[str]
    rows: Sequence[Row]
    answers: int
    left_out: int = 0


def matrix(flips: Sequence[Flip], wording: Wording, *, alone: bool = False) -> Matrix:
    """People whose answers flip alike share their rows."""
    actions = [action for action in ACTIONS if any(flip.action == action for flip in flips)]
    told: dict[Who, dict[str, dict[str, Flip]]] = {}
    for flip in flips:
        told.setdefault(flip.who, {}).setdefault(flip.place, {})[flip.action] = flip
    alike: dict[tuple[Any, ...], list[Who]] = {}
    for who, places in told.items():
        alike.setdefault(_key(places, actions), []).append(who)
    rows = [
        Row(
            _names(people, wording, alone),
            wording.place(place),
            [Cell.of(by.get(action)) for action in actions],
        )
        for people in alike.values()
        for place, by in told[people[0]].items()
    ]
    return Matrix(actions, rows[:ROWS], len(flips), max(0, len(rows) - ROWS))


def _key(places: dict[str, dict[str, Flip]], actions: Sequence[str]) -> tuple[Any, ...]:
    return tuple(
        (place, *((by[action].before, by[action].after) if action in by else None for action in actions))
        for place, by in places.items()
    )


def _names(people: Sequence[Who], wording: Wording, alone: bool) -> str:
    names = [wording.who(each, alone=alone) for each in people]
    more = len(names) - NAMED
    said = listed([*names[:NAMED], f"{more} more"] if more > 0 else names)
    return said[:1].upper() + said[1:]


def warnings(plan: Plan) -> list[str]:
    """Whom the change leaves without access, in whole sentences, the worst first."""
    if plan.draft.leaves_nobody:
        return ["Nobody in the whole organization could read mail any more."]
    lost = [each.action for each in plan.lockouts if each.action]
    found = [_locked_out(each, plan.wording, _names_of(plan)) for each in plan.lockouts if not each.action]
    return [*found, *([f"Everybody whom no rule names loses {listed(lost)}."] if lost else [])]


def _locked_out(lockout: Lockout, wording: Wording, names: dict[str, str]) -> str:
    if lockout.who == EVERYBODY:
        return "Everybody whom no rule names, which is nearly everybody, could not read mail any more."
    name = names.get(lockout.who.user_id) or wording.who(lockout.who)
    return f"{name} is protected and could not read mail any more."


def _names_of(plan: Plan) -> dict[str, str]:
    return {each.entity_id: str(each) for each in plan.protected}


def advice(plan: Plan) -> list[str]:
    """What works as asked and may still surprise."""
    halves = plan.draft.half_outlooks
    if not halves:
        return []
    names = _names(halves, plan.wording, not plan.draft.named)
    return [
        f"{names}: Outlook for Windows is allowed where AutoDiscover or EWS is not. AWS advises to allow"
        " all three together."
    ]


@dataclass(frozen=True, slots=True)
class Shown:
    """A rule, or several that are one, in a list: `by` is until when WorkMail may still follow a change."""

    group: Group
    sentence: str
    people: list[str]
    unseen: int
    by: datetime | None

    @property
    def rule(self) -> Rule:
        return self.group.whole

    @property
    def allows(self) -> bool:
        return bool(self.rule["Effect"] == ALLOW)


def shown(group: Group, wording: Wording) -> Shown:
    rule = group.whole
    ids = [*(rule.get("UserIds") or ()), *(rule.get("NotUserIds") or ())]
    names = [wording.people.get(each, each) for each in ids if each in wording.people or not wording.hidden]
    unseen = sum(each not in wording.people for each in ids) if wording.hidden else 0
    changed = [each["DateModified"] for each in group.rules if each.get("DateModified")]
    by = max(changed) + EFFECT_DELAY if changed else None
    return Shown(group, wording.sentence(rule), names, unseen, by if by and by > timezone.now() else None)
