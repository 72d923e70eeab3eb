"""Everything that the page of one group shows, from the mirror alone, within what the operator may see."""

from typing import Any

from console.actor import Actor
from console.areas.directory import showing
from console.areas.directory.showing import Action
from console.areas.groups import nesting, scope
from console.mirror.models import Entity

SHOWN = 20  # members on the group's own page
State = Entity.State
ACTIONS = (
    Action("Hide or show", "eye-off", "edit", "UpdateGroup", tone="primary"),
    Action("Enable", "check", "enable", "RegisterToWorkMail", (State.DISABLED,)),
    Action("Disable", "ban", "disable", "DeregisterFromWorkMail", (State.ENABLED,)),
    Action("Delete", "trash", "delete", "DeleteGroup", (State.DISABLED,), "danger"),
)


def context(actor: Actor, group: Entity) -> dict[str, Any]:
    members = scope.members(actor, group)
    shown = list(members.select_related("organization").order_by("kind", "sort_name")[: SHOWN + 1])
    return {
        **showing.context(actor, group, ACTIONS),
        "group": group,
        "members": shown[:SHOWN],
        "more": len(shown) > SHOWN,
        "count": members.count() if len(shown) > SHOWN else len(shown),
        "outside": scope.outside(actor, group),
        "tree": nesting.tree(actor, group),
    }
