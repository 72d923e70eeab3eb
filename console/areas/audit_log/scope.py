"""Audit log entries that an operator may read, and filters over them."""

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
# How operators sign in, and what they change about it, belongs to no organization.
OPERATOR_KINDS = (Kind.SIGNED_IN, Kind.SIGNED_OUT, Kind.CHANGED)


def readable_parts(actor: Actor, organization: Organization) -> list[EntryQuerySet]:
    """Return the readable entries in parts that one index each reads in order; an OR of them uses none.

    Entries of the organization, and the sign-ins of those who hold a grant in it. A reader who is
    narrowed to mail domains sees what was done to entities within them, no more.
    """
    own = _all_entries().filter(organization=organization.organization_id)
    if policy.covers_organization(actor, "ReadLedger", organization):
        return [own, _all_entries().filter(_sign_in_condition(organization), organization="")]
    entities = policy.visible_entities(actor, "ReadLedger", organization)
    return [own.filter(target__in=entities.values("entity_id"))]


def readable_entries(actor: Actor, organization: Organization) -> EntryQuerySet:
    """Return all readable entries as one query."""
    entries, *others = readable_parts(actor, organization)
    for each in others:
        entries = entries | each
    return entries


def get_entry(actor: Actor, organization: Organization, seq: int) -> Entry:
    """Return one entry; raise `policy.OutOfScope` if the actor may not read it."""
    entry = readable_entries(actor, organization).filter(seq=seq).first()
    return entry or policy.get_in_scope(
        Entry.objects.none(), organization=organization.organization_id, seq=seq
    )


def listed_entries(actor: Actor, organization: Organization, params: Any) -> EntryQuerySet:
    """Return one entry per call (its intent with `result`) and all other entries, filtered by the URL."""
    return filter_calls(readable_entries(actor, organization), organization, params).with_result()


def entries_about(actor: Actor, organization: Organization, target: str) -> EntryQuerySet:
    """Return the entries about one target, latest first."""
    own = readable_parts(actor, organization)[0].filter(target=target).exclude(kind=Kind.OUTCOME)
    return own.with_result().order_by("-seq")


def filter_calls(entries: EntryQuerySet, organization: Organization, params: Any) -> EntryQuerySet:
    return filter_entries(entries.exclude(kind=Kind.OUTCOME), organization, params)


def filter_entries(
    entries: EntryQuerySet, organization: Organization, params: Mapping[str, Any]
) -> EntryQuerySet:
    """Return the entries that match the URL's filters; invalid values are ignored."""
    if text := _remove_nul(params.get("q")):
        entries = entries.filter(_text_condition(text))
    for field in ("operation", "kind"):
        if value := _remove_nul(params.get(field)):
            entries = entries.filter(**{field: value})
    if outcome := _remove_nul(params.get("outcome")):
        entries = entries.filter(_outcome_condition(outcome, organization))
    if since := _parse_day(params.get("since")):
        entries = entries.filter(at__gte=since)
    if until := _parse_day(params.get("until"), time.max):
        entries = entries.filter(at__lte=until)
    return entries


def hidden_entities(actor: Actor, organization: Organization) -> Any:
    """Return the entities that are outside the actor's mail domains."""
    everybody = Entity.objects.filter(organization=organization)
    if policy.covers_organization(actor, "ReadLedger", organization):
        return everybody.none()
    return everybody.exclude(pk__in=policy.visible_entities(actor, "ReadLedger", organization).values("pk"))


def _all_entries() -> EntryQuerySet:
    entries: EntryQuerySet = Entry.objects.all()
    return entries


def _sign_in_condition(organization: Organization) -> Q:
    """Match sign-ins of the organization's operators; a failed one has only the typed address."""
    holders = Grant.objects.filter(organization=organization).values("operator_id")
    typed = Operator.objects.filter(pk__in=holders).values("email")
    return Q(kind__in=OPERATOR_KINDS, operator_id__in=holders) | Q(
        kind=Kind.SIGN_IN_FAILED, target_name__in=typed
    )


def _text_condition(text: str) -> Q:
    """Match operator, target, ticket, or an id: of the request, the AWS request or an entity."""
    return (
        Q(operator__icontains=text)
        | Q(target_name__icontains=text)
        | Q(ticket__iexact=text)
        | Q(target=text)
        | Q(request_id=text)
        | Q(call__in=Entry.objects.filter(aws_request_id=text).values("call"))
    )


def _outcome_condition(outcome: str, organization: Organization) -> Q:
    """Match calls with this outcome; rare outcomes are looked up first."""
    same_call = Entry.objects.filter(call=OuterRef("call"))
    if outcome == "open":
        return Q(~Exists(same_call.exclude(outcome__in=UNSETTLED_OUTCOMES)), kind=Kind.INTENT)
    if outcome == Outcome.DONE:
        return Q(Exists(same_call.filter(outcome=outcome)))
    few = Entry.objects.filter(organization=organization.organization_id, outcome=outcome)
    return Q(call__in=few.values("call"))


def _remove_nul(value: Any) -> str:
    """Remove NUL characters, which no database accepts."""
    return str(value or "").replace("\0", "").strip()


def _parse_day(value: Any, at: time = time.min) -> datetime | None:
    """Return the start (or the given time) of a day in UTC, `None` if it is not a date."""
    try:
        day = parse_date(str(value or ""))
    except ValueError:
        return None
    return timezone.make_aware(datetime.combine(day, at)) if day else None
