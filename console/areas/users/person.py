"""Everything that the page of one person shows, from the mirror alone, within what the operator may see."""

from typing import Any

from console.actor import Actor
from console.areas.directory import relations
from console.areas.directory import showing as directory
from console.areas.lifecycle import standing
from console.areas.users import showing
from console.mirror.mailboxes import get_mailbox
from console.mirror.models import Entity
from console.operators import policy

# What is offered of a mailbox in use, and what is asked about a user with or without one.
OFFERED = ("UpdateMailboxQuota", "StartMailboxExportJob")
ASKED = ("GetImpersonationRoleEffect", "ListPersonalAccessTokens", "ListMobileDeviceAccessOverrides")


def context(actor: Actor, person: Entity) -> dict[str, Any]:
    shown = directory.context(actor, person, showing.ACTIONS)
    mailbox = get_mailbox(person)
    offered = OFFERED if mailbox.is_in_use else ()
    return {
        **shown,
        "person": person,
        "role": showing.role(person.role),
        "size": showing.megabytes(person.mailbox_size),
        "quota": showing.megabytes(person.mailbox_quota),
        "full": showing.fill(person.mailbox_size, person.mailbox_quota) or 0,
        "may": {**shown["may"], **directory.may(actor, person, offered)},
        "asked": {each: policy.allows(actor, each, person.organization, person) for each in ASKED},
        "profile": showing.profile(person.details or _listed(person)),
        "exports": relations.export_jobs(actor, person),
        "mailbox": mailbox,
        "dies": mailbox.removed_at,
        "standing": standing.of(actor, person),
    }


def _listed(person: Entity) -> dict[str, Any]:
    """What a listing told of somebody whom nobody has described yet."""
    return {
        "UserId": person.entity_id,
        "Name": person.name,
        "DisplayName": person.display_name,
        "Email": person.email,
        "State": person.state,
        "UserRole": person.role,
        "EnabledDate": person.enabled_date,
        "DisabledDate": person.disabled_date,
    }
