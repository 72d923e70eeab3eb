"""What disabling or deleting a room brings with it, in whole sentences, within what the operator may see."""

from console.areas.directory import relations
from console.areas.resources.resource import delegates
from console.mirror.models import Delegate, Entity
from console.operators.actors import Actor

NAMED = 8


def disabling(actor: Actor, resource: Entity) -> tuple[str, ...]:
    """What stops at once, and what can be had back."""
    addresses = [resource.email, *(name for name, _ in relations.aliases(actor, resource))]
    return (
        f"Nobody can book {resource} any more, and requests to it are returned.",
        f"Addresses that stop working: {_listed([each for each in addresses if each])}.",
        "WorkMail keeps its calendar for 30 days; enabling it again before then brings it back.",
        *_joined(actor, resource),
    )


def deleting(actor: Actor, resource: Entity) -> tuple[str, ...]:
    """What is lost for good."""
    return (
        "This cannot be undone. A new one with the same name is something else to WorkMail and has an"
        " empty calendar.",
        "Its delegates, permissions and record go with it. The ledger keeps what was done.",
        *_joined(actor, resource),
    )


def _joined(actor: Actor, resource: Entity) -> list[str]:
    seen, hidden = [str(each) for each in delegates(actor, resource)], relations.hidden(actor, resource)
    seen += _outside(Delegate.objects.filter(resource=resource).count() - len(seen))
    access = [each.name for each in (*relations.readers(actor, resource), *relations.opens(actor, resource))]
    access += _outside(hidden.get("readers", 0) + hidden.get("opens", 0))
    found = [f"Delegates who get no requests any more: {_listed(seen)}."] if seen else []
    return [*found, f"Access is shared with {_listed(access)}."] if access else found


def _outside(count: int) -> list[str]:
    """Whom the operator may not see is counted, nameless."""
    return [f"{count} outside your domains"] if count > 0 else []


def _listed(names: list[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more} more" if more > 0 else "") or "none"
