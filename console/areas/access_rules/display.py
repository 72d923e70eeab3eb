"""Display of rules, and of what a change of rules does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from console.areas.access_rules.plans import AccessRulePlan
from console.areas.access_rules.rule_groups import RuleGroup
from console.areas.access_rules.wording import RuleWording, join_words
from console.rules.access import ACTIONS
from console.rules.access_simulation import EVERYONE, PARTLY, AccessChange, Lockout, Subject
from console.rules.evaluation import ALLOW, DENY, Rule
from console.web.rule_review import EFFECT_DELAY

EFFECT_LABELS = {ALLOW: "allowed", DENY: "denied", PARTLY: "partly allowed"}
EFFECT_TONES = {ALLOW: "success", DENY: "danger", PARTLY: "warning"}
MAX_ROWS = 200  # of a matrix; nobody reads more
MAX_NAMES = 12  # people of one row who are called by name


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """One answer that changes; empty if it does not."""

    before: str = ""
    after: str = ""
    tone: str = ""

    @classmethod
    def of(cls, flip: AccessChange | None) -> "MatrixCell":
        return (
            cls(EFFECT_LABELS[flip.before], EFFECT_LABELS[flip.after], EFFECT_TONES[flip.after])
            if flip
            else cls()
        )


@dataclass(frozen=True, slots=True)
class MatrixRow:
    who: str
    place: str
    cells: Sequence[MatrixCell]


@dataclass(frozen=True, slots=True)
class ImpactMatrix:
    """The answers that change: `answers` counts them, `left_out` counts the rows beyond `rows`."""

    actions: Sequence[str]
    rows: Sequence[MatrixRow]
    answers: int
    left_out: int = 0


def build_matrix(flips: Sequence[AccessChange], wording: RuleWording, *, alone: bool = False) -> ImpactMatrix:
    """Return the changed answers: users down, protocols across; users with the same changes share rows."""
    actions = [action for action in ACTIONS if any(flip.action == action for flip in flips)]
    flips_by_subject: dict[Subject, dict[str, dict[str, AccessChange]]] = {}
    for flip in flips:
        flips_by_subject.setdefault(flip.who, {}).setdefault(flip.place, {})[flip.action] = flip
    alike: dict[tuple[Any, ...], list[Subject]] = {}
    for who, places in flips_by_subject.items():
        alike.setdefault(_flip_key(places, actions), []).append(who)
    rows = [
        MatrixRow(
            _join_names(people, wording, alone),
            wording.place(place),
            [MatrixCell.of(by.get(action)) for action in actions],
        )
        for people in alike.values()
        for place, by in flips_by_subject[people[0]].items()
    ]
    return ImpactMatrix(actions, rows[:MAX_ROWS], len(flips), max(0, len(rows) - MAX_ROWS))


def _flip_key(places: dict[str, dict[str, AccessChange]], actions: Sequence[str]) -> tuple[Any, ...]:
    return tuple(
        (place, *((by[action].before, by[action].after) if action in by else None for action in actions))
        for place, by in places.items()
    )


def _join_names(people: Sequence[Subject], wording: RuleWording, alone: bool) -> str:
    names = [wording.who(each, alone=alone) for each in people]
    more = len(names) - MAX_NAMES
    text = join_words([*names[:MAX_NAMES], f"{more} more"] if more > 0 else names)
    return text[:1].upper() + text[1:]


def list_warnings(plan: AccessRulePlan) -> list[str]:
    if plan.draft.leaves_nobody:
        return ["Nobody in the whole organization could read mail any more."]
    lost = [each.action for each in plan.lockouts if each.action]
    warnings = [
        _lockout_warning(each, plan.wording, _protected_user_names(plan))
        for each in plan.lockouts
        if not each.action
    ]
    return [*warnings, *([f"Everybody whom no rule names loses {join_words(lost)}."] if lost else [])]


def _lockout_warning(lockout: Lockout, wording: RuleWording, names: dict[str, str]) -> str:
    if lockout.who == EVERYONE:
        return "Everybody whom no rule names, which is nearly everybody, could not read mail any more."
    name = names.get(lockout.who.user_id) or wording.who(lockout.who)
    return f"{name} is protected and could not read mail any more."


def _protected_user_names(plan: AccessRulePlan) -> dict[str, str]:
    return {each.entity_id: str(each) for each in plan.protected}


def list_advice(plan: AccessRulePlan) -> list[str]:
    """Return notes on combinations that are allowed and may not work."""
    halves = plan.draft.half_outlooks
    if not halves:
        return []
    names = _join_names(halves, plan.wording, not plan.draft.named)
    return [
        f"{names}: Outlook for Windows is allowed where AutoDiscover or EWS is not. AWS advises to allow"
        " all three together."
    ]


@dataclass(frozen=True, slots=True)
class RuleDisplay:
    """A rule (or group of parts) in a list; until `by`, WorkMail may not have applied its last change."""

    group: RuleGroup
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


def display_rule(group: RuleGroup, wording: RuleWording) -> RuleDisplay:
    rule = group.whole
    ids = [*(rule.get("UserIds") or ()), *(rule.get("NotUserIds") or ())]
    names = [wording.people.get(each, each) for each in ids if each in wording.people or not wording.hidden]
    unseen = sum(each not in wording.people for each in ids) if wording.hidden else 0
    changed = [each["DateModified"] for each in group.rules if each.get("DateModified")]
    by = max(changed) + EFFECT_DELAY if changed else None
    return RuleDisplay(
        group, wording.sentence(rule), names, unseen, by if by and by > timezone.now() else None
    )
