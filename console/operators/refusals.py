"""Record refused attempts in the audit log, each of them once.

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

MAX_ENTRIES = 30  # entries an operator and minute; the rest is counted
MINUTE = timedelta(minutes=1)


def record_refusal(
    actor: Actor, refusal: Exception, organization: Organization | None, operation: str, **said: Any
) -> None:
    """Record a refused attempt once; `said` has columns and further values."""
    if getattr(refusal, "is_entered", False):
        return
    place = organization.organization_id if organization else ""
    with journal.hold_appends():
        if _count_since(actor, clock.now().replace(second=0, microsecond=0)) >= MAX_ENTRIES:
            _count_omitted(actor, place)
        else:
            record_omitted(operator_id=actor.operator_id)
            body = {"path": actor.path or None, "why": str(refusal), **said}
            journal.record_entry(actor, Entry.Kind.DENIED, organization=place, operation=operation, **body)
    if isinstance(refusal, policy.Refusal):
        refusal.is_entered = True


def record_request_refusal(request: HttpRequest, actor: Actor, refusal: policy.Refusal) -> None:
    """Record the refusal of a request, completed from its URL."""
    match = request.resolver_match
    named = dict(match.kwargs) if match else {}
    slug = named.pop("organization", "")
    organization = refusal.organization or Organization.objects.filter(slug=slug).first()
    operation = getattr(match.func, "performs", "") or match.view_name if match else ""
    record_refusal(
        actor,
        refusal,
        organization,
        refusal.operation or operation,
        target=refusal.target or target_from_url(named),
        target_name=refusal.target_name,
    )


def target_from_url(named: dict[str, Any]) -> str:
    """Return the first URL argument after the organization."""
    return next((str(value) for value in named.values() if isinstance(value, str | int)), "")


def record_omitted(**of: Any) -> None:
    """Record how many refusals were left out in past minutes."""
    minute = clock.now().replace(second=0, microsecond=0)
    for row in OmittedRefusals.objects.filter(since__lt=minute, **of):
        with journal.hold_appends():
            current = OmittedRefusals.objects.filter(pk=row.pk).first()
            if current is None:
                continue
            current.delete()
            journal.record_entry(
                Actor(current.operator_id, current.operator),
                Entry.Kind.DENIED,
                organization=current.organization,
                what=f"{number_of(current.count, 'more attempt')}, not entered one by one",
                count=current.count,
                since=current.since,
            )


def _count_since(actor: Actor, moment: Any) -> int:
    entries = Entry.objects.filter(kind=Entry.Kind.DENIED, at__gte=moment, operator_id=actor.operator_id)
    return entries.order_by()[:MAX_ENTRIES].count()


def _count_omitted(actor: Actor, organization: str) -> None:
    """Count a refusal that gets no entry; the caller holds the head of the log."""
    row, is_new = OmittedRefusals.objects.get_or_create(
        operator_id=actor.operator_id,
        organization=organization,
        defaults={"operator": actor.name, "since": clock.now(), "count": 1},
    )
    if not is_new:
        OmittedRefusals.objects.filter(pk=row.pk).update(count=F("count") + 1)
