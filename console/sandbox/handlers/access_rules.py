"""Access control rules: who may reach a mailbox by which protocol and from where."""

from console.sandbox.records import AccessControlRule
from console.sandbox.registry import Call, Params, Result, handles


@handles("ListAccessControlRules")
def list_access_control_rules(call: Call, params: Params) -> Result:
    rules = call.store.access_control_rules.all("rule", call.organization.organization_id)
    return {"Rules": [shown(rule) for rule in rules]}


def shown(rule: AccessControlRule) -> Result:
    return {
        "Name": rule.name,
        "Effect": rule.effect,
        "Description": rule.description,
        "DateCreated": rule.created,
        "DateModified": rule.modified,
        **{member: list(values) for member, values in rule.conditions},
    }
