"""Which mailboxes there are, and which of them an operator may see; the policy decides, this asks it."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from console.actor import Actor
from console.areas.exports import scope as exports
from console.areas.exports.models import ExportJob
from console.mirror import mailboxes
from console.mirror.mailboxes import RETENTION_PERIOD
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy

LISTING = "ListMailboxExportJobs"


def people(actor: Actor, organization: Organization) -> EntityQuerySet:
    """Return the users with a mailbox."""
    seen = policy.visible_entities(actor, "GetMailboxDetails", organization)
    return seen.filter(mailboxes.existing_mailboxes(), kind=Entity.Kind.USER)


def resources(actor: Actor, organization: Organization) -> EntityQuerySet:
    """Return the resources with a mailbox; that a disabled one is kept for 30 days, too, is [inferred]."""
    seen = policy.visible_entities(actor, "ListResources", organization)
    return seen.filter(mailboxes.existing_mailboxes(), kind=Entity.Kind.RESOURCE)


def days_left(disabled: datetime, now: datetime) -> int:
    """Whole days until the mailbox is removed, 0 on its last one."""
    return max((disabled + RETENTION_PERIOD - now).days, 0)


def exported(actor: Actor, organization: Organization) -> QuerySet[ExportJob]:
    """The completed exports that `actor` may know of."""
    known = exports.visible(actor, LISTING, organization)
    return known.filter(state=ExportJob.State.COMPLETED)


def never_exported(actor: Actor, organization: Organization) -> Q:
    """Mailboxes of which she would know an export, if there were one."""
    jobs = ExportJob.objects.filter(
        organization=organization, state=ExportJob.State.COMPLETED, entity_id=OuterRef("entity_id")
    )
    known = ~Exists(jobs)
    if policy.covers_organization(actor, LISTING, organization):
        return Q(known)
    return Q(known) & Q(domain__in=policy.granted_domains(actor, LISTING, organization))
