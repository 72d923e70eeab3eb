"""The mailboxes, and their exports, that an operator can see."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from console.actor import Actor
from console.areas.exports import scope
from console.areas.exports.models import ExportJob
from console.mirror import mailboxes
from console.mirror.mailboxes import RETENTION_PERIOD
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy

LIST_EXPORTS = "ListMailboxExportJobs"


def visible_user_mailboxes(actor: Actor, organization: Organization) -> EntityQuerySet:
    visible = policy.visible_entities(actor, "GetMailboxDetails", organization)
    return visible.filter(mailboxes.existing_mailboxes(), kind=Entity.Kind.USER)


def visible_resource_mailboxes(actor: Actor, organization: Organization) -> EntityQuerySet:
    """Return the resources with a mailbox; that a disabled one is kept for 30 days is [inferred]."""
    visible = policy.visible_entities(actor, "ListResources", organization)
    return visible.filter(mailboxes.existing_mailboxes(), kind=Entity.Kind.RESOURCE)


def count_days_left(disabled: datetime, now: datetime) -> int:
    """Return the whole days until the mailbox is removed, 0 on the last one."""
    return max((disabled + RETENTION_PERIOD - now).days, 0)


def visible_completed_exports(actor: Actor, organization: Organization) -> QuerySet[ExportJob]:
    visible = scope.visible_exports(actor, LIST_EXPORTS, organization)
    return visible.filter(state=ExportJob.State.COMPLETED)


def never_exported_condition(actor: Actor, organization: Organization) -> Q:
    """Return the condition "no completed export", for mailboxes whose exports `actor` can see."""
    jobs = ExportJob.objects.filter(
        organization=organization, state=ExportJob.State.COMPLETED, entity_id=OuterRef("entity_id")
    )
    has_none = ~Exists(jobs)
    if policy.covers_organization(actor, LIST_EXPORTS, organization):
        return Q(has_none)
    return Q(has_none) & Q(domain__in=policy.granted_domains(actor, LIST_EXPORTS, organization))
