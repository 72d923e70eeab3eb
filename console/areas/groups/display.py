"""Actions and the detail context of groups."""

from typing import Any

from console.actor import Actor
from console.areas.entities import display
from console.areas.entities.display import EntityAction
from console.areas.groups import nested_groups, scope
from console.mirror.models import Entity

MAX_MEMBERS_SHOWN = 20  # members on the group's own page
State = Entity.State
GROUP_ACTIONS = (
    EntityAction("Hide or show", "eye-off", "edit", "UpdateGroup", tone="primary"),
    EntityAction("Enable", "check", "enable", "RegisterToWorkMail", (State.DISABLED,)),
    EntityAction("Disable", "ban", "disable", "DeregisterFromWorkMail", (State.ENABLED,)),
    EntityAction("Delete", "trash", "delete", "DeleteGroup", (State.DISABLED,), "danger"),
)


def group_detail_context(actor: Actor, group: Entity) -> dict[str, Any]:
    members = scope.visible_members(actor, group)
    shown_members = list(
        members.select_related("organization").order_by("kind", "sort_name")[: MAX_MEMBERS_SHOWN + 1]
    )
    return {
        **display.entity_detail_context(actor, group, GROUP_ACTIONS),
        "group": group,
        "members": shown_members[:MAX_MEMBERS_SHOWN],
        "more": len(shown_members) > MAX_MEMBERS_SHOWN,
        "count": members.count() if len(shown_members) > MAX_MEMBERS_SHOWN else len(shown_members),
        "outside": scope.count_hidden_members(actor, group),
        "tree": nested_groups.build_group_tree(actor, group),
    }
