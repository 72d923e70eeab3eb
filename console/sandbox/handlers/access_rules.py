"""Operations on access control rules."""

from collections.abc import Iterable

from console.sandbox import entity_lookup, rule_evaluation
from console.sandbox.errors import ServiceError, invalid_input_error
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.records import AccessControlRule
from console.sandbox.rule_evaluation import with_negations

# All protocols there are [documented]; that others are refused, and other spellings, is [inferred].
ACTIONS = ("ActiveSync", "AutoDiscover", "EWS", "IMAP", "SMTP", "WindowsOutlook", "WebMail")
ROLE_ACTION = "EWS"  # the one protocol of impersonation roles [documented]


@handles("PutAccessControlRule")
def put_access_control_rule(call: Call, params: Params) -> None:
    """Add or replace the rule of this name [documented]; its creation date stays [inferred]."""
    require_valid_rule(call, params)
    rules, organization_id = call.store.access_control_rules, call.organization.organization_id
    earlier = rules.get(f"{organization_id}/{params['Name']}")
    most = call.store.settings.access_control_rules
    if earlier is None and rules.count("rule", organization_id) >= most:
        raise ServiceError("LimitExceededException", f"An organization can have {most} access control rules")
    new = AccessControlRule(
        organization_id=organization_id,
        name=params["Name"],
        effect=params["Effect"],
        description=params["Description"],
        created=earlier.created if earlier else call.now,
        modified=call.now,
        conditions=rule_evaluation.request_conditions(params, rule_evaluation.ACCESS_CONDITIONS),
    )
    rules.save(new)


def require_valid_rule(call: Call, params: Params) -> None:
    """Raise unless the protocols, users and roles of a rule exist; users are named by id only."""
    for member in with_negations("Actions"):
        require_actions(call, params.get(member, []))
    for member in with_negations("UserIds"):
        for user_id in params.get(member, []):
            entity_lookup.require_user(call, entity_lookup.find_by_id(call, user_id), user_id)
    for member in with_negations("ImpersonationRoleIds"):
        for role_id in params.get(member, []):
            entity_lookup.get_role(call, role_id)


def require_actions(call: Call, actions: Iterable[str]) -> None:
    for action in actions:
        if action not in ACTIONS:
            raise invalid_input_error(
                call.operation, f"Action must be one of {', '.join(ACTIONS)}, not {action}"
            )


@handles("DeleteAccessControlRule")
def delete_access_control_rule(call: Call, params: Params) -> None:
    """Delete a rule; a missing one is no error [documented]."""
    call.store.access_control_rules.delete(f"{call.organization.organization_id}/{params['Name']}")


@handles("ListAccessControlRules")
def list_access_control_rules(call: Call, params: Params) -> Result:
    """List the rules by name; WorkMail's order is [unknown]."""
    return {"Rules": [show_rule(rule) for rule in organization_rules(call)]}


@handles("GetAccessControlEffect")
def get_access_control_effect(call: Call, params: Params) -> Result:
    """Evaluate the rules alone, for disabled users too [inferred]."""
    require_actions(call, [params["Action"]])
    role_id, user_id = params.get("ImpersonationRoleId"), params.get("UserId")
    if (role_id is None) == (user_id is None):
        raise invalid_input_error(call.operation, "Either UserId or ImpersonationRoleId is required")
    if role_id is not None:
        require_role(call, role_id, params["Action"])
    else:
        entity_lookup.get_user(call, params)
    verdict = rule_evaluation.evaluate_access(
        organization_rules(call),
        action=params["Action"],
        address=params["IpAddress"],
        user_id=user_id,
        role_id=role_id,
    )
    return {"Effect": verdict.effect, "MatchedRules": [rule.name for rule in verdict.rules]}


def require_role(call: Call, role_id: str, action: str) -> None:
    if action != ROLE_ACTION:
        raise invalid_input_error(call.operation, f"An impersonation role can use {ROLE_ACTION} alone")
    entity_lookup.get_role(call, role_id)


def organization_rules(call: Call) -> list[AccessControlRule]:
    return call.store.access_control_rules.all("rule", call.organization.organization_id)


def show_rule(rule: AccessControlRule) -> Result:
    return {
        "Name": rule.name,
        "Effect": rule.effect,
        "Description": rule.description,
        "DateCreated": rule.created,
        "DateModified": rule.modified,
        **rule_evaluation.shown_conditions(rule.conditions),
    }
