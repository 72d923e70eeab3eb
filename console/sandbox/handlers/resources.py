"""Operations on resources and their delegates."""

import uuid
from dataclasses import replace
from typing import Any

from console.sandbox import entity_lookup, requirements
from console.sandbox.entity_lookup import not_found_error, wrong_state_error
from console.sandbox.errors import ServiceError
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.handlers.groups import get_user_or_group, member_type
from console.sandbox.handlers.users import delete_entity
from console.sandbox.paging import filter_listing, page_of_table
from console.sandbox.records import Delegation, Resource

FILTERS = {"NamePrefix": "name", "PrimaryEmailPrefix": "email", "State": "state"}
FIELDS = {
    "Name": "name",
    "Type": "type",
    "Description": "description",
    "HiddenFromGlobalAddressList": "hidden",
}
BOOKING = {
    "AutoAcceptRequests": "auto_accept",
    "AutoDeclineRecurringRequests": "auto_decline_recurring",
    "AutoDeclineConflictingRequests": "auto_decline_conflicting",
}


@handles("CreateResource")
def create_resource(call: Call, params: Params) -> Result:
    requirements.require_free_name(call, params["Name"])
    created = Resource(
        organization_id=call.organization.organization_id,
        entity_id=f"r-{uuid.uuid4().hex}",
        **{field: params[member] for member, field in FIELDS.items() if member in params},
    )
    return {"ResourceId": call.store.entities.save(created).entity_id}


@handles("DescribeResource")
def describe_resource(call: Call, params: Params) -> Result:
    resource = entity_lookup.get_resource(call, params, deleted=True)
    return {
        **summarize_resource(resource),
        "Id": None,
        "ResourceId": resource.entity_id,
        "HiddenFromGlobalAddressList": resource.hidden,
        "BookingOptions": {member: getattr(resource, field) for member, field in BOOKING.items()},
    }


@handles("ListResources")
def list_resources(call: Call, params: Params) -> Result:
    scope, prefix = filter_listing(call, params, Resource.KIND, FILTERS)
    found, token = page_of_table(call, params, call.store.entities, *scope, prefix=prefix)
    return {
        "Resources": [summarize_resource(each) for each in found if isinstance(each, Resource)],
        "NextToken": token,
    }


@handles("UpdateResource")
def update_resource(call: Call, params: Params) -> None:
    """Update a resource; omitted members stay, an empty description clears [inferred]."""
    resource = entity_lookup.get_resource(call, params)
    if "Name" in params:
        require_name(call, params["Name"], resource)
    changes = {field: params[member] for member, field in FIELDS.items() if member in params}
    changed = replace(resource, **changes, **booking_options(params))
    require_answering(call, changed)
    call.store.entities.save(changed)


@handles("DeleteResource")
def delete_resource(call: Call, params: Params) -> None:
    delete_entity(call, params, "ResourceId", Resource)


@handles("AssociateDelegateToResource")
def associate_delegate_to_resource(call: Call, params: Params) -> None:
    """Add a user or group as delegate [documented]; disabled or existing ones are no error [inferred]."""
    resource, delegate = entity_lookup.get_resource(call, params), get_user_or_group(call, params, "EntityId")
    call.store.delegations.save(
        Delegation(
            organization_id=resource.organization_id,
            owner_id=resource.entity_id,
            other_id=delegate.entity_id,
        )
    )


@handles("DisassociateDelegateFromResource")
def disassociate_delegate_from_resource(call: Call, params: Params) -> None:
    """Remove a delegate unless it must stay as the last one [documented]; the error is [inferred]."""
    resource, delegate = entity_lookup.get_resource(call, params), get_user_or_group(call, params, "EntityId")
    if not call.store.delegations.delete(f"{resource.entity_id}/{delegate.entity_id}"):
        raise not_found_error(params["EntityId"])  # [inferred]
    if not has_answer(call, resource):
        raise wrong_state_error(resource, "does not accept requests by itself and needs a delegate")


@handles("ListResourceDelegates")
def list_resource_delegates(call: Call, params: Params) -> Result:
    resource = entity_lookup.get_resource(call, params)
    links, token = page_of_table(call, params, call.store.delegations, "of", resource.entity_id)
    found = [entity for link in links if (entity := call.store.entities.get(link.other_id))]
    delegates = [{"Id": entity.entity_id, "Type": member_type(entity)} for entity in found]
    return {"Delegates": delegates, "NextToken": token}


def booking_options(params: Params) -> dict[str, Any]:
    """Return the booking options that the request sets.

    Their members are primitive booleans in the model, unlike the other members of updates, so that one
    which is left out means false [inferred]. Without BookingOptions all stay as they are.
    """
    given = params.get("BookingOptions")
    return {} if given is None else {field: given.get(member, False) for member, field in BOOKING.items()}


def require_name(call: Call, name: str, resource: Resource) -> None:
    """Raise if the name is taken or reserved; UpdateResource lists no error for the latter [inferred]."""
    try:
        requirements.require_free_name(call, name, besides=resource)
    except ServiceError as error:
        raise ServiceError("NameAvailabilityException", error.message) from error


def require_answering(call: Call, resource: Resource) -> None:
    if not has_answer(call, resource):
        message = "A resource must accept requests by itself or have at least one delegate"
        raise ServiceError("InvalidConfigurationException", message)


def has_answer(call: Call, resource: Resource) -> bool:
    """Return whether a delegate or automatic acceptance answers requests [documented]."""
    return resource.auto_accept or call.store.delegations.count("of", resource.entity_id) > 0


def summarize_resource(resource: Resource) -> dict[str, Any]:
    """Return the resource as ListResources shows it."""
    return {
        "Id": resource.entity_id,
        "Email": resource.email or None,
        "Name": resource.name,
        "Type": resource.type,
        "State": resource.state,
        "EnabledDate": resource.enabled,
        "DisabledDate": resource.disabled,
        "Description": resource.description or None,
    }
