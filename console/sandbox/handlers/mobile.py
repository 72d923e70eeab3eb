"""Mobile device access rules, and overrides of them for one device of one user."""

import uuid
from dataclasses import replace

from console.sandbox import evaluation, lookup
from console.sandbox.errors import ServiceError
from console.sandbox.paging import page
from console.sandbox.records import folded
from console.sandbox.records_rules import MobileDeviceAccessOverride, MobileDeviceAccessRule
from console.sandbox.registry import Call, Params, Result, handles
from console.sandbox.repeats import once

# What a device reports, by the condition that it is held against.
PROPERTIES = {
    "DeviceTypes": "DeviceType",
    "DeviceModels": "DeviceModel",
    "DeviceOperatingSystems": "DeviceOperatingSystem",
    "DeviceUserAgents": "DeviceUserAgent",
}


@handles("CreateMobileDeviceAccessRule")
def create_mobile_device_access_rule(call: Call, params: Params) -> Result:
    return {"MobileDeviceAccessRuleId": once(call, params, lambda: created(call, params))}


def created(call: Call, params: Params) -> str:
    """The id of a new rule, whose form is [unknown]; no error forbids a name to be there twice [inferred]."""
    rules, organization_id = call.store.mobile_rules, call.organization.organization_id
    most = call.store.settings.mobile_device_access_rules
    if rules.count("rule", organization_id) >= most:
        message = f"An organization can have {most} mobile device access rules"
        raise ServiceError("LimitExceededException", message)
    return rules.save(wanted(call, params, uuid.uuid4().hex)).rule_id


def wanted(call: Call, params: Params, rule_id: str) -> MobileDeviceAccessRule:
    return MobileDeviceAccessRule(
        organization_id=call.organization.organization_id,
        rule_id=rule_id,
        name=params["Name"],
        effect=params["Effect"],
        description=params.get("Description", ""),
        created=call.now,
        modified=call.now,
        conditions=evaluation.conditions(params, evaluation.DEVICE),
    )


@handles("UpdateMobileDeviceAccessRule")
def update_mobile_device_access_rule(call: Call, params: Params) -> None:
    """The whole rule is replaced: a condition or description that is not given is gone [inferred]."""
    rule_id = params["MobileDeviceAccessRuleId"]
    earlier = call.store.mobile_rules.get(f"{call.organization.organization_id}/{rule_id}")
    if earlier is None:
        raise ServiceError("EntityNotFoundException", f"There is no mobile device access rule {rule_id}")
    call.store.mobile_rules.save(replace(wanted(call, params, rule_id), created=earlier.created))


@handles("DeleteMobileDeviceAccessRule")
def delete_mobile_device_access_rule(call: Call, params: Params) -> None:
    """One that is not there is no error [documented]."""
    rule_id = params["MobileDeviceAccessRuleId"]
    call.store.mobile_rules.delete(f"{call.organization.organization_id}/{rule_id}")


@handles("ListMobileDeviceAccessRules")
def list_mobile_device_access_rules(call: Call, params: Params) -> Result:
    """In order of names; WorkMail's order is [unknown]."""
    return {"Rules": [shown(rule) for rule in rules_of(call)]}


@handles("GetMobileDeviceAccessEffect")
def get_mobile_device_access_effect(call: Call, params: Params) -> Result:
    """Of the rules alone: the request names neither user nor device, so no override counts [documented]."""
    properties = {condition: params.get(member) for condition, member in PROPERTIES.items()}
    verdict = evaluation.device(rules_of(call), properties)
    matched = [{"MobileDeviceAccessRuleId": rule.rule_id, "Name": rule.name} for rule in verdict.rules]
    return {"Effect": verdict.effect, "MatchedRules": matched}


def rules_of(call: Call) -> list[MobileDeviceAccessRule]:
    return call.store.mobile_rules.all("rule", call.organization.organization_id)


def shown(rule: MobileDeviceAccessRule) -> Result:
    return {
        "MobileDeviceAccessRuleId": rule.rule_id,
        "Name": rule.name,
        "Description": rule.description or None,
        "Effect": rule.effect,
        **evaluation.members(rule.conditions),
        "DateCreated": rule.created,
        "DateModified": rule.modified,
    }


@handles("PutMobileDeviceAccessOverride")
def put_mobile_device_access_override(call: Call, params: Params) -> None:
    """It replaces the one that there was; a description that is not given is gone [inferred]."""
    user = lookup.user(call, params)
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
    """One that is not there is no error [documented]."""
    call.store.mobile_overrides.delete(override_key(call, params))


@handles("GetMobileDeviceAccessOverride")
def get_mobile_device_access_override(call: Call, params: Params) -> Result:
    override = call.store.mobile_overrides.get(override_key(call, params))
    if override is None:
        raise ServiceError("ResourceNotFoundException", f"There is no override for {params['DeviceId']}")
    return shown_override(override)


@handles("ListMobileDeviceAccessOverrides")
def list_mobile_device_access_overrides(call: Call, params: Params) -> Result:
    """Of the organization, of a user, of a device, or of both; in an order of ids [unknown]."""
    overrides, token = page(call, params, call.store.mobile_overrides, *scope(call, params))
    return {"Overrides": [shown_override(each) for each in overrides], "NextToken": token}


def scope(call: Call, params: Params) -> tuple[str, ...]:
    organization_id = call.organization.organization_id
    user_id = lookup.user(call, params).entity_id if "UserId" in params else None
    device = folded(params["DeviceId"]) if "DeviceId" in params else None
    if user_id is None:
        return ("device", organization_id, device) if device else ("organization", organization_id)
    return ("one", user_id, device) if device else ("of", user_id)


def override_key(call: Call, params: Params) -> str:
    return f"{lookup.user(call, params).entity_id}/{folded(params['DeviceId'])}"


def shown_override(override: MobileDeviceAccessOverride) -> Result:
    return {
        "UserId": override.owner_id,
        "DeviceId": override.device_id,
        "Effect": override.effect,
        "Description": override.description or None,
        "DateCreated": override.created,
        "DateModified": override.modified,
    }
