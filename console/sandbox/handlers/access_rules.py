"""Access control rules: who may reach a mailbox by which protocol and from where."""

from collections.abc import Iterable

from console.sandbox import evaluation, lookup
from console.sandbox.errors import ServiceError, invalid
from console.sandbox.evaluation import with_negations
from console.sandbox.records import AccessControlRule
from console.sandbox.registry import Call, Params, Result, handles

# All protocols there are [documented]; that others are refused, and other spellings, is [inferred].
ACTIONS = ("ActiveSync", "AutoDiscover", "EWS", "IMAP", "SMTP", "WindowsOutlook", "WebMail")
ROLE_ACTION = "EWS"  # the one protocol of impersonation roles [documented]


@handles("PutAccessControlRule")
def put_access_control_rule(call: Call, params: Params) -> None:
    """A rule of the same name is replaced [documented]; that the day of its creation stays is [inferred]."""
    require_possible(call, params)
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
        conditions=evaluation.conditions(params, evaluation.ACCESS),
    )
    rules.save(new)


def require_possible(call: Call, params: Params) -> None:
    """Protocols, users and roles that a rule names exist; users are named by their ids alone."""
    for member in with_negations("Actions"):
        require_actions(call, params.get(member, []))
    for member in with_negations("UserIds"):
        for user_id in params.get(member, []):
            lookup.listed_user(call, lookup.by_id(call, user_id), user_id)
    for member in with_negations("ImpersonationRoleIds"):
        for role_id in params.get(member, []):
            lookup.role(call, role_id)


def require_actions(call: Call, actions: Iterable[str]) -> None:
    for action in actions:
        if action not in ACTIONS:
            raise invalid(call.operation, f"Action must be one of {', '.join(ACTIONS)}, not {action}")


@handles("DeleteAccessControlRule")
def delete_access_control_rule(call: Call, params: Params) -> None:
    """One that is not there is no error [documented]."""
    call.store.access_control_rules.delete(f"{call.organization.organization_id}/{params['Name']}")


@handles("ListAccessControlRules")
def list_access_control_rules(call: Call, params: Params) -> Result:
    """In order of names; WorkMail's order is [unknown]."""
    return {"Rules": [shown(rule) for rule in rules_of(call)]}


@handles("GetAccessControlEffect")
def get_access_control_effect(call: Call, params: Params) -> Result:
    """Of somebody disabled too: the rules alone are asked [inferred]."""
    require_actions(call, [params["Action"]])
    role_id, user_id = params.get("ImpersonationRoleId"), params.get("UserId")
    if (role_id is None) == (user_id is None):
        raise invalid(call.operation, "Either UserId or ImpersonationRoleId is required")
    if role_id is not None:
        require_role(call, role_id, params["Action"])
    else:
        lookup.user(call, params)
    verdict = evaluation.access(
        rules_of(call), action=params["Action"], address=params["IpAddress"], user_id=user_id, role_id=role_id
    )
    return {"Effect": verdict.effect, "MatchedRules": [rule.name for rule in verdict.rules]}


def require_role(call: Call, role_id: str, action: str) -> None:
    if action != ROLE_ACTION:
        raise invalid(call.operation, f"An impersonation role can use {ROLE_ACTION} alone")
    lookup.role(call, role_id)


def rules_of(call: Call) -> list[AccessControlRule]:
    return call.store.access_control_rules.all("rule", call.organization.organization_id)


def shown(rule: AccessControlRule) -> Result:
    return {
        "Name": rule.name,
        "Effect": rule.effect,
        "Description": rule.description,
        "DateCreated": rule.created,
        "DateModified": rule.modified,
        **evaluation.members(rule.conditions),
    }
