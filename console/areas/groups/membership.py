"""Members to add or remove: resolved from a pasted list, and as steps of a change."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from console.areas.groups import nested_groups
from console.changes.steps import FromStep, PlannedStep
from console.mirror import lookup
from console.mirror.models import Entity, EntityQuerySet, Membership, Organization
from console.ui.address_list import parse_addresses

MAX_PASTED = 2000  # entries in one paste
MAX_MATCHES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class ResolvedMembers:
    """The entities of a pasted list, without duplicates, and a sentence for each entry without a match."""

    entities: list[Entity] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def resolve_members(entities: EntityQuerySet, organization: Organization, text: str) -> ResolvedMembers:
    """Resolve each address, alias, username or id; a display name is only explained."""
    entries = [each.text for each in parse_addresses(text)]
    if len(entries) > MAX_PASTED:
        raise ValueError(f"Enter at most {MAX_PASTED:,} members at once; these are {len(entries):,}.")
    resolved = lookup.resolve_words(entities, organization, entries, display_names=True)
    members = {each.pk: each for entry in entries if (each := resolved.one.get(entry.lower()))}
    others = [entry for entry in entries if entry.lower() not in resolved.one]
    return ResolvedMembers(
        list(members.values()),
        [_explain_unresolved(entry, resolved.offered.get(entry.lower(), [])) for entry in others],
    )


def _explain_unresolved(entry: str, offered: list[Entity]) -> str:
    if not offered:
        return f"No user or group was found for “{entry}”."
    meant = ", ".join(each.email or each.name for each in offered[:MAX_MATCHES_SHOWN])
    return f"“{entry}” can mean {meant}. Enter the email address."


CYCLE_PROBLEM = "the group is in it, so it would be a member of itself."


@dataclass(frozen=True, slots=True)
class MembersToAdd:
    """Entities to add, existing members, and entries that cannot be added, with the reason."""

    added: list[Entity]
    inside: list[Entity]
    unknown: list[str]


def find_members_to_add(group: Entity, resolved: ResolvedMembers) -> MembersToAdd:
    inside = set(Membership.objects.filter(group=group).values_list("member", flat=True))
    above = nested_groups.find_ancestor_ids(group)
    new = [each for each in resolved.entities if each.pk not in inside]
    circles = [f"{each}: {CYCLE_PROBLEM}" for each in new if each.pk in above]
    return MembersToAdd(
        [each for each in new if each.pk not in above],
        [each for each in resolved.entities if each.pk in inside],
        [*resolved.unknown, *circles],
    )


def plan_additions(
    group_id: str | FromStep, name: str, members: Iterable[Entity], needs: int | None = None
) -> list[PlannedStep]:
    """Plan one step per member, so that a failed one does not stop the others."""
    return [
        PlannedStep(
            "AssociateMemberToGroup",
            {"GroupId": group_id, "MemberId": each.entity_id},
            f"{each} joins {name}",
            needs=needs,
        )
        for each in members
    ]


def plan_removals(group: Entity, members: Iterable[Entity]) -> list[PlannedStep]:
    return [
        PlannedStep(
            "DisassociateMemberFromGroup",
            {"GroupId": group.entity_id, "MemberId": each.entity_id},
            f"{each} leaves {group}",
        )
        for each in members
    ]
