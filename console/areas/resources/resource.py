"""Everything that the page of one room shows, from the mirror alone, within what the operator may see."""

from typing import Any

from console.areas.resources import booking, showing
from console.areas.users import person
from console.mirror.models import Delegate, Entity
from console.mirror.querysets import EntityQuerySet
from console.operators import policy
from console.operators.actors import Actor

OFFERED = ("AssociateDelegateToResource", "DisassociateDelegateFromResource", "UpdateResource")


def context(actor: Actor, resource: Entity) -> dict[str, Any]:
    seen = delegates(actor, resource)
    answering = Delegate.objects.filter(resource=resource).count()
    known = booking.options(resource.details)
    return {
        "organization": resource.organization,
        "resource": resource,
        "state": showing.state_badge(resource.state),
        "kind": showing.kind(resource.role),
        "record": showing.record(resource),
        "booking": booking.sentences(resource.details, answering),
        "unanswered": known is not None and not booking.is_answered(known, answering),
        "delegates": seen,
        "outside": answering - len(seen),
        "answering": answering,
        "stale": person.is_stale(resource),
    }


def delegates(actor: Actor, resource: Entity) -> list[Entity]:
    """Who answers for it, as far as `actor` may see them."""
    seen: EntityQuerySet = policy.visible(actor, "ListResourceDelegates", resource.organization)
    found = seen.filter(delegations__resource=resource).select_related("organization")
    return list(found.order_by("sort_display_name", "sort_name"))
