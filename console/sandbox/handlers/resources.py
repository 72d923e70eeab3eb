"""Resources: rooms and equipment that people book, and the delegates who answer for them."""

import uuid
from dataclasses import replace
from typing import Any

from console.sandbox import lookup, naming
from console.sandbox.errors import ServiceError
from console.sandbox.handlers.groups import member_type, person_or_group
from console.sandbox.handlers.users import delete
from console.sandbox.listing import filtered
from console.sandbox.lookup import not_found, wrong_state
from console.sandbox.paging import page
from console.sandbox.records import Delegation, Resource
from console.sandbox.registry import Call, Params, Result, handles

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
    naming.require_free(call, params["Name"])
    created = Resource(
        organization_id=call.organization.organization_id,
        entity_id=f"r-{uuid.uuid4().hex}",
        **{field: params[member] for member, field in FIELDS.items() if member in params},
    )
    return {"ResourceId": call.store.entities.save(created).entity_id}


@handles("DescribeResource")
def describe_resource(call: Call, params: Params) -> Result:
    resource = lookup.resource(call, params, deleted=True)
    return {
        **summary(resource),
        "Id": None,
        "ResourceId": resource.entity_id,
        "HiddenFromGlobalAddressList": resource.hidden,
        "BookingOptions": {member: getattr(resource, field) for member, field in BOOKING.items()},
    }


@handles("ListResources")
def list_resources(call: Call, params: Params) -> Result:
    scope, prefix = filtered(call, params, Resource.KIND, FILTERS)
    found, token = page(call, params, call.store.entities, *scope, prefix=prefix)
    return {"Resources": [summary(each) for each in found if isinstance(each, Resource)], "NextToken": token}


@handles("UpdateResource")
def update_resource(call: Call, params: Params) -> None:
    """What is not given stays, an empty description clears [inferred]."""
    resource = lookup.resource(call, params)
    if "Name" in params:
        require_name(call, params["Name"], resource)
    changes = {field: params[member] for member, field in FIELDS.items() if member in params}
    changed = replace(resource, **changes, **booking(params))
    require_answer(call, changed)
    call.store.entities.save(changed)


@handles("DeleteResource")
def delete_resource(call: Call, params: Params) -> None:
    delete(call, params, "ResourceId", Resource)


@handles("AssociateDelegateToResource")
def associate_delegate_to_resource(call: Call, params: Params) -> None:
    """Users and groups [documented], disabled ones too, and again without an error [inferred]."""
    resource, delegate = lookup.resource(call, params), person_or_group(call, params, "EntityId")
    call.store.delegations.save(
        Delegation(
            organization_id=resource.organization_id,
            owner_id=resource.entity_id,
            other_id=delegate.entity_id,
        )
    )


@handles("DisassociateDelegateFromResource")
def disassociate_delegate_from_resource(call: Call, params: Params) -> None:
    """Without automatic acceptance the last delegate must stay [documented]; as which error is [inferred]."""
    resource, delegate = lookup.resource(call, params), person_or_group(call, params, "EntityId")
    if not call.store.delegations.delete(f"{resource.entity_id}/{delegate.entity_id}"):
        raise not_found(params["EntityId"])  # [inferred]
    if not answers(call, resource):
        raise wrong_state(resource, "does not accept requests by itself and needs a delegate")


@handles("ListResourceDelegates")
def list_resource_delegates(call: Call, params: Params) -> Result:
    resource = lookup.resource(call, params)
    links, token = page(call, params, call.store.delegations, "of", resource.entity_id)
    found = [entity for link in links if (entity := call.store.entities.get(link.other_id))]
    delegates = [{"Id": entity.entity_id, "Type": member_type(entity)} for entity in found]
    return {"Delegates": delegates, "NextToken": token}


def booking(params: Params) -> dict[str, Any]:
    """The booking options that the request sets.

    Their members are primitive booleans in the model, unlike the other members of updates, so that one
    which is left out means false [inferred]. Without BookingOptions all stay as they are.
    """
    given = params.get("BookingOptions")
    return {} if given is None else {field: given.get(member, False) for member, field in BOOKING.items()}


def require_name(call: Call, name: str, resource: Resource) -> None:
    """A reserved name is one that is not available [inferred]: UpdateResource lists no other error for it."""
    try:
        naming.require_free(call, name, besides=resource)
    except ServiceError as error:
        raise ServiceError("NameAvailabilityException", error.message) from error


def require_answer(call: Call, resource: Resource) -> None:
    if not answers(call, resource):
        message = "A resource must accept requests by itself or have at least one delegate"
        raise ServiceError("InvalidConfigurationException", message)


def answers(call: Call, resource: Resource) -> bool:
    """Whether anybody or anything answers requests [documented]; declining alone does not count."""
    return resource.auto_accept or call.store.delegations.count("of", resource.entity_id) > 0


def summary(resource: Resource) -> dict[str, Any]:
    """The resource as ListResources shows it."""
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
