"""Which mailboxes there are, and which of them an operator may see; the policy decides, this asks it."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from console.areas.directory.ending import KEPT
from console.areas.exports import scope as exports
from console.areas.exports.models import ExportJob
from console.mirror.models import Entity, Organization
from console.mirror.querysets import EntityQuerySet
from console.operators import policy
from console.operators.actors import Actor

LISTING = "ListMailboxExportJobs"
State = Entity.State


def people(actor: Actor, organization: Organization) -> EntityQuerySet:
    """Those with a mailbox, also a disabled one that is still kept; a remote user has none [documented]."""
    seen = policy.visible(actor, "GetMailboxDetails", organization)
    return seen.filter(existing(timezone.now()), kind=Entity.Kind.USER, role="USER")


def resources(actor: Actor, organization: Organization) -> EntityQuerySet:
    """That a disabled room's mailbox is kept as long as a person's is [inferred]."""
    seen = policy.visible(actor, "ListResources", organization)
    return seen.filter(existing(timezone.now()), kind=Entity.Kind.RESOURCE)


def existing(now: datetime) -> Q:
    return Q(state=State.ENABLED) | Q(state=State.DISABLED, disabled_date__gt=now - KEPT)


def dying(now: datetime, days: int) -> Q:
    """Disabled ones that WorkMail removes within so many days."""
    last = now - KEPT + timedelta(days=days)
    return Q(state=State.DISABLED, disabled_date__gt=now - KEPT, disabled_date__lte=last)


def days_left(disabled: datetime, now: datetime) -> int:
    """Whole days until the mailbox is removed, 0 on its last one."""
    return max((disabled + KEPT - now).days, 0)


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
    if policy.reaches_all(actor, LISTING, organization):
        return Q(known)
    return Q(known) & Q(domain__in=policy.narrowed_to(actor, LISTING, organization))
