"""Checks of rules that reference deleted users or roles."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse

from console.areas.health_checks.check_data import CheckData
from console.areas.health_checks.definitions import CheckResult, Evidence, failed, passed
from console.areas.health_checks.models import Tone
from console.areas.impersonation import roles
from console.areas.impersonation.roles import ImpersonationRole
from console.aws import errors
from console.changes.steps import PlannedStep
from console.gateway.gateway import ReadRequest
from console.mirror.models import Entity
from console.plurals import number_of
from console.rules.evaluation import Rule

USER_MEMBERS = ("UserIds", "NotUserIds")
ROLE_MEMBERS = ("ImpersonationRoleIds", "NotImpersonationRoleIds")
TARGET_MEMBERS = ("TargetUsers", "NotTargetUsers")
MAX_USER_READS = 100  # ids of whom WorkMail is asked because the mirror does not know them
DATE_MEMBERS = frozenset({"DateCreated", "DateModified"})
LIST_RULES, PUT_RULE, DELETE_RULE = (
    "ListAccessControlRules",
    "PutAccessControlRule",
    "DeleteAccessControlRule",
)
UPDATE_ROLE = "UpdateImpersonationRole"


def check_access_rules(facts: CheckData) -> CheckResult:
    found = _dangling_rules(facts)
    if not found:
        return passed("Everybody whom an access rule names is there.")
    page = reverse("access_rules:list", args=[facts.organization.slug])
    lines = [Evidence(f"{rule['Name']} names {_format_ids(gone)}", page) for rule, gone in found]
    told = number_of(len(found), "access rule names", "access rules name")
    return failed(f"{told} somebody who is not there any more.", lines, len(found), Tone.LOOK)


def plan_rule_cleanup(facts: CheckData) -> list[PlannedStep]:
    """Plan to remove missing ids; delete a rule that would otherwise apply to everyone."""
    return [_rule_cleanup_step(rule, gone) for rule, gone in _dangling_rules(facts)]


def _rule_cleanup_step(rule: Rule, gone: Collection[str]) -> PlannedStep:
    name, seen = str(rule["Name"]), {f"Rule {rule['Name']}": _writable_values(rule, "Name")}
    left = remove_ids(rule, gone, (*USER_MEMBERS, *ROLE_MEMBERS))
    if left is None:
        label = f"Delete {name}: it is for nobody who is there"
        return PlannedStep(DELETE_RULE, {"Name": name}, label, None, seen)
    return PlannedStep(PUT_RULE, _writable_values(left), f"{name} without {_format_ids(gone)}", None, seen)


def check_impersonation_roles(facts: CheckData) -> CheckResult:
    found = _dangling_roles(facts)
    if not found:
        return passed("Everybody whom an impersonation role names is there.")
    slug = facts.organization.slug
    lines = [
        Evidence(
            f"{role.name} names {_format_ids(gone)}", reverse("impersonation:detail", args=[slug, role.id])
        )
        for role, gone in found
    ]
    told = number_of(len(found), "impersonation role names", "impersonation roles name")
    return failed(f"{told} somebody who is not there any more.", lines, len(found), Tone.LOOK)


def plan_role_cleanup(facts: CheckData) -> list[PlannedStep]:
    return [_role_cleanup_step(role, gone) for role, gone in _dangling_roles(facts)]


def _role_cleanup_step(role: ImpersonationRole, gone: Collection[str]) -> PlannedStep:
    left = [remove_ids(rule, gone, TARGET_MEMBERS) for rule in role.rules]
    told = {name: value for name, value in role.values.items() if value or name != "Description"}
    params = {"ImpersonationRoleId": role.id, **told, "Rules": [rule for rule in left if rule is not None]}
    return PlannedStep(
        UPDATE_ROLE, params, f"{role.name} without {_format_ids(gone)}", None, {"Rules": role.rules}
    )


def remove_ids(rule: Rule, gone: Collection[str], members: Iterable[str]) -> dict[str, Any] | None:
    """Return the rule without these ids, deciding as before; `None` if it would apply to nobody.

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


def _dangling_rules(facts: CheckData) -> list[tuple[Rule, list[str]]]:
    rules = facts.listed(LIST_RULES, "Rules")
    known = {role["ImpersonationRoleId"] for role in facts.listed("ListImpersonationRoles", "Roles")}
    absent = find_missing_users(facts, _named_ids(rules, USER_MEMBERS)) | (
        _named_ids(rules, ROLE_MEMBERS) - known
    )
    return _rules_with_missing(rules, absent, (*USER_MEMBERS, *ROLE_MEMBERS))


def _dangling_roles(facts: CheckData) -> list[tuple[ImpersonationRole, list[str]]]:
    listed = [each["ImpersonationRoleId"] for each in facts.listed("ListImpersonationRoles", "Roles")]
    facts.ask([ReadRequest("GetImpersonationRole", {"ImpersonationRoleId": each}) for each in listed])
    shown = [facts.look("GetImpersonationRole", ImpersonationRoleId=each).shown for each in listed]
    found = [ImpersonationRole.of(each) for each in shown]
    absent = find_missing_users(
        facts, {each for role in found for each in roles.iterate_named_users(role.rules)}
    )
    named = (
        (role, [each for each in roles.iterate_named_users(role.rules) if each in absent]) for role in found
    )
    return [(role, gone) for role, gone in named if gone]


def find_missing_users(facts: CheckData, ids: Iterable[str]) -> set[str]:
    """Return the ids that WorkMail does not have; ids unknown to the mirror are read from AWS."""
    wanted = set(ids)
    living = Entity.objects.of(facts.organization).filter(entity_id__in=wanted)
    strangers = sorted(wanted - set(living.values_list("entity_id", flat=True)))[:MAX_USER_READS]
    answers = facts.ask([ReadRequest("DescribeUser", {"UserId": each}) for each in strangers])
    return {each for each, answer in zip(strangers, answers, strict=True) if _is_deleted(answer)}


def _is_deleted(answer: Mapping[str, Any] | errors.CallFailed) -> bool:
    """Return whether the user is deleted; raise the failure if AWS did not answer."""
    if isinstance(answer, errors.CallFailed):
        if isinstance(answer, errors.Refused) and answer.code == "EntityNotFoundException":
            return True
        raise answer
    return answer.get("State") == Entity.State.DELETED


def _rules_with_missing(
    rules: Sequence[Rule], absent: Collection[str], members: Sequence[str]
) -> list[tuple[Rule, list[str]]]:
    named = ((rule, sorted(_named_ids([rule], members) & set(absent))) for rule in rules)
    return [(rule, gone) for rule, gone in named if gone]


def _named_ids(rules: Iterable[Rule], members: Sequence[str]) -> set[str]:
    return {each for rule in rules for member in members for each in rule.get(member) or ()}


def _writable_values(rule: Rule, *apart: str) -> dict[str, Any]:
    """Return the rule's values as a write takes them, without the dates that AWS sets."""
    left_out = {*DATE_MEMBERS, *apart}
    return {
        name: value for name, value in rule.items() if name not in left_out and value not in ("", [], None)
    }


def _format_ids(ids: Collection[str]) -> str:
    first, *rest = ids
    return f"{first} and {len(rest)} more" if rest else first
