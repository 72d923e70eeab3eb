"""The same thing done to many people: one step for each of whom it is not so already."""

from collections.abc import Iterable, Mapping
from typing import Any

from console.actor import Actor
from console.areas.users.bulk import cells
from console.areas.users.bulk.cells import QUOTA
from console.areas.users.bulk.finding import able
from console.changes.steps import PlannedStep
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity, Membership, Organization

State = Entity.State


def edits(
    actor: Actor, organization: Organization, people: Iterable[Entity], asked: Mapping[str, Any]
) -> list[PlannedStep]:
    """Only what differs, as far as the mirror knows; whoever was never read is asked about anyway."""
    members = {name: value for name, value in asked.items() if name != QUOTA}
    sizes = able(actor, "UpdateMailboxQuota", organization)
    planned: list[PlannedStep] = []
    for person in people:
        now = cells.current(person)
        key = {"UserId": person.entity_id}
        differing = {
            name: value for name, value in members.items() if value != now[name] or not person.details
        }
        if differing:
            planned.append(PlannedStep("UpdateUser", {**key, **differing}))
        wants_quota = QUOTA in asked and asked[QUOTA] != now[QUOTA]
        if wants_quota and get_mailbox(person).is_in_use and sizes(person):
            planned.append(PlannedStep("UpdateMailboxQuota", {**key, QUOTA: asked[QUOTA]}))
    return planned


def joins(people: Iterable[Entity], group: Entity) -> list[PlannedStep]:
    """Into the group, but for those who are in it already; WorkMail takes only who is enabled [inferred]."""
    members = set(Membership.objects.filter(group=group).values_list("member_id", flat=True))
    return [
        PlannedStep("AssociateMemberToGroup", {"GroupId": group.entity_id, "MemberId": person.entity_id})
        for person in people
        if person.pk not in members and person.state == State.ENABLED
    ]


def disables(people: Iterable[Entity]) -> list[PlannedStep]:
    enabled = (person for person in people if person.state == State.ENABLED)
    return [PlannedStep("DeregisterFromWorkMail", {"EntityId": person.entity_id}) for person in enabled]
