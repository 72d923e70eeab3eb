"""Mailboxes as rows: the columns of the list and of its file, the filters, and what a URL asks for."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.directory import kinds
from console.areas.directory.showing import state_badge
from console.areas.mailboxes import scope
from console.areas.users.showing import fill, megabytes
from console.mirror.mailboxes import mailboxes_removed_within
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy
from console.plurals import number_of
from console.ui.filters import Filter, narrowed
from console.ui.keyset import Cursor, nearest
from console.ui.markup import DASH, badge, made
from console.ui.tables import SIZE, Column, Table

Kind, State = Entity.Kind, Entity.State
Values = Mapping[str, Any]
KINDS = {"USER": "Person", "ROOM": "Room", "EQUIPMENT": "Equipment"}
FULLER, FULLEST = 80, 90  # percent; WorkMail warns the owner at 90 [documented]
SOON = 7  # days
METER = (
    '<span class="meter"><span>{} of {}</span><span>{} %</span>'
    '<progress class="{}" aria-label="{} % full" value="{}" max="100"></progress></span>'
)


def _mailbox(values: Values) -> SafeString:
    href = reverse(
        f"{kinds.OF[Kind(values['kind'])].space}:detail", args=[values["slug"], values["entity_id"]]
    )
    name = values["display_name"] or values["name"]
    return made('<a href="{}">{}</a><span class="below d-md-none">{}</span>', href, name, values["email"])


def _size(values: Values) -> SafeString | str:
    """How much of the quota is used, as a meter; WorkMail tells it of people alone."""
    full = fill(values["mailbox_size"], values["mailbox_quota"])
    if full is None:
        return DASH
    tone = "is-danger" if full >= FULLEST else "is-warning" if full >= FULLER else ""
    size, quota = megabytes(values["mailbox_size"]), megabytes(values["mailbox_quota"])
    return made(METER, size, quota, full, tone, full, min(full, 100))


def _quota(values: Values) -> SafeString | str:
    """Leads to its form whoever may set it."""
    shown = megabytes(values["mailbox_quota"])
    if not values["may_quota"] or values["kind"] != Kind.USER or values["state"] != State.ENABLED:
        return shown
    href = reverse("users:quota", args=[values["slug"], values["entity_id"]])
    return made('<a href="{}" title="Change the quota">{}</a>', href, shown)


def _state(values: Values) -> SafeString:
    return state_badge(values["state"])


def _dies(values: Values) -> SafeString:
    """How long WorkMail still keeps a disabled one."""
    if values["state"] == State.ENABLED or values["disabled_date"] is None:
        return DASH
    days = scope.days_left(values["disabled_date"], timezone.now())
    return badge(left(days), "danger" if days <= SOON else "warning")


def left(days: int) -> str:
    return f"{number_of(days, 'day')} left" if days else "Last day"


def _exported(values: Values) -> SafeString:
    day: datetime | None = values["exported"]
    return made('<span class="text-nowrap">{}</span>', day.date()) if day else DASH


EXPORTED = Column("exported", "Last export", ("exported",), _exported, hide="xl")
COLUMNS = (
    Column("name", "Name", ("display_name", "name", "entity_id", "email"), _mailbox, "sort_display_name"),
    Column("email", "Address", sort="email", hide="md"),
    Column("kind", "Of", ("role",), lambda values: KINDS.get(values["role"], ""), hide="lg"),
    Column("size", "Size", ("mailbox_size", "mailbox_quota"), _size, "sort_size"),
    Column("quota", "Quota", ("mailbox_quota", "state"), _quota, "sort_quota", True, "xl"),
    Column("state", "State", ("state",), _state, "state", hide="lg"),
    Column("dies", "Dies", ("state", "disabled_date"), _dies, "disabled_date"),
)


def table(params: QueryDict, *, exports: bool) -> Table:
    """With the column of exports for those who may see any; of the dying the next to go comes first."""
    shown = (*COLUMNS, EXPORTED) if exports else COLUMNS
    left_out = "size" if params.get("dying") else "dies"  # on a phone, which has room for one of them
    columns = tuple(replace(each, hide="sm") if each.name == left_out else each for each in shown)
    return Table(columns, "dies" if params.get("dying") else "email", key="id", fields=("kind",))


def choices(actor: Actor, organization: Organization) -> list[Filter]:
    """The filters; of exports for those who may see any."""
    found = [
        Filter("kind", "Of", [("user", "People"), ("resource", "Rooms and equipment")], "kind", any="All"),
        Filter("full", "Full", [("80", "Over 80 %"), ("90", "Over 90 %")], _fuller),
        Filter(
            "dying",
            "Dies",
            within(7, 14, 30),
            lambda days: mailboxes_removed_within(int(days)),
            any="Whenever",
        ),
        Filter("state", "State", [("ENABLED", "Enabled"), ("DISABLED", "Disabled")], "state"),
    ]
    if policy.allows(actor, scope.LISTING, organization):
        never = scope.never_exported(actor, organization)
        found.append(Filter("export", "Export", [("never", "Never exported")], lambda _: never))
    return found


def within(*days: int) -> list[tuple[str, str]]:
    return [(str(each), f"Within {each} days") for each in days]


def _fuller(percent: str) -> Q:
    return Q(mailbox_size__gt=F("mailbox_quota") * int(percent) / 100.0, mailbox_quota__gt=0)


def found(actor: Actor, organization: Organization, params: QueryDict) -> list[EntityQuerySet]:
    """The mailboxes that a URL asks for: those of people, and those of resources."""
    kinds = {Kind.USER: scope.people, Kind.RESOURCE: scope.resources}
    asked = {kind: of for kind, of in kinds.items() if params.get("kind") == kind} or kinds
    return [_found(actor, organization, params, of(actor, organization)) for of in asked.values()]


def _found(
    actor: Actor, organization: Organization, params: QueryDict, mailboxes: EntityQuerySet
) -> EntityQuerySet:
    narrow = narrowed(mailboxes.matching(params.get("q", "")), choices(actor, organization), params)
    if domain := params.get("domain"):
        narrow = narrow.filter(domain=domain.lower())
    return narrow  # type: ignore[return-value]  # the same queryset's class


def together(kinds: list[EntityQuerySet]) -> EntityQuerySet:
    return reduce(or_, kinds)


def near(kinds: list[EntityQuerySet], shown: Table, params: QueryDict, size: int = SIZE) -> EntityQuerySet:
    """Of each kind as many as a page can show: each is walked in an index of its own, which both are not."""
    sort, cursor = shown.sort(params), Cursor.read(params)
    walked = [Q(pk__in=nearest(each, sort, shown.key, cursor, size).values("pk")) for each in kinds]
    return Entity.objects.filter(reduce(or_, walked))


def with_exports(actor: Actor, organization: Organization, mailboxes: EntityQuerySet) -> EntityQuerySet:
    """The same, each with the moment of its last completed export as `exported`."""
    jobs = scope.exported(actor, organization).filter(entity_id=OuterRef("entity_id"))
    last = Subquery(jobs.order_by("-finished_at").values("finished_at")[:1])
    told: EntityQuerySet = mailboxes.annotate(exported=last)
    return told


HEADER = (
    *("Name", "Username", "Address", "Of", "State", "Size (MB)", "Quota (MB)", "Full (%)"),
    *("Disabled", "Days left", "Last export", "Id"),
)
FILED = ("display_name", "name", "email", "role", "state", "mailbox_size", "mailbox_quota")


def filed(mailboxes: QuerySet[Any]) -> Iterator[list[Any]]:
    """The rows of the file, below `HEADER`."""
    now = timezone.now()
    rows = mailboxes.values_list(*FILED, "disabled_date", "exported", "entity_id")
    for display_name, name, email, role, state, size, quota, disabled, exported, entity_id in rows.iterator():
        days = scope.days_left(disabled, now) if disabled and state == State.DISABLED else None
        full = fill(size, quota)
        kind = KINDS.get(role, role)
        yield [display_name, name, email, kind, state, size, quota, full, disabled, days, exported, entity_id]
