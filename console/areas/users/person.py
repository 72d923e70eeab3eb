"""Everything that the page of one person shows, from the mirror alone, within what the operator may see."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from console.areas.directory import relations
from console.areas.directory import showing as directory
from console.areas.users import showing
from console.mirror.models import Entity
from console.operators.actors import Actor

FRESH = timedelta(seconds=60)
OFFERED = ("UpdateMailboxQuota", "StartMailboxExportJob")  # besides what every entity's page offers


def is_stale(person: Entity) -> bool:
    """Whether what the mirror knows of her is older than a look at a page should be."""
    return person.detailed_at is None or person.detailed_at < timezone.now() - FRESH


def context(actor: Actor, person: Entity) -> dict[str, Any]:
    shown = directory.context(actor, person, showing.ACTIONS)
    return {
        **shown,
        "person": person,
        "role": showing.role(person.role),
        "size": showing.megabytes(person.mailbox_size),
        "quota": showing.megabytes(person.mailbox_quota),
        "full": showing.fill(person.mailbox_size, person.mailbox_quota) or 0,
        "may": {**shown["may"], **directory.may(actor, person, OFFERED)},
        "profile": showing.profile(person.details or _listed(person)),
        "exports": relations.export_jobs(actor, person),
        "dies": dies(person),
    }


def dies(person: Entity) -> Any:
    """When WorkMail removes the mailbox of somebody who is disabled."""
    if person.state != Entity.State.DISABLED or person.disabled_date is None:
        return None
    return person.disabled_date + showing.KEPT


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
