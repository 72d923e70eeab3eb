"""Operations on impersonation roles."""

import secrets
import uuid
from collections import Counter
from dataclasses import replace

from console.sandbox import entity_lookup, rule_evaluation
from console.sandbox.errors import ServiceError, invalid_input_error
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.idempotency import run_once
from console.sandbox.paging import page_of_table
from console.sandbox.rule_evaluation import with_negations
from console.sandbox.rule_records import ImpersonationRole, ImpersonationRule

PAGE_SIZE = 20  # the model lists no more roles at a time, whatever MaxResults says


@handles("CreateImpersonationRole")
def create_impersonation_role(call: Call, params: Params) -> Result:
    return {"ImpersonationRoleId": run_once(call, params, lambda: add_role(call, params))}


def add_role(call: Call, params: Params) -> str:
    """Add a role and return its id, whose form is [unknown]; names need not be unique [inferred]."""
    roles, most = call.store.impersonation_roles, call.store.settings.impersonation_roles
    new = build_role(call, params, str(uuid.uuid4()))
    if roles.count("role", new.organization_id) >= most:
        raise ServiceError("LimitExceededException", f"An organization can have {most} impersonation roles")
    return roles.save(new).role_id


def build_role(call: Call, params: Params, role_id: str) -> ImpersonationRole:
    ids = Counter(each["ImpersonationRuleId"] for each in params["Rules"])
    if any(count > 1 for count in ids.values()):  # [inferred]: an id says which rule matched
        raise invalid_input_error(call.operation, "Two rules have the same ImpersonationRuleId")
    return ImpersonationRole(
        organization_id=call.organization.organization_id,
        role_id=role_id,
        name=params["Name"],
        type=params["Type"],
        description=params.get("Description", ""),
        created=call.now,
        modified=call.now,
        plain_rules=tuple(tuple(build_rule(call, each)) for each in params["Rules"]),
    )


def build_rule(call: Call, given: Params) -> ImpersonationRule:
    """Return the rule with its users by id, however they were named [inferred]."""
    named = {member: given[member] for member in with_negations("TargetUsers") if member in given}
    by_id = {member: [resolve_target(call, each) for each in users] for member, users in named.items()}
    return ImpersonationRule(
        rule_id=given["ImpersonationRuleId"],
        effect=given["Effect"],
        name=given.get("Name") or "",
        description=given.get("Description") or "",
        conditions=rule_evaluation.request_conditions(by_id, rule_evaluation.TARGET_CONDITIONS),
    )


def resolve_target(call: Call, identifier: str) -> str:
    found = entity_lookup.find_by_any_form(call, identifier)
    return entity_lookup.require_user(call, found, identifier).entity_id


@handles("UpdateImpersonationRole")
def update_impersonation_role(call: Call, params: Params) -> None:
    """Replace name, type and all rules; an omitted description is removed [inferred]."""
    earlier = entity_lookup.get_role(call, params["ImpersonationRoleId"])
    changed = build_role(call, params, earlier.role_id)
    call.store.impersonation_roles.save(replace(changed, created=earlier.created))


@handles("DeleteImpersonationRole")
def delete_impersonation_role(call: Call, params: Params) -> None:
    """Delete a role; a missing one is no error, and access control rules keep its id [inferred]."""
    role_id = params["ImpersonationRoleId"]
    call.store.impersonation_roles.delete(f"{call.organization.organization_id}/{role_id}")


@handles("GetImpersonationRole")
def get_impersonation_role(call: Call, params: Params) -> Result:
    role = entity_lookup.get_role(call, params["ImpersonationRoleId"])
    rules = [show_rule(each) for each in role.rules]
    return {**summarize_role(role), "Description": role.description or None, "Rules": rules}


@handles("ListImpersonationRoles")
def list_impersonation_roles(call: Call, params: Params) -> Result:
    """List the roles by name; WorkMail's order is [unknown]."""
    sized = {**params, "MaxResults": min(params.get("MaxResults", PAGE_SIZE), PAGE_SIZE)}
    scope = ("role", call.organization.organization_id)
    roles, token = page_of_table(call, sized, call.store.impersonation_roles, *scope)
    return {"Roles": [summarize_role(role) for role in roles], "NextToken": token}


@handles("GetImpersonationRoleEffect")
def get_impersonation_role_effect(call: Call, params: Params) -> Result:
    role = entity_lookup.get_role(call, params["ImpersonationRoleId"])
    user = entity_lookup.get_user(call, params, "TargetUser")
    verdict = rule_evaluation.evaluate_impersonation(role.rules, user.entity_id)
    matched = [{"ImpersonationRuleId": each.rule_id, "Name": each.name or None} for each in verdict.rules]
    return {"Type": role.type, "Effect": verdict.effect, "MatchedRules": matched}


@handles("AssumeImpersonationRole")
def assume_impersonation_role(call: Call, params: Params) -> Result:
    """Return a token, which is not stored: it is valid for EWS only, which the sandbox lacks."""
    entity_lookup.get_role(call, params["ImpersonationRoleId"])
    return {"Token": secrets.token_urlsafe(96), "ExpiresIn": call.store.settings.impersonation_seconds}


def summarize_role(role: ImpersonationRole) -> Result:
    return {
        "ImpersonationRoleId": role.role_id,
        "Name": role.name,
        "Type": role.type,
        "DateCreated": role.created,
        "DateModified": role.modified,
    }


def show_rule(rule: ImpersonationRule) -> Result:
    return {
        "ImpersonationRuleId": rule.rule_id,
        "Name": rule.name or None,
        "Description": rule.description or None,
        "Effect": rule.effect,
        **rule_evaluation.shown_conditions(rule.conditions),
    }
