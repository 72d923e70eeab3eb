"""An entity's state, what can be done about it, and what its page shows whatever its kind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.directory import kinds, relations, terms
from console.mirror.models import Entity
from console.operators import policy
from console.ui.markup import badge

State = Entity.State
FRESH = timedelta(seconds=60)
TONES = {State.ENABLED: "success", State.DISABLED: "warning", State.DELETED: "neutral"}
# Operations of a page's small forms: each is offered to whoever may perform it on this entity.
OFFERED = (
    "CreateAlias",
    "DeleteAlias",
    "UpdatePrimaryEmailAddress",
    "AssociateMemberToGroup",
    "DisassociateMemberFromGroup",
    "PutMailboxPermissions",
    "DeleteMailboxPermissions",
    "ReadLedger",
)


@dataclass(frozen=True, slots=True)
class Action:
    """A button on an entity's page, for whoever may perform what it leads to, in the states that allow it.

    `url_name` is the name within the namespace of the entity's kind; `given` is what else has to be so.
    """

    label: str
    icon: str
    url_name: str
    performs: str
    states: tuple[str, ...] = (State.ENABLED, State.DISABLED)
    tone: str = ""
    given: Callable[[Entity], bool] = lambda _: True


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    icon: str
    href: str
    tone: str


def context(actor: Actor, entity: Entity, actions: Sequence[Action]) -> dict[str, Any]:
    """What the page of every entity shows, whatever its kind."""
    return {
        "organization": entity.organization,
        "entity": entity,
        "words": kinds.of(entity),
        "state": state_badge(entity.state),
        "buttons": buttons(actor, entity, actions),
        "may": may(actor, entity, OFFERED),
        "hands_over": hands_over(actor, entity),
        "aliases": relations.aliases(actor, entity),
        "groups": relations.groups(actor, entity),
        "readers": relations.readers(actor, entity),
        "opens": relations.opens(actor, entity),
        "answers_for": relations.answers_for(actor, entity),
        "ends": terms.of(entity),
        "history": relations.history(actor, entity),
        "whole": relations.whole(actor, entity),
        "hidden": relations.hidden(actor, entity),
    }


def hands_over(actor: Actor, entity: Entity) -> bool:
    """Whether its addresses can be given to somebody else: of what is disabled those that it had."""
    needed = "DeleteAlias" if entity.state == State.ENABLED else "CreateAlias"
    return not entity.is_deleted and policy.allows(actor, needed, entity.organization, entity)


def is_stale(entity: Entity) -> bool:
    """Whether what the mirror knows of it is older than a look at a page should be."""
    return entity.detailed_at is None or entity.detailed_at < timezone.now() - FRESH


def state_badge(state: str) -> SafeString:
    known = State(state)
    return badge(known.label, TONES[known])


def buttons(actor: Actor, entity: Entity, actions: Sequence[Action]) -> list[Button]:
    return [_button(each, entity) for each in actions if offers(actor, each, entity)]


def offers(actor: Actor, action: Action, entity: Entity) -> bool:
    """WorkMail keeps its system users to itself [observed]."""
    possible = entity.state in action.states and entity.role != "SYSTEM_USER"
    allowed = possible and policy.allows(actor, action.performs, entity.organization, entity)
    return allowed and action.given(entity)


def may(actor: Actor, entity: Entity, operations: Sequence[str]) -> dict[str, bool]:
    """Which small forms its page has: what is not enabled has none, but it has a history."""
    living = entity.state == State.ENABLED
    return {
        each: (living or each == "ReadLedger") and policy.allows(actor, each, entity.organization, entity)
        for each in operations
    }


def _button(action: Action, entity: Entity) -> Button:
    return Button(action.label, action.icon, kinds.place(entity, action.url_name), action.tone)
