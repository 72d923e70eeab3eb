"""The table of mailboxes: columns, filters and CSV file."""

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
from console.areas.entities import kinds
from console.areas.entities.display import state_badge
from console.areas.mailboxes import scope
from console.areas.users.display import format_megabytes, quota_percentage
from console.mirror.mailboxes import mailboxes_removed_within
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy
from console.plurals import number_of
from console.ui.filters import Filter, filter_rows
from console.ui.keyset import Cursor, nearest_rows
from console.ui.markup import DASH, badge, build_html
from console.ui.tables import PAGE_SIZE, Column, Table

EntityKind, EntityState = Entity.Kind, Entity.State
Values = Mapping[str, Any]
ROLE_LABELS = {"USER": "Person", "ROOM": "Room", "EQUIPMENT": "Equipment"}
WARNING_PERCENT, DANGER_PERCENT = 80, 90  # percent; WorkMail warns the owner at 90 [documented]
DANGER_DAYS = 7  # days
METER_HTML = (
    '<span class="meter"><span>{} of {}</span><span>{} %</span>'
    '<progress class="{}" aria-label="{} % full" value="{}" max="100"></progress></span>'
)


def _mailbox_cell(values: Values) -> SafeString:
    href = reverse(
        f"{kinds.KIND_INFO[EntityKind(values['kind'])].space}:detail",
        args=[values["slug"], values["entity_id"]],
    )
    name = values["display_name"] or values["name"]
    return build_html(
        '<a href="{}">{}</a><span class="below d-md-none">{}</span>', href, name, values["email"]
    )


def _size_cell(values: Values) -> SafeString | str:
    """Return the used share of the quota as a meter; WorkMail reports it of users only."""
    full = quota_percentage(values["mailbox_size"], values["mailbox_quota"])
    if full is None:
        return DASH
    tone = "is-danger" if full >= DANGER_PERCENT else "is-warning" if full >= WARNING_PERCENT else ""
    size, quota = format_megabytes(values["mailbox_size"]), format_megabytes(values["mailbox_quota"])
    return build_html(METER_HTML, size, quota, full, tone, full, min(full, 100))


def _quota_cell(values: Values) -> SafeString | str:
    """Return the quota, linked to its form if the operator can change it."""
    quota = format_megabytes(values["mailbox_quota"])
    if not values["may_quota"] or values["kind"] != EntityKind.USER or values["state"] != EntityState.ENABLED:
        return quota
    href = reverse("users:quota", args=[values["slug"], values["entity_id"]])
    return build_html('<a href="{}" title="Change the quota">{}</a>', href, quota)


def _state_cell(values: Values) -> SafeString:
    return state_badge(values["state"])


def _removal_cell(values: Values) -> SafeString:
    """Return how long WorkMail keeps a disabled mailbox."""
    if values["state"] == EntityState.ENABLED or values["disabled_date"] is None:
        return DASH
    days = scope.count_days_left(values["disabled_date"], timezone.now())
    return badge(days_left_text(days), "danger" if days <= DANGER_DAYS else "warning")


def days_left_text(days: int) -> str:
    return f"{number_of(days, 'day')} left" if days else "Last day"


def _export_cell(values: Values) -> SafeString:
    day: datetime | None = values["exported"]
    return build_html('<span class="text-nowrap">{}</span>', day.date()) if day else DASH


EXPORT_COLUMN = Column("exported", "Last export", ("exported",), _export_cell, hide="xl")
MAILBOX_COLUMNS = (
    Column(
        "name", "Name", ("display_name", "name", "entity_id", "email"), _mailbox_cell, "sort_display_name"
    ),
    Column("email", "Address", sort="email", hide="md"),
    Column("kind", "Of", ("role",), lambda values: ROLE_LABELS.get(values["role"], ""), hide="lg"),
    Column("size", "Size", ("mailbox_size", "mailbox_quota"), _size_cell, "sort_size"),
    Column("quota", "Quota", ("mailbox_quota", "state"), _quota_cell, "sort_quota", True, "xl"),
    Column("state", "State", ("state",), _state_cell, "state", hide="lg"),
    Column("dies", "Dies", ("state", "disabled_date"), _removal_cell, "disabled_date"),
)


def build_table(params: QueryDict, *, exports: bool) -> Table:
    """Return the table, with the export column if `exports`; by removal date if filtered by it."""
    all_columns = (*MAILBOX_COLUMNS, EXPORT_COLUMN) if exports else MAILBOX_COLUMNS
    left_out = "size" if params.get("dying") else "dies"  # on a phone, which has room for one of them
    columns = tuple(replace(each, hide="sm") if each.name == left_out else each for each in all_columns)
    return Table(columns, "dies" if params.get("dying") else "email", key="id", fields=("kind",))


def build_filters(actor: Actor, organization: Organization) -> list[Filter]:
    """Return the filters; the one of exports only if the operator can list exports."""
    offered = [
        Filter("kind", "Of", [("user", "People"), ("resource", "Rooms and equipment")], "kind", any="All"),
        Filter("full", "Full", [("80", "Over 80 %"), ("90", "Over 90 %")], _fuller_than),
        Filter(
            "dying",
            "Dies",
            day_choices(7, 14, 30),
            lambda days: mailboxes_removed_within(int(days)),
            any="Whenever",
        ),
        Filter("state", "State", [("ENABLED", "Enabled"), ("DISABLED", "Disabled")], "state"),
    ]
    if policy.allows(actor, scope.LIST_EXPORTS, organization):
        never = scope.never_exported_condition(actor, organization)
        offered.append(Filter("export", "Export", [("never", "Never exported")], lambda _: never))
    return offered


def day_choices(*days: int) -> list[tuple[str, str]]:
    return [(str(each), f"Within {each} days") for each in days]


def _fuller_than(percent: str) -> Q:
    return Q(mailbox_size__gt=F("mailbox_quota") * int(percent) / 100.0, mailbox_quota__gt=0)


def find_mailboxes(actor: Actor, organization: Organization, params: QueryDict) -> list[EntityQuerySet]:
    """Return the mailboxes that match the URL: one queryset of users, one of resources."""
    kinds = {
        EntityKind.USER: scope.visible_user_mailboxes,
        EntityKind.RESOURCE: scope.visible_resource_mailboxes,
    }
    chosen = {kind: of for kind, of in kinds.items() if params.get("kind") == kind} or kinds
    return [_filter_mailboxes(actor, organization, params, of(actor, organization)) for of in chosen.values()]


def _filter_mailboxes(
    actor: Actor, organization: Organization, params: QueryDict, mailboxes: EntityQuerySet
) -> EntityQuerySet:
    narrow = filter_rows(mailboxes.matching(params.get("q", "")), build_filters(actor, organization), params)
    if domain := params.get("domain"):
        narrow = narrow.filter(domain=domain.lower())
    return narrow  # type: ignore[return-value]  # the same queryset's class


def combine_mailboxes(kinds: list[EntityQuerySet]) -> EntityQuerySet:
    return reduce(or_, kinds)


def nearest_mailboxes(
    kinds: list[EntityQuerySet], table: Table, params: QueryDict, size: int = PAGE_SIZE
) -> EntityQuerySet:
    """Return of each kind as many as a page can show, each found by an index of its own."""
    sort, cursor = table.sort(params), Cursor.read(params)
    nearest = [Q(pk__in=nearest_rows(each, sort, table.key, cursor, size).values("pk")) for each in kinds]
    return Entity.objects.filter(reduce(or_, nearest))


def with_last_export(actor: Actor, organization: Organization, mailboxes: EntityQuerySet) -> EntityQuerySet:
    """Annotate each mailbox with the time of its last completed export as `exported`."""
    jobs = scope.visible_completed_exports(actor, organization).filter(entity_id=OuterRef("entity_id"))
    last = Subquery(jobs.order_by("-finished_at").values("finished_at")[:1])
    annotated: EntityQuerySet = mailboxes.annotate(exported=last)
    return annotated


CSV_HEADER = (
    *("Name", "Username", "Address", "Of", "State", "Size (MB)", "Quota (MB)", "Full (%)"),
    *("Disabled", "Days left", "Last export", "Id"),
)
CSV_FIELDS = ("display_name", "name", "email", "role", "state", "mailbox_size", "mailbox_quota")


def iterate_csv_rows(mailboxes: QuerySet[Any]) -> Iterator[list[Any]]:
    now = timezone.now()
    rows = mailboxes.values_list(*CSV_FIELDS, "disabled_date", "exported", "entity_id")
    for display_name, name, email, role, state, size, quota, disabled, exported, entity_id in rows.iterator():
        days = scope.count_days_left(disabled, now) if disabled and state == EntityState.DISABLED else None
        full = quota_percentage(size, quota)
        kind = ROLE_LABELS.get(role, role)
        yield [display_name, name, email, kind, state, size, quota, full, disabled, days, exported, entity_id]
