"""What was given for a while: when each membership and each access ends, and what ends it."""

from datetime import datetime

from console.changes import schedule
from console.changes.steps import PlannedStep
from console.mirror.models import Entity, Permission

Ends = dict[str, datetime]
PUT, DELETE = "PutMailboxPermissions", "DeleteMailboxPermissions"


def of(entity: Entity) -> dict[str, Ends]:
    """The planned ends by the id at the other end: of its groups, its readers, and what it opens."""
    found: dict[str, Ends] = {"groups": {}, "readers": {}, "opens": {}}
    for step, until in schedule.find_ends(entity.organization, entity.entity_id):
        if step.operation == "DisassociateMemberFromGroup":
            found["groups"][step.params["GroupId"]] = until
        elif step.operation in (PUT, DELETE):
            owned = step.params["EntityId"] == entity.entity_id
            found["readers" if owned else "opens"][step.params["GranteeId" if owned else "EntityId"]] = until
    return found


def of_membership(group: Entity, member: Entity) -> PlannedStep:
    params = {"GroupId": group.entity_id, "MemberId": member.entity_id}
    return PlannedStep("DisassociateMemberFromGroup", params, f"{member} leaves {group}")


def of_access(owner: Entity, grantee: Entity) -> PlannedStep:
    """What the grantee has already, and has for good, comes back; else all ends that she has by then."""
    both = {"EntityId": owner.entity_id, "GranteeId": grantee.entity_id}
    label = f"End of the access of {grantee} to {owner}"
    held = Permission.objects.filter(owner=owner, grantee_id=grantee.entity_id).first()
    if held is None or grantee.entity_id in of(owner)["readers"]:
        return _earlier(owner, grantee, label) or PlannedStep(DELETE, both, label)
    return PlannedStep(PUT, {**both, "PermissionValues": held.values}, label)


def _earlier(owner: Entity, grantee: Entity, label: str) -> PlannedStep | None:
    """The end that is planned already: what it brings back is what she had before all that."""
    for step, _ in schedule.find_ends(owner.organization, owner.entity_id):
        if step.operation == PUT and step.params["GranteeId"] == grantee.entity_id:
            return PlannedStep(PUT, dict(step.params), label)
    return None
