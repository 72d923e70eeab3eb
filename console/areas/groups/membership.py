"""Who joins a group and who leaves it, as the steps of a change."""

from collections.abc import Iterable
from dataclasses import dataclass

from console.areas.groups import nesting
from console.areas.groups.resolving import Resolved
from console.changes.steps import FromStep, PlannedStep
from console.mirror.models import Entity, Membership

CIRCLE = "the group is in it, so it would be a member of itself."


@dataclass(frozen=True, slots=True)
class Joining:
    """What a paste comes to: who is added, who is in already, and the lines that add nobody, with why."""

    added: list[Entity]
    inside: list[Entity]
    unknown: list[str]


def joining(group: Entity, resolved: Resolved) -> Joining:
    inside = set(Membership.objects.filter(group=group).values_list("member", flat=True))
    above = nesting.above(group)
    new = [each for each in resolved.entities if each.pk not in inside]
    circles = [f"{each}: {CIRCLE}" for each in new if each.pk in above]
    return Joining(
        [each for each in new if each.pk not in above],
        [each for each in resolved.entities if each.pk in inside],
        [*resolved.unknown, *circles],
    )


def joined(
    group_id: str | FromStep, name: str, members: Iterable[Entity], needs: int | None = None
) -> list[PlannedStep]:
    """One step for each, so that one who cannot join keeps nobody else out."""
    return [
        PlannedStep(
            "AssociateMemberToGroup",
            {"GroupId": group_id, "MemberId": each.entity_id},
            f"{each} joins {name}",
            needs=needs,
        )
        for each in members
    ]


def left(group: Entity, members: Iterable[Entity]) -> list[PlannedStep]:
    return [
        PlannedStep(
            "DisassociateMemberFromGroup",
            {"GroupId": group.entity_id, "MemberId": each.entity_id},
            f"{each} leaves {group}",
        )
        for each in members
    ]
