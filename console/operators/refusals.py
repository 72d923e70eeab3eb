"""Refused attempts in the audit log: the one place that enters them, each of them once.

A request's are entered by the middleware, a view that answers one itself calls `enter`, and the gateway
enters those of jobs. The exception remembers that it was entered.
"""

from datetime import timedelta
from typing import Any

from django.db.models import F
from django.http import HttpRequest

from console import clock
from console.actor import Actor
from console.ledger import journal
from console.ledger.models import Entry
from console.mirror.models import Organization
from console.operators import policy
from console.operators.models import OmittedRefusals
from console.plurals import number_of

LIMIT = 30  # entries an operator and minute; the rest is counted
MINUTE = timedelta(minutes=1)


def enter(
    actor: Actor, refusal: Exception, organization: Organization | None, operation: str, **said: Any
) -> None:
    """Enter an attempt that was refused; `said` has `target` and other columns, and what else is known."""
    if getattr(refusal, "is_entered", False):
        return
    place = organization.organization_id if organization else ""
    with journal.appending():
        if _count_since(actor, clock.now().replace(second=0, microsecond=0)) >= LIMIT:
            _omit(actor, place)
        else:
            enter_omitted(operator_id=actor.operator_id)
            body = {"path": actor.path or None, "why": str(refusal), **said}
            journal.record(actor, Entry.Kind.DENIED, organization=place, operation=operation, **body)
    if isinstance(refusal, policy.Refusal):
        refusal.is_entered = True


def enter_of(request: HttpRequest, actor: Actor, refusal: policy.Refusal) -> None:
    """Enter what a request was refused; what the exception does not say is taken from the address."""
    match = request.resolver_match
    named = dict(match.kwargs) if match else {}
    slug = named.pop("organization", "")
    organization = refusal.organization or Organization.objects.filter(slug=slug).first()
    operation = getattr(match.func, "performs", "") or match.view_name if match else ""
    enter(
        actor,
        refusal,
        organization,
        refusal.operation or operation,
        target=refusal.target or target_in(named),
        target_name=refusal.target_name,
    )


def target_in(named: dict[str, Any]) -> str:
    """Return the first argument of an address after the organization: an id, a domain, a number."""
    return next((str(value) for value in named.values() if isinstance(value, str | int)), "")


def enter_omitted(**of: Any) -> None:
    """Enter how many refusals were left out in minutes that are over."""
    minute = clock.now().replace(second=0, microsecond=0)
    for row in OmittedRefusals.objects.filter(since__lt=minute, **of):
        with journal.appending():
            current = OmittedRefusals.objects.filter(pk=row.pk).first()
            if current is None:
                continue
            current.delete()
            journal.record(
                Actor(current.operator_id, current.operator),
                Entry.Kind.DENIED,
                organization=current.organization,
                what=f"{number_of(current.count, 'more attempt')}, not entered one by one",
                count=current.count,
                since=current.since,
            )


def _count_since(actor: Actor, moment: Any) -> int:
    entries = Entry.objects.filter(kind=Entry.Kind.DENIED, at__gte=moment, operator_id=actor.operator_id)
    return entries.order_by()[:LIMIT].count()


def _omit(actor: Actor, organization: str) -> None:
    """The head of the log is held, so that no other process counts at the same time."""
    row, is_new = OmittedRefusals.objects.get_or_create(
        operator_id=actor.operator_id,
        organization=organization,
        defaults={"operator": actor.name, "since": clock.now(), "count": 1},
    )
    if not is_new:
        OmittedRefusals.objects.filter(pk=row.pk).update(count=F("count") + 1)
