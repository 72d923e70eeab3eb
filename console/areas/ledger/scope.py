"""Which entries an operator may read: those of the organization, as far as her grants reach."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.dateparse import parse_date

from console.actor import Actor
from console.ledger.models import UNSETTLED_OUTCOMES, Entry, EntryQuerySet
from console.mirror.models import Entity, Organization
from console.operators import policy
from console.operators.models import Grant, Operator

Kind, Outcome = Entry.Kind, Entry.Outcome
# How somebody came in, and what she changed about it, belongs to no organization.
OWN = (Kind.SIGNED_IN, Kind.SIGNED_OUT, Kind.CHANGED)


def parts(actor: Actor, organization: Organization) -> list[EntryQuerySet]:
    """What she may read, in parts that an index each walks in order: an OR of them walks none.

    Entries of the organization, and the sign-ins of those who hold a grant in it. A reader who is
    narrowed to mail domains sees what was done to entities within them, no more.
    """
    own = _entries().filter(organization=organization.organization_id)
    if policy.covers_organization(actor, "ReadLedger", organization):
        return [own, _entries().filter(_sign_ins(organization), organization="")]
    entities = policy.visible_entities(actor, "ReadLedger", organization)
    return [own.filter(target__in=entities.values("entity_id"))]


def visible(actor: Actor, organization: Organization) -> EntryQuerySet:
    """All of it as one query, for what is read whole or by its number."""
    found, *others = parts(actor, organization)
    for each in others:
        found = found | each
    return found


def find(actor: Actor, organization: Organization, seq: int) -> Entry:
    """Return one entry; raise `policy.OutOfScope` if the actor may not read it."""
    entry = visible(actor, organization).filter(seq=seq).first()
    return entry or policy.get_in_scope(
        Entry.objects.none(), organization=organization.organization_id, seq=seq
    )


def rows(actor: Actor, organization: Organization, params: Any) -> EntryQuerySet:
    """One row a call (its intent, with `result`), and everything that is no call, as the URL filters it."""
    return one_a_call(visible(actor, organization), organization, params).with_result()


def about(actor: Actor, organization: Organization, target: str) -> EntryQuerySet:
    """What concerns one target, latest first."""
    own = parts(actor, organization)[0].filter(target=target).exclude(kind=Kind.OUTCOME)
    return own.with_result().order_by("-seq")


def one_a_call(entries: EntryQuerySet, organization: Organization, params: Any) -> EntryQuerySet:
    return narrowed(entries.exclude(kind=Kind.OUTCOME), organization, params)


def narrowed(entries: EntryQuerySet, organization: Organization, params: Mapping[str, Any]) -> EntryQuerySet:
    """Those that the URL asks for; a value that makes no sense asks for nothing in particular."""
    if text := _plain(params.get("q")):
        entries = entries.filter(_holding(text))
    for field in ("operation", "kind"):
        if value := _plain(params.get(field)):
            entries = entries.filter(**{field: value})
    if outcome := _plain(params.get("outcome")):
        entries = entries.filter(_came_to(outcome, organization))
    if since := _day(params.get("since")):
        entries = entries.filter(at__gte=since)
    if until := _day(params.get("until"), time.max):
        entries = entries.filter(at__lte=until)
    return entries


def outside(actor: Actor, organization: Organization) -> Any:
    """The entities that a narrowed reader must not learn of; none for who reads everything."""
    everybody = Entity.objects.filter(organization=organization)
    if policy.covers_organization(actor, "ReadLedger", organization):
        return everybody.none()
    return everybody.exclude(pk__in=policy.visible_entities(actor, "ReadLedger", organization).values("pk"))


def _entries() -> EntryQuerySet:
    found: EntryQuerySet = Entry.objects.all()
    return found


def _sign_ins(organization: Organization) -> Q:
    """A failed one has no operator yet, only the address that was typed."""
    holders = Grant.objects.filter(organization=organization).values("operator_id")
    typed = Operator.objects.filter(pk__in=holders).values("email")
    return Q(kind__in=OWN, operator_id__in=holders) | Q(kind=Kind.SIGN_IN_FAILED, target_name__in=typed)


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


def _came_to(outcome: str, organization: Organization) -> Q:
    """Most calls are done, so whoever asks for those meets them on any walk; the others are few."""
    same_call = Entry.objects.filter(call=OuterRef("call"))
    if outcome == "open":
        return Q(~Exists(same_call.exclude(outcome__in=UNSETTLED_OUTCOMES)), kind=Kind.INTENT)
    if outcome == Outcome.DONE:
        return Q(Exists(same_call.filter(outcome=outcome)))
    few = Entry.objects.filter(organization=organization.organization_id, outcome=outcome)
    return Q(call__in=few.values("call"))


def _plain(value: Any) -> str:
    """Without NUL, which no database takes."""
    return str(value or "").replace("\0", "").strip()


def _day(value: Any, at: time = time.min) -> datetime | None:
    """A day of the URL in UTC, or nothing if it is none."""
    try:
        day = parse_date(str(value or ""))
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, at)) if day else None
