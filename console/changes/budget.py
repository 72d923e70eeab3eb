"""How many calls a second all changes of one organization may make together; throttling halves it."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, FloatField, Value
from django.db.models.functions import Greatest, Least

from console import clock
from console.changes.models import Budget
from console.mirror.models import Organization

SLOWEST = 0.5  # calls a second
FASTER = 1.02  # after each step without complaint


def highest() -> float:
    """Calls a second; AWS publishes no limit for WorkMail [unknown]."""
    return float(settings.CHANGE_CALLS_PER_SECOND)


def reserve(organization: Organization, calls: int) -> timedelta:
    """Take the next `calls` out of the budget; how long to wait before making them."""
    now = clock.now()
    fresh = {"rate": highest(), "next_at": now}
    budget, _ = Budget.objects.get_or_create(organization=organization, defaults=fresh)
    begins = max(budget.next_at, now)
    ends = begins + timedelta(seconds=calls / min(budget.rate, highest()))
    held = Budget.objects.filter(pk=budget.pk, next_at=budget.next_at)
    if not held.update(next_at=ends):  # somebody else was faster: queue up behind her
        return reserve(organization, calls)
    return begins - now


def give_back(organization: Organization, until: datetime) -> None:
    """What was reserved and is not used now: the next who asks need not wait for it."""
    Budget.objects.filter(organization=organization, next_at__gt=until).update(next_at=until)


def slower(organization: Organization) -> None:
    """AWS asked to slow down."""
    rate = Greatest(F("rate") / 2, Value(SLOWEST), output_field=FloatField())
    Budget.objects.filter(organization=organization).update(rate=rate)


def faster(organization: Organization) -> None:
    rate = Least(F("rate") * FASTER, Value(highest()), output_field=FloatField())
    Budget.objects.filter(organization=organization, rate__lt=highest()).update(rate=rate)
