"""From a wish to a draft: the capsule is kept first, and the deletion is planned to follow."""

from collections.abc import Mapping
from datetime import timedelta

from django.utils import timezone

from console.actor import Actor
from console.areas.lifecycle import capsules, offboarding
from console.areas.lifecycle.offboarding import DELETE, KIND, Wish
from console.changes import drafts, schedule
from console.changes.models import DELETION_KIND, Change


def draft(actor: Actor, wish: Wish, days: int, why: Mapping[str, str]) -> Change:
    """The plan with its preview; raises what reading and `drafting.draft` do. Nothing has happened yet."""
    person, reason, ticket = wish.person, why["reason"], why["ticket"]
    steps = offboarding.plan(actor, wish)
    capsule = capsules.take(actor, person)
    change = drafts.create_draft(
        actor,
        person.organization,
        f"Offboard {person}",
        steps,
        kind=KIND,
        reason=reason,
        ticket=ticket,
        data={"capsule": capsule.pk, "entity_id": person.entity_id},
    )
    if wish.wants(DELETE):
        schedule.schedule_end(
            actor,
            person.organization,
            offboarding.deletion(wish, steps),
            timezone.now() + timedelta(days=days),
            title=f"Delete {person}",
            kind=DELETION_KIND,
            follows=change,
            reason=reason,
            ticket=ticket,
            data={"entity_id": person.entity_id, "days": days},
        )
    return change
