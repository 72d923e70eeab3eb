"""Bulk actions as steps of a change, without users that need no change."""

from collections.abc import Iterable, Mapping
from typing import Any

from console.actor import Actor
from console.areas.users import user_fields
from console.areas.users.scope import build_permission_check
from console.areas.users.user_fields import QUOTA
from console.changes.steps import PlannedStep
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity, Membership, Organization

State = Entity.State


def plan_edits(
    actor: Actor, organization: Organization, people: Iterable[Entity], asked: Mapping[str, Any]
) -> list[PlannedStep]:
    """Plan the values that differ from the mirror; users that were never described get all of them."""
    members = {name: value for name, value in asked.items() if name != QUOTA}
    sizes = build_permission_check(actor, "UpdateMailboxQuota", organization)
    planned: list[PlannedStep] = []
    for user in people:
        now = user_fields.get_current_values(user)
        key = {"UserId": user.entity_id}
        differing = {name: value for name, value in members.items() if value != now[name] or not user.details}
        if differing:
            planned.append(PlannedStep("UpdateUser", {**key, **differing}))
        wants_quota = QUOTA in asked and asked[QUOTA] != now[QUOTA]
        if wants_quota and get_mailbox(user).is_in_use and sizes(user):
            planned.append(PlannedStep("UpdateMailboxQuota", {**key, QUOTA: asked[QUOTA]}))
    return planned


def plan_group_joins(people: Iterable[Entity], group: Entity) -> list[PlannedStep]:
    """Plan memberships of enabled users that are not members; WorkMail takes no others [inferred]."""
    members = set(Membership.objects.filter(group=group).values_list("member_id", flat=True))
    return [
        PlannedStep("AssociateMemberToGroup", {"GroupId": group.entity_id, "MemberId": user.entity_id})
        for user in people
        if user.pk not in members and user.state == State.ENABLED
    ]


def plan_disabling(people: Iterable[Entity]) -> list[PlannedStep]:
    enabled = (user for user in people if user.state == State.ENABLED)
    return [PlannedStep("DeregisterFromWorkMail", {"EntityId": user.entity_id}) for user in enabled]
