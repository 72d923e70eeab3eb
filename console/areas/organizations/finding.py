"""The search box of every page: people, groups and rooms at once, the first few of each."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.actors import Actor

FOUND = 20  # of each kind
LONGEST = 200  # characters of what is searched for
# Each kind with what it takes to see it.
KINDS = (
    ("People", Entity.Kind.USER, "ListUsers"),
    ("Groups", Entity.Kind.GROUP, "ListGroups"),
    ("Rooms and equipment", Entity.Kind.RESOURCE, "ListResources"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """The first matches of one kind; `more` says that there are others."""

    label: str
    kind: str
    entities: list[Entity]
    more: bool


def find(actor: Actor, organization: Organization, text: str) -> list[Found]:
    """Kinds without a match are left out; nobody who is deleted is found here."""
    if not (text := text[:LONGEST].strip()):
        return []
    found = [_of_kind(actor, organization, text, *each) for each in KINDS]
    return [each for each in found if each.entities]


def only(found: Sequence[Found]) -> Entity | None:
    """The match, if there is exactly one."""
    matches = [entity for each in found for entity in each.entities]
    return matches[0] if len(matches) == 1 else None


def _of_kind(
    actor: Actor, organization: Organization, text: str, label: str, kind: str, operation: str
) -> Found:
    seen = policy.visible(actor, operation, organization).filter(kind=kind)
    matching = seen.matching(text).exclude(state=Entity.State.DELETED).order_by("sort_name", "id")
    entities = list(matching[: FOUND + 1])
    return Found(label, kind, entities[:FOUND], len(entities) > FOUND)
