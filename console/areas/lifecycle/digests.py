"""The daily email that lists mailboxes which WorkMail will delete."""

import logging
from collections.abc import Iterator
from datetime import date, datetime
from smtplib import SMTPException

from django.core.mail import send_mail
from django.utils import timezone

from console.actor import Actor
from console.areas.entities.display import format_day, mailbox_removal_date
from console.areas.lifecycle.models import Digest
from console.mirror.mailboxes import RETENTION_PERIOD, mailboxes_removed_within
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.models import Operator
from console.plurals import number_of

logger = logging.getLogger(__name__)
SEND_HOUR = 6  # in UTC: not before that hour
MAX_MAILBOXES = 50  # named one by one, of each organization
DIGEST_SUBJECT = "Mailboxes that WorkMail will remove"


def send_due_digests() -> int:
    """Send the digests that are due today; return how many were sent."""
    now = timezone.now()
    if now.hour < SEND_HOUR:
        return 0
    wanting = Operator.objects.filter(digest=True, is_active=True)
    return sum(_try_to_send_digest(each, now.date()) for each in wanting.exclude(digests__day=now.date()))


def _try_to_send_digest(operator: Operator, today: date) -> bool:
    """Send a digest; a failure is logged and retried at the next run."""
    try:
        return _send_digest(operator, today)
    except Exception:
        logger.exception("the digest for operator %s could not be made", operator.pk)
        return False


def _send_digest(operator: Operator, today: date) -> bool:
    """Create the row before the email is sent, so that two workers never send one digest twice."""
    digest, is_new = Digest.objects.get_or_create(operator=operator, day=today)
    try:
        text = build_digest(operator) if is_new else ""
    except BaseException:
        digest.delete()
        raise
    if not text:
        return False
    try:
        send_mail(DIGEST_SUBJECT, text, None, [operator.email])
    except (OSError, SMTPException):
        logger.warning("the digest for operator %s could not be sent; it is tried again", operator.pk)
        digest.delete()
        return False
    return True


def build_digest(operator: Operator) -> str:
    """Return the text for the operator, "" if no visible mailbox will be deleted."""
    actor = Actor(operator.pk, operator.email)
    sections = [
        part
        for each in policy.visible_organizations(actor).exclude(state=Organization.DELETED)
        if (part := _organization_section(actor, each))
    ]
    if not sections:
        return ""
    ending = "Enabling the same person or room again before that day brings the mailbox back."
    return "\n\n".join([*sections, ending, "You get this because you ask for it in your preferences."])


def _organization_section(actor: Actor, organization: Organization) -> str:
    dying = [
        (when, each)
        for each in _mailboxes_to_be_deleted(actor, organization)
        if (when := mailbox_removal_date(each))
    ]
    dying.sort(key=lambda pair: pair[0])
    lines = [_mailbox_line(when, each) for when, each in dying[:MAX_MAILBOXES]]
    if len(dying) > MAX_MAILBOXES:
        lines.append(f"  and {len(dying) - MAX_MAILBOXES} more, under Mailboxes")
    return "\n".join([f"{organization.name or organization.slug}:", *lines]) if lines else ""


def _mailboxes_to_be_deleted(actor: Actor, organization: Organization) -> Iterator[Entity]:
    seen = policy.visible_entities(actor, "GetMailboxDetails", organization)
    yield from seen.filter(mailboxes_removed_within(RETENTION_PERIOD.days)).select_related("organization")


def _mailbox_line(when: datetime, entity: Entity) -> str:
    left = (when.date() - timezone.now().date()).days
    days = "today" if left < 1 else f"in {number_of(left, 'day')}"
    return f"  {entity} ({entity.name}): {format_day(when)}, {days}"
