"""The rate at which all changes of an organization may call AWS."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, FloatField, Value
from django.db.models.functions import Greatest, Least

from console import clock
from console.changes.models import Budget
from console.mirror.models import Organization

MIN_RATE = 0.5  # calls a second
SPEED_UP = 1.02  # after each step without complaint


def max_rate() -> float:
    """Return the highest rate in calls per second; AWS publishes no limit for WorkMail [unknown]."""
    return float(settings.CHANGE_CALLS_PER_SECOND)


def reserve_calls(organization: Organization, calls: int) -> timedelta:
    """Reserve `calls` and return how long to wait before making them."""
    now = clock.now()
    fresh = {"rate": max_rate(), "next_at": now}
    budget, _ = Budget.objects.get_or_create(organization=organization, defaults=fresh)
    begins = max(budget.next_at, now)
    ends = begins + timedelta(seconds=calls / min(budget.rate, max_rate()))
    held = Budget.objects.filter(pk=budget.pk, next_at=budget.next_at)
    if not held.update(next_at=ends):  # somebody else was faster: queue up behind her
        return reserve_calls(organization, calls)
    return begins - now


def release_calls(organization: Organization, until: datetime) -> None:
    """Return unused reservations to the budget."""
    Budget.objects.filter(organization=organization, next_at__gt=until).update(next_at=until)


def slow_down(organization: Organization) -> None:
    """Halve the rate after throttling."""
    rate = Greatest(F("rate") / 2, Value(MIN_RATE), output_field=FloatField())
    Budget.objects.filter(organization=organization).update(rate=rate)


def speed_up(organization: Organization) -> None:
    rate = Least(F("rate") * SPEED_UP, Value(max_rate()), output_field=FloatField())
    Budget.objects.filter(organization=organization, rate__lt=max_rate()).update(rate=rate)
