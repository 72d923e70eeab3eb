"""Rules that name people or roles who are not there any more."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse

from console.areas.impersonation import roles
from console.areas.impersonation.roles import Role
from console.areas.posture.facts import Facts
from console.areas.posture.models import Tone
from console.areas.posture.results import Line, Result, good, wrong
from console.aws import errors
from console.changes.steps import PlannedStep
from console.gateway.gateway import ReadRequest
from console.mirror.models import Entity
from console.plurals import number_of
from console.rules.deciding import Rule

PEOPLE = ("UserIds", "NotUserIds")
ROLES = ("ImpersonationRoleIds", "NotImpersonationRoleIds")
TARGETS = ("TargetUsers", "NotTargetUsers")
MOST_ASKED = 100  # ids of whom WorkMail is asked because the mirror does not know them
DATES = frozenset({"DateCreated", "DateModified"})
RULES, PUT, DELETE = "ListAccessControlRules", "PutAccessControlRule", "DeleteAccessControlRule"
UPDATE = "UpdateImpersonationRole"


def access_rules(facts: Facts) -> Result:
    found = _dangling_rules(facts)
    if not found:
        return good("Everybody whom an access rule names is there.")
    page = reverse("access_rules:list", args=[facts.organization.slug])
    lines = [Line(f"{rule['Name']} names {_listed(gone)}", page) for rule, gone in found]
    told = number_of(len(found), "access rule names", "access rules name")
    return wrong(f"{told} somebody who is not there any more.", lines, len(found), Tone.LOOK)


def cleaning_rules(facts: Facts) -> list[PlannedStep]:
    """A rule that was for nobody else goes: without its last name it would be for everybody."""
    return [_cleaning(rule, gone) for rule, gone in _dangling_rules(facts)]


def _cleaning(rule: Rule, gone: Collection[str]) -> PlannedStep:
    name, seen = str(rule["Name"]), {f"Rule {rule['Name']}": _kept(rule, "Name")}
    left = without(rule, gone, (*PEOPLE, *ROLES))
    if left is None:
        label = f"Delete {name}: it is for nobody who is there"
        return PlannedStep(DELETE, {"Name": name}, label, None, seen)
    return PlannedStep(PUT, _kept(left), f"{name} without {_listed(gone)}", None, seen)


def impersonation_roles(facts: Facts) -> Result:
    found = _dangling_roles(facts)
    if not found:
        return good("Everybody whom an impersonation role names is there.")
    slug = facts.organization.slug
    lines = [
        Line(f"{role.name} names {_listed(gone)}", reverse("impersonation:detail", args=[slug, role.id]))
        for role, gone in found
    ]
    told = number_of(len(found), "impersonation role names", "impersonation roles name")
    return wrong(f"{told} somebody who is not there any more.", lines, len(found), Tone.LOOK)


def cleaning_roles(facts: Facts) -> list[PlannedStep]:
    return [_cleaning_role(role, gone) for role, gone in _dangling_roles(facts)]


def _cleaning_role(role: Role, gone: Collection[str]) -> PlannedStep:
    left = [without(rule, gone, TARGETS) for rule in role.rules]
    told = {name: value for name, value in role.values.items() if value or name != "Description"}
    params = {"ImpersonationRoleId": role.id, **told, "Rules": [rule for rule in left if rule is not None]}
    return PlannedStep(UPDATE, params, f"{role.name} without {_listed(gone)}", None, {"Rules": role.rules})


def without(rule: Rule, gone: Collection[str], members: Iterable[str]) -> dict[str, Any] | None:
    """The rule without these ids, deciding exactly as before; `None` if it is for nobody any more.

    WorkMail takes a list that became empty for no condition at all: of a `Not…` that is what it is.
    """
    left: dict[str, Any] = dict(rule)
    for member in members:
        held = rule.get(member) or []
        kept = [each for each in held if each not in gone]
        if held and not kept and not member.startswith("Not"):
            return None
        left[member] = kept
    return {name: value for name, value in left.items() if value not in ([], None)}


def _dangling_rules(facts: Facts) -> list[tuple[Rule, list[str]]]:
    rules = facts.listed(RULES, "Rules")
    known = {role["ImpersonationRoleId"] for role in facts.listed("ListImpersonationRoles", "Roles")}
    absent = missing(facts, _named(rules, PEOPLE)) | (_named(rules, ROLES) - known)
    return _holding(rules, absent, (*PEOPLE, *ROLES))


def _dangling_roles(facts: Facts) -> list[tuple[Role, list[str]]]:
    listed = [each["ImpersonationRoleId"] for each in facts.listed("ListImpersonationRoles", "Roles")]
    facts.ask([ReadRequest("GetImpersonationRole", {"ImpersonationRoleId": each}) for each in listed])
    shown = [facts.look("GetImpersonationRole", ImpersonationRoleId=each).shown for each in listed]
    found = [Role.of(each) for each in shown]
    absent = missing(facts, {each for role in found for each in roles.named(role.rules)})
    named = ((role, [each for each in roles.named(role.rules) if each in absent]) for role in found)
    return [(role, gone) for role, gone in named if gone]


def missing(facts: Facts, ids: Iterable[str]) -> set[str]:
    """Those among them whom WorkMail does not have: it is asked of all whom the mirror does not know."""
    wanted = set(ids)
    living = Entity.objects.of(facts.organization).filter(entity_id__in=wanted)
    strangers = sorted(wanted - set(living.values_list("entity_id", flat=True)))[:MOST_ASKED]
    answers = facts.ask([ReadRequest("DescribeUser", {"UserId": each}) for each in strangers])
    return {each for each, answer in zip(strangers, answers, strict=True) if _is_gone(answer)}


def _is_gone(answer: Mapping[str, Any] | errors.CallFailed) -> bool:
    """Nothing is taken for gone because AWS did not answer; that raises why."""
    if isinstance(answer, errors.CallFailed):
        if isinstance(answer, errors.Refused) and answer.code == "EntityNotFoundException":
            return True
        raise answer
    return answer.get("State") == Entity.State.DELETED


def _holding(
    rules: Sequence[Rule], absent: Collection[str], members: Sequence[str]
) -> list[tuple[Rule, list[str]]]:
    named = ((rule, sorted(_named([rule], members) & set(absent))) for rule in rules)
    return [(rule, gone) for rule, gone in named if gone]


def _named(rules: Iterable[Rule], members: Sequence[str]) -> set[str]:
    return {each for rule in rules for member in members for each in rule.get(member) or ()}


def _kept(rule: Rule, *apart: str) -> dict[str, Any]:
    """As it is put: AWS sets the dates."""
    left_out = {*DATES, *apart}
    return {
        name: value for name, value in rule.items() if name not in left_out and value not in ("", [], None)
    }


def _listed(ids: Collection[str]) -> str:
    first, *rest = ids
    return f"{first} and {len(rest)} more" if rest else first
