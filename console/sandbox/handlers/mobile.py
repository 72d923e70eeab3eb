"""Operations on mobile device access rules and overrides."""

import uuid
from dataclasses import replace

from console.sandbox import entity_lookup, rule_evaluation
from console.sandbox.errors import ServiceError
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.idempotency import run_once
from console.sandbox.paging import page_of_table
from console.sandbox.records import fold_case
from console.sandbox.rule_records import MobileDeviceAccessOverride, MobileDeviceAccessRule

# What a device reports, by the condition that it is held against.
PROPERTIES = {
    "DeviceTypes": "DeviceType",
    "DeviceModels": "DeviceModel",
    "DeviceOperatingSystems": "DeviceOperatingSystem",
    "DeviceUserAgents": "DeviceUserAgent",
}


@handles("CreateMobileDeviceAccessRule")
def create_mobile_device_access_rule(call: Call, params: Params) -> Result:
    return {"MobileDeviceAccessRuleId": run_once(call, params, lambda: add_rule(call, params))}


def add_rule(call: Call, params: Params) -> str:
    """Add a rule and return its id, whose form is [unknown]; names need not be unique [inferred]."""
    rules, organization_id = call.store.mobile_rules, call.organization.organization_id
    most = call.store.settings.mobile_device_access_rules
    if rules.count("rule", organization_id) >= most:
        message = f"An organization can have {most} mobile device access rules"
        raise ServiceError("LimitExceededException", message)
    return rules.save(build_rule(call, params, uuid.uuid4().hex)).rule_id


def build_rule(call: Call, params: Params, rule_id: str) -> MobileDeviceAccessRule:
    return MobileDeviceAccessRule(
        organization_id=call.organization.organization_id,
        rule_id=rule_id,
        name=params["Name"],
        effect=params["Effect"],
        description=params.get("Description", ""),
        created=call.now,
        modified=call.now,
        conditions=rule_evaluation.request_conditions(params, rule_evaluation.DEVICE_CONDITIONS),
    )


@handles("UpdateMobileDeviceAccessRule")
def update_mobile_device_access_rule(call: Call, params: Params) -> None:
    """Replace the whole rule; omitted conditions and description are removed [inferred]."""
    rule_id = params["MobileDeviceAccessRuleId"]
    earlier = call.store.mobile_rules.get(f"{call.organization.organization_id}/{rule_id}")
    if earlier is None:
        raise ServiceError("EntityNotFoundException", f"There is no mobile device access rule {rule_id}")
    call.store.mobile_rules.save(replace(build_rule(call, params, rule_id), created=earlier.created))


@handles("DeleteMobileDeviceAccessRule")
def delete_mobile_device_access_rule(call: Call, params: Params) -> None:
    """Delete a rule; a missing one is no error [documented]."""
    rule_id = params["MobileDeviceAccessRuleId"]
    call.store.mobile_rules.delete(f"{call.organization.organization_id}/{rule_id}")


@handles("ListMobileDeviceAccessRules")
def list_mobile_device_access_rules(call: Call, params: Params) -> Result:
    """List the rules by name; WorkMail's order is [unknown]."""
    return {"Rules": [show_rule(rule) for rule in organization_rules(call)]}


@handles("GetMobileDeviceAccessEffect")
def get_mobile_device_access_effect(call: Call, params: Params) -> Result:
    """Evaluate the rules; overrides do not count, since no user or device is named [documented]."""
    properties = {condition: params.get(member) for condition, member in PROPERTIES.items()}
    verdict = rule_evaluation.evaluate_device(organization_rules(call), properties)
    matched = [{"MobileDeviceAccessRuleId": rule.rule_id, "Name": rule.name} for rule in verdict.rules]
    return {"Effect": verdict.effect, "MatchedRules": matched}


def organization_rules(call: Call) -> list[MobileDeviceAccessRule]:
    return call.store.mobile_rules.all("rule", call.organization.organization_id)


def show_rule(rule: MobileDeviceAccessRule) -> Result:
    return {
        "MobileDeviceAccessRuleId": rule.rule_id,
        "Name": rule.name,
        "Description": rule.description or None,
        "Effect": rule.effect,
        **rule_evaluation.shown_conditions(rule.conditions),
        "DateCreated": rule.created,
        "DateModified": rule.modified,
    }


@handles("PutMobileDeviceAccessOverride")
def put_mobile_device_access_override(call: Call, params: Params) -> None:
    """Add or replace the override; an omitted description is removed [inferred]."""
    user = entity_lookup.get_user(call, params)
    new = MobileDeviceAccessOverride(
        organization_id=user.organization_id,
        owner_id=user.entity_id,
        device_id=params["DeviceId"],  # in the latest spelling [unknown]
        effect=params["Effect"],
        description=params.get("Description", ""),
        created=call.now,
        modified=call.now,
    )
    earlier = call.store.mobile_overrides.get(new.key)
    call.store.mobile_overrides.save(replace(new, created=earlier.created) if earlier else new)


@handles("DeleteMobileDeviceAccessOverride")
def delete_mobile_device_access_override(call: Call, params: Params) -> None:
    """Delete an override; a missing one is no error [documented]."""
    call.store.mobile_overrides.delete(override_key(call, params))


@handles("GetMobileDeviceAccessOverride")
def get_mobile_device_access_override(call: Call, params: Params) -> Result:
    override = call.store.mobile_overrides.get(override_key(call, params))
    if override is None:
        raise ServiceError("ResourceNotFoundException", f"There is no override for {params['DeviceId']}")
    return show_override(override)


@handles("ListMobileDeviceAccessOverrides")
def list_mobile_device_access_overrides(call: Call, params: Params) -> Result:
    """List overrides of the organization, a user, a device or both, by id [unknown]."""
    overrides, token = page_of_table(call, params, call.store.mobile_overrides, *override_scope(call, params))
    return {"Overrides": [show_override(each) for each in overrides], "NextToken": token}


def override_scope(call: Call, params: Params) -> tuple[str, ...]:
    organization_id = call.organization.organization_id
    user_id = entity_lookup.get_user(call, params).entity_id if "UserId" in params else None
    device = fold_case(params["DeviceId"]) if "DeviceId" in params else None
    if user_id is None:
        return ("device", organization_id, device) if device else ("organization", organization_id)
    return ("one", user_id, device) if device else ("of", user_id)


def override_key(call: Call, params: Params) -> str:
    return f"{entity_lookup.get_user(call, params).entity_id}/{fold_case(params['DeviceId'])}"


def show_override(override: MobileDeviceAccessOverride) -> Result:
    return {
        "UserId": override.owner_id,
        "DeviceId": override.device_id,
        "Effect": override.effect,
        "Description": override.description or None,
        "DateCreated": override.created,
        "DateModified": override.modified,
    }
