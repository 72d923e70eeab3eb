"""Operations on groups and their members."""

import uuid
from dataclasses import replace
from typing import Any

from console.sandbox import entity_lookup, requirements
from console.sandbox.entity_lookup import not_found_error, require_enabled
from console.sandbox.errors import invalid_input_error
from console.sandbox.handler_registry import Call, Params, Result, handles
from console.sandbox.handlers.users import delete_entity
from console.sandbox.paging import filter_listing, page_of_table, page_of_values
from console.sandbox.records import Entity, Group, Membership, User, fold_case, sort_value

FILTERS = {"NamePrefix": "name", "PrimaryEmailPrefix": "email", "State": "state"}


@handles("CreateGroup")
def create_group(call: Call, params: Params) -> Result:
    requirements.require_free_name(call, params["Name"])
    created = Group(
        organization_id=call.organization.organization_id,
        entity_id=str(uuid.uuid4()),
        name=params["Name"],
        hidden=params.get("HiddenFromGlobalAddressList", False),
    )
    return {"GroupId": call.store.entities.save(created).entity_id}


@handles("DescribeGroup")
def describe_group(call: Call, params: Params) -> Result:
    group = entity_lookup.get_group(call, params, deleted=True)
    hidden = {"GroupId": group.entity_id, "HiddenFromGlobalAddressList": group.hidden}
    return {**summarize_group(group), **hidden, "Id": None}


@handles("ListGroups")
def list_groups(call: Call, params: Params) -> Result:
    scope, prefix = filter_listing(call, params, Group.KIND, FILTERS)
    groups, token = page_of_table(call, params, call.store.entities, *scope, prefix=prefix)
    return {"Groups": [summarize_group(group) for group in groups], "NextToken": token}


@handles("UpdateGroup")
def update_group(call: Call, params: Params) -> None:
    """Update the only member that can be changed; without it nothing changes [inferred]."""
    group = entity_lookup.get_group(call, params)
    hidden = params.get("HiddenFromGlobalAddressList", group.hidden)
    call.store.entities.save(replace(group, hidden=hidden))


@handles("DeleteGroup")
def delete_group(call: Call, params: Params) -> None:
    delete_entity(call, params, "GroupId", Group)


@handles("AssociateMemberToGroup")
def associate_member_to_group(call: Call, params: Params) -> None:
    """Add a member to an enabled group [documented]; disabled or existing ones are no error [inferred]."""
    group, member = entity_lookup.get_group(call, params), get_user_or_group(call, params, "MemberId")
    require_enabled(group)
    require_no_circle(call, group, member)
    call.store.memberships.save(
        Membership(organization_id=group.organization_id, owner_id=group.entity_id, other_id=member.entity_id)
    )


@handles("DisassociateMemberFromGroup")
def disassociate_member_from_group(call: Call, params: Params) -> None:
    """Remove a member; a non-member is not found, and the group may be disabled [inferred]."""
    group, member = entity_lookup.get_group(call, params), get_user_or_group(call, params, "MemberId")
    if not call.store.memberships.delete(f"{group.entity_id}/{member.entity_id}"):
        raise not_found_error(params["MemberId"])


@handles("ListGroupMembers")
def list_group_members(call: Call, params: Params) -> Result:
    group = entity_lookup.get_group(call, params)
    links, token = page_of_table(call, params, call.store.memberships, "of", group.entity_id)
    members = (call.store.entities.get(link.other_id) for link in links)
    return {"Members": [show_member(member) for member in members if member], "NextToken": token}


@handles("ListGroupsForEntity")
def list_groups_for_entity(call: Call, params: Params) -> Result:
    """List the groups that the entity is directly in [inferred], by name."""
    entity = get_user_or_group(call, params, "EntityId")
    prefix = fold_case(params.get("Filters", {}).get("GroupNamePrefix", ""))
    links = call.store.memberships.all("for", entity.entity_id)
    groups = [group for link in links if (group := call.store.entities.get(link.owner_id))]
    found = [group for group in groups if fold_case(group.name).startswith(prefix)]
    positions = [((sort_value(group.name), group.entity_id), group) for group in found]
    shown, token = page_of_values(call, params, positions)
    identifiers = [{"GroupId": group.entity_id, "GroupName": group.name} for group in shown]
    return {"Groups": identifiers, "NextToken": token}


def get_user_or_group(call: Call, params: Params, member: str) -> Entity:
    """Return the user or group; a resource is not found [inferred]."""
    found = entity_lookup.get_entity(call, params, member)
    if not isinstance(found, User | Group):
        raise not_found_error(params[member])
    return found


def require_no_circle(call: Call, group: Group, member: Entity) -> None:
    """Refuse a group within itself; what WorkMail does is [unknown]."""
    if member.entity_id in enclosing_groups(call, group):
        raise invalid_input_error(call.operation, f"{group.name} would be a member of itself")


def enclosing_groups(call: Call, group: Group) -> set[str]:
    """Return the ids of the group and of all groups that contain it, directly or not."""
    found, waiting = {group.entity_id}, [group.entity_id]
    while waiting:
        outer = {link.owner_id for link in call.store.memberships.all("for", waiting.pop())} - found
        found |= outer
        waiting.extend(outer)
    return found


def member_type(entity: Entity) -> str:
    return "GROUP" if isinstance(entity, Group) else "USER"


def show_member(entity: Entity) -> dict[str, Any]:
    """Return the user or group as ListGroupMembers shows it."""
    return {
        "Id": entity.entity_id,
        "Name": entity.name,
        "Type": member_type(entity),
        "State": entity.state,
        "EnabledDate": entity.enabled,
        "DisabledDate": entity.disabled,
    }


def summarize_group(group: Entity) -> dict[str, Any]:
    """Return the group as ListGroups shows it."""
    return {
        "Id": group.entity_id,
        "Email": group.email or None,
        "Name": group.name,
        "State": group.state,
        "EnabledDate": group.enabled,
        "DisabledDate": group.disabled,
    }
