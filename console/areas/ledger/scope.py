"""Which entries an operator may read: those of the organization, as far as her grants reach."""

from datetime import datetime, time
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date

from console.ledger.models import Entry, EntryQuerySet
from console.mirror.models import Organization
from console.operators import policy
from console.operators.actors import Actor
from console.operators.models import Grant

Kind, Outcome = Entry.Kind, Entry.Outcome
SIGN_INS = (Kind.SIGNED_IN, Kind.SIGN_IN_FAILED, Kind.SIGNED_OUT)


def visible(actor: Actor, organization: Organization) -> QuerySet[Entry]:
    """Entries of the organization, and the sign-ins of those who hold a grant in it.

    A reader who is narrowed to mail domains sees what was done to entities within them, no more.
    """
    own = Entry.objects.filter(organization=organization.organization_id)
    if not policy.reaches_all(actor, "ReadLedger", organization):
        entities = policy.visible(actor, "ReadLedger", organization)
        return own.filter(target__in=entities.values("entity_id"))
    holders = Grant.objects.filter(organization=organization).values("operator_id")
    sign_ins = Q(organization="", kind__in=SIGN_INS, operator_id__in=holders)
    return Entry.objects.filter(Q(organization=organization.organization_id) | sign_ins)


def rows(actor: Actor, organization: Organization, params: Any) -> QuerySet[Entry]:
    """One row a call (its intent, with `result`), and everything that is no call, as the URL filters it."""
    entries: EntryQuerySet = visible(actor, organization)  # type: ignore[assignment]  # the manager's own class
    return narrowed(entries.exclude(kind=Kind.OUTCOME).with_result(), params)


def narrowed(entries: QuerySet[Entry], params: Any) -> QuerySet[Entry]:
    if text := str(params.get("q") or "").strip():
        entries = entries.filter(_holding(text))
    for field in ("operation", "kind"):
        if value := params.get(field):
            entries = entries.filter(**{field: value})
    if outcome := params.get("outcome"):
        entries = entries.filter(_came_to(outcome))
    if since := _day(params.get("since")):
        entries = entries.filter(at__gte=since)
    if until := _day(params.get("until"), time.max):
        entries = entries.filter(at__lte=until)
    return entries


def _holding(text: str) -> Q:
    """Operator, target, ticket, or an id somebody pasted: of AWS's request, the console's, an entity."""
    return (
        Q(operator__icontains=text)
        | Q(target_name__icontains=text)
        | Q(ticket__iexact=text)
        | Q(target=text)
        | Q(request_id=text)
        | Q(call__in=Entry.objects.filter(aws_request_id=text).values("call"))
    )


def _came_to(outcome: str) -> Q:
    if outcome == "open":
        settled = Entry.objects.filter(call=OuterRef("call"), kind=Kind.OUTCOME).exclude(
            outcome=Outcome.UNKNOWN
        )
        return Q(~Exists(settled), kind=Kind.INTENT)
    return Q(Exists(Entry.objects.filter(call=OuterRef("call"), outcome=outcome)))


def _day(value: Any, at: time = time.min) -> datetime | None:
    """A day of the URL in UTC, or nothing if it is none."""
    try:
        day = parse_date(str(value or ""))
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, at)) if day else None
