"""Planned ends of temporary memberships and mailbox permissions."""

from datetime import datetime

from console.changes import schedule
from console.changes.steps import PlannedStep
from console.mirror.models import Entity, Permission

EndTimes = dict[str, datetime]
PUT_PERMISSIONS, DELETE_PERMISSIONS = "PutMailboxPermissions", "DeleteMailboxPermissions"


def find_end_times(entity: Entity) -> dict[str, EndTimes]:
    """Return the planned ends of memberships and permissions by the id at the other end."""
    found: dict[str, EndTimes] = {"groups": {}, "readers": {}, "opens": {}}
    for step, until in schedule.find_ends(entity.organization, entity.entity_id):
        if step.operation == "DisassociateMemberFromGroup":
            found["groups"][step.params["GroupId"]] = until
        elif step.operation in (PUT_PERMISSIONS, DELETE_PERMISSIONS):
            owned = step.params["EntityId"] == entity.entity_id
            found["readers" if owned else "opens"][step.params["GranteeId" if owned else "EntityId"]] = until
    return found


def plan_membership_end(group: Entity, member: Entity) -> PlannedStep:
    params = {"GroupId": group.entity_id, "MemberId": member.entity_id}
    return PlannedStep("DisassociateMemberFromGroup", params, f"{member} leaves {group}")


def plan_access_end(owner: Entity, grantee: Entity) -> PlannedStep:
    """Plan the end of temporary access: restore the permanent permission before it, else delete all."""
    both = {"EntityId": owner.entity_id, "GranteeId": grantee.entity_id}
    label = f"End of the access of {grantee} to {owner}"
    held = Permission.objects.filter(owner=owner, grantee_id=grantee.entity_id).first()
    if held is None or grantee.entity_id in find_end_times(owner)["readers"]:
        return _copy_planned_end(owner, grantee, label) or PlannedStep(DELETE_PERMISSIONS, both, label)
    return PlannedStep(PUT_PERMISSIONS, {**both, "PermissionValues": held.values}, label)


def _copy_planned_end(owner: Entity, grantee: Entity, label: str) -> PlannedStep | None:
    """Return the planned end again, because it restores the permission before all temporary ones."""
    for step, _ in schedule.find_ends(owner.organization, owner.entity_id):
        if step.operation == PUT_PERMISSIONS and step.params["GranteeId"] == grantee.entity_id:
            return PlannedStep(PUT_PERMISSIONS, dict(step.params), label)
    return None
