"""Impersonation roles: programs that may open the mailboxes of those whom the role's rules allow."""

import secrets
import uuid
from collections import Counter
from dataclasses import replace

from console.sandbox import evaluation, lookup
from console.sandbox.errors import ServiceError, invalid
from console.sandbox.evaluation import with_negations
from console.sandbox.paging import page
from console.sandbox.records_rules import ImpersonationRole, ImpersonationRule
from console.sandbox.registry import Call, Params, Result, handles
from console.sandbox.repeats import once

PAGE = 20  # the model lists no more roles at a time, whatever MaxResults says


@handles("CreateImpersonationRole")
def create_impersonation_role(call: Call, params: Params) -> Result:
    return {"ImpersonationRoleId": once(call, params, lambda: created(call, params))}


def created(call: Call, params: Params) -> str:
    """The id of a new role, whose form is [unknown]; no error forbids a name to be there twice [inferred]."""
    roles, most = call.store.impersonation_roles, call.store.settings.impersonation_roles
    new = wanted(call, params, str(uuid.uuid4()))
    if roles.count("role", new.organization_id) >= most:
        raise ServiceError("LimitExceededException", f"An organization can have {most} impersonation roles")
    return roles.save(new).role_id


def wanted(call: Call, params: Params, role_id: str) -> ImpersonationRole:
    ids = Counter(each["ImpersonationRuleId"] for each in params["Rules"])
    if any(count > 1 for count in ids.values()):  # [inferred]: an id says which rule matched
        raise invalid(call.operation, "Two rules have the same ImpersonationRuleId")
    return ImpersonationRole(
        organization_id=call.organization.organization_id,
        role_id=role_id,
        name=params["Name"],
        type=params["Type"],
        description=params.get("Description", ""),
        created=call.now,
        modified=call.now,
        plain_rules=tuple(tuple(rule(call, each)) for each in params["Rules"]),
    )


def rule(call: Call, given: Params) -> ImpersonationRule:
    """Users that are named otherwise are kept, and shown, by their ids [inferred]."""
    named = {member: given[member] for member in with_negations("TargetUsers") if member in given}
    by_id = {member: [target(call, each) for each in users] for member, users in named.items()}
    return ImpersonationRule(
        rule_id=given["ImpersonationRuleId"],
        effect=given["Effect"],
        name=given.get("Name") or "",
        description=given.get("Description") or "",
        conditions=evaluation.conditions(by_id, evaluation.TARGET),
    )


def target(call: Call, identifier: str) -> str:
    found = lookup.by_any_form(call, identifier)
    return lookup.listed_user(call, found, identifier).entity_id


@handles("UpdateImpersonationRole")
def update_impersonation_role(call: Call, params: Params) -> None:
    """Name, type and all rules are replaced; a description that is not given is gone [inferred]."""
    earlier = lookup.role(call, params["ImpersonationRoleId"])
    changed = wanted(call, params, earlier.role_id)
    call.store.impersonation_roles.save(replace(changed, created=earlier.created))


@handles("DeleteImpersonationRole")
def delete_impersonation_role(call: Call, params: Params) -> None:
    """One that is not there is no error, and access control rules go on naming it [inferred]."""
    role_id = params["ImpersonationRoleId"]
    call.store.impersonation_roles.delete(f"{call.organization.organization_id}/{role_id}")


@handles("GetImpersonationRole")
def get_impersonation_role(call: Call, params: Params) -> Result:
    role = lookup.role(call, params["ImpersonationRoleId"])
    rules = [shown(each) for each in role.rules]
    return {**summary(role), "Description": role.description or None, "Rules": rules}


@handles("ListImpersonationRoles")
def list_impersonation_roles(call: Call, params: Params) -> Result:
    """In order of names; WorkMail's order is [unknown]."""
    sized = {**params, "MaxResults": min(params.get("MaxResults", PAGE), PAGE)}
    scope = ("role", call.organization.organization_id)
    roles, token = page(call, sized, call.store.impersonation_roles, *scope)
    return {"Roles": [summary(role) for role in roles], "NextToken": token}


@handles("GetImpersonationRoleEffect")
def get_impersonation_role_effect(call: Call, params: Params) -> Result:
    role = lookup.role(call, params["ImpersonationRoleId"])
    user = lookup.user(call, params, "TargetUser")
    verdict = evaluation.impersonation(role.rules, user.entity_id)
    matched = [{"ImpersonationRuleId": each.rule_id, "Name": each.name or None} for each in verdict.rules]
    return {"Type": role.type, "Effect": verdict.effect, "MatchedRules": matched}


@handles("AssumeImpersonationRole")
def assume_impersonation_role(call: Call, params: Params) -> Result:
    """A token that nothing here takes, for it is of use for EWS alone; it is kept nowhere."""
    lookup.role(call, params["ImpersonationRoleId"])
    return {"Token": secrets.token_urlsafe(96), "ExpiresIn": call.store.settings.impersonation_seconds}


def summary(role: ImpersonationRole) -> Result:
    return {
        "ImpersonationRoleId": role.role_id,
        "Name": role.name,
        "Type": role.type,
        "DateCreated": role.created,
        "DateModified": role.modified,
    }


def shown(rule: ImpersonationRule) -> Result:
    return {
        "ImpersonationRuleId": rule.rule_id,
        "Name": rule.name or None,
        "Description": rule.description or None,
        "Effect": rule.effect,
        **evaluation.members(rule.conditions),
    }
