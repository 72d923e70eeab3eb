"""Groups: names for several people, of people and of other groups."""

import uuid
from dataclasses import replace
from typing import Any

from console.sandbox import lookup, naming
from console.sandbox.errors import invalid
from console.sandbox.handlers.users import delete
from console.sandbox.listing import filtered
from console.sandbox.lookup import not_found, require_enabled
from console.sandbox.paging import page, page_of
from console.sandbox.records import Entity, Group, Membership, User, folded, sortable
from console.sandbox.registry import Call, Params, Result, handles

FILTERS = {"NamePrefix": "name", "PrimaryEmailPrefix": "email", "State": "state"}


@handles("CreateGroup")
def create_group(call: Call, params: Params) -> Result:
    naming.require_free(call, params["Name"])
    created = Group(
        organization_id=call.organization.organization_id,
        entity_id=str(uuid.uuid4()),
        name=params["Name"],
        hidden=params.get("HiddenFromGlobalAddressList", False),
    )
    return {"GroupId": call.store.entities.save(created).entity_id}


@handles("DescribeGroup")
def describe_group(call: Call, params: Params) -> Result:
    group = lookup.group(call, params, deleted=True)
    hidden = {"GroupId": group.entity_id, "HiddenFromGlobalAddressList": group.hidden}
    return {**summary(group), **hidden, "Id": None}


@handles("ListGroups")
def list_groups(call: Call, params: Params) -> Result:
    scope, prefix = filtered(call, params, Group.KIND, FILTERS)
    groups, token = page(call, params, call.store.entities, *scope, prefix=prefix)
    return {"Groups": [summary(group) for group in groups], "NextToken": token}


@handles("UpdateGroup")
def update_group(call: Call, params: Params) -> None:
    """Without the only member that can be changed, nothing changes [inferred]."""
    group = lookup.group(call, params)
    hidden = params.get("HiddenFromGlobalAddressList", group.hidden)
    call.store.entities.save(replace(group, hidden=hidden))


@handles("DeleteGroup")
def delete_group(call: Call, params: Params) -> None:
    delete(call, params, "GroupId", Group)


@handles("AssociateMemberToGroup")
def associate_member_to_group(call: Call, params: Params) -> None:
    """The group must be enabled [documented]; a member may be disabled, or be there already [inferred]."""
    group, member = lookup.group(call, params), person_or_group(call, params, "MemberId")
    require_enabled(group)
    require_no_circle(call, group, member)
    call.store.memberships.save(
        Membership(organization_id=group.organization_id, owner_id=group.entity_id, other_id=member.entity_id)
    )


@handles("DisassociateMemberFromGroup")
def disassociate_member_from_group(call: Call, params: Params) -> None:
    """Who is no member is not found there [inferred]; a disabled group can still lose members [inferred]."""
    group, member = lookup.group(call, params), person_or_group(call, params, "MemberId")
    if not call.store.memberships.delete(f"{group.entity_id}/{member.entity_id}"):
        raise not_found(params["MemberId"])


@handles("ListGroupMembers")
def list_group_members(call: Call, params: Params) -> Result:
    group = lookup.group(call, params)
    links, token = page(call, params, call.store.memberships, "of", group.entity_id)
    members = (call.store.entities.get(link.other_id) for link in links)
    return {"Members": [listed_member(member) for member in members if member], "NextToken": token}


@handles("ListGroupsForEntity")
def list_groups_for_entity(call: Call, params: Params) -> Result:
    """Groups that the entity is directly in [inferred], in order of their names."""
    entity = person_or_group(call, params, "EntityId")
    prefix = folded(params.get("Filters", {}).get("GroupNamePrefix", ""))
    links = call.store.memberships.all("for", entity.entity_id)
    groups = [group for link in links if (group := call.store.entities.get(link.owner_id))]
    found = [group for group in groups if folded(group.name).startswith(prefix)]
    positions = [((sortable(group.name), group.entity_id), group) for group in found]
    shown, token = page_of(call, params, positions)
    identifiers = [{"GroupId": group.entity_id, "GroupName": group.name} for group in shown]
    return {"Groups": identifiers, "NextToken": token}


def person_or_group(call: Call, params: Params, member: str) -> Entity:
    """A resource is neither, and is not found where one of them is meant [inferred]."""
    found = lookup.entity(call, params, member)
    if not isinstance(found, User | Group):
        raise not_found(params[member])
    return found


def require_no_circle(call: Call, group: Group, member: Entity) -> None:
    """What WorkMail does about a group within itself is [unknown]; here it is refused."""
    if member.entity_id in enclosing(call, group):
        raise invalid(call.operation, f"{group.name} would be a member of itself")


def enclosing(call: Call, group: Group) -> set[str]:
    """Ids of the group and of all groups that it is in, over any number of steps."""
    found, waiting = {group.entity_id}, [group.entity_id]
    while waiting:
        outer = {link.owner_id for link in call.store.memberships.all("for", waiting.pop())} - found
        found |= outer
        waiting.extend(outer)
    return found


def member_type(entity: Entity) -> str:
    return "GROUP" if isinstance(entity, Group) else "USER"


def listed_member(entity: Entity) -> dict[str, Any]:
    """The user or group as ListGroupMembers shows it."""
    return {
        "Id": entity.entity_id,
        "Name": entity.name,
        "Type": member_type(entity),
        "State": entity.state,
        "EnabledDate": entity.enabled,
        "DisabledDate": entity.disabled,
    }


def summary(group: Entity) -> dict[str, Any]:
    """The group as ListGroups shows it."""
    return {
        "Id": group.entity_id,
        "Email": group.email or None,
        "Name": group.name,
        "State": group.state,
        "EnabledDate": group.enabled,
        "DisabledDate": group.disabled,
    }
