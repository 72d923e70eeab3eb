"""Once a day, to whoever wants it: which mailboxes WorkMail will remove, within what she may see."""

import logging
from collections.abc import Iterator
from datetime import date, datetime
from smtplib import SMTPException

from django.core.mail import send_mail
from django.utils import timezone

from console.actor import Actor
from console.areas.directory.ending import day, dies
from console.areas.lifecycle.models import Digest
from console.mirror.mailboxes import RETENTION_PERIOD, mailboxes_removed_within
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.models import Operator
from console.plurals import number_of

logger = logging.getLogger(__name__)
MORNING = 6  # in UTC: not before that hour
MOST = 50  # named one by one, of each organization
SUBJECT = "Mailboxes that WorkMail will remove"


def send_due() -> int:
    """Send what is due today and was not sent; returns how many went out."""
    now = timezone.now()
    if now.hour < MORNING:
        return 0
    wanting = Operator.objects.filter(digest=True, is_active=True)
    return sum(_try_to_send(each, now.date()) for each in wanting.exclude(digests__day=now.date()))


def _try_to_send(operator: Operator, today: date) -> bool:
    """Send one; any failure is tried again at the next run and does not stop the others."""
    try:
        return _send(operator, today)
    except Exception:
        logger.exception("the digest for operator %s could not be made", operator.pk)
        return False


def _send(operator: Operator, today: date) -> bool:
    """The row comes first: of two workers one sends, and one that dies sends nothing twice."""
    sent, made = Digest.objects.get_or_create(operator=operator, day=today)
    try:
        text = body(operator) if made else ""
    except BaseException:
        sent.delete()
        raise
    if not text:
        return False
    try:
        send_mail(SUBJECT, text, None, [operator.email])
    except (OSError, SMTPException):
        logger.warning("the digest for operator %s could not be sent; it is tried again", operator.pk)
        sent.delete()
        return False
    return True


def body(operator: Operator) -> str:
    """What the operator is told; "" if nothing is dying that she may see."""
    actor = Actor(operator.pk, operator.email)
    told = [
        part
        for each in policy.visible_organizations(actor).exclude(state=Organization.DELETED)
        if (part := _part(actor, each))
    ]
    if not told:
        return ""
    ending = "Enabling the same person or room again before that day brings the mailbox back."
    return "\n\n".join([*told, ending, "You get this because you ask for it in your preferences."])


def _part(actor: Actor, organization: Organization) -> str:
    dying = [(when, each) for each in _dying(actor, organization) if (when := dies(each))]
    dying.sort(key=lambda pair: pair[0])
    lines = [_line(when, each) for when, each in dying[:MOST]]
    if len(dying) > MOST:
        lines.append(f"  and {len(dying) - MOST} more, under Mailboxes")
    return "\n".join([f"{organization.name or organization.slug}:", *lines]) if lines else ""


def _dying(actor: Actor, organization: Organization) -> Iterator[Entity]:
    seen = policy.visible_entities(actor, "GetMailboxDetails", organization)
    yield from seen.filter(mailboxes_removed_within(RETENTION_PERIOD.days)).select_related("organization")


def _line(when: datetime, entity: Entity) -> str:
    left = (when.date() - timezone.now().date()).days
    days = "today" if left < 1 else f"in {number_of(left, 'day')}"
    return f"  {entity} ({entity.name}): {day(when)}, {days}"
