"""The table of mailbox permissions: columns, filters, search from both ends, and CSV file."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import CharField, Exists, F, JSONField, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.entities import kinds
from console.areas.entities.kinds import Kind
from console.mirror.models import Entity, EntityQuerySet, Membership, Organization, Permission
from console.operators import policy
from console.ui.filters import Filter, filter_rows
from console.ui.keyset import Cursor, nearest_rows
from console.ui.markup import DASH, badge, build_html
from console.ui.tables import PAGE_SIZE, Column, Table

Permissions = QuerySet[Permission]
Values = Mapping[str, Any]
LIST_OPERATION = "ListMailboxPermissions"
PERMISSION_LABELS = {
    "FULL_ACCESS": "Open the mailbox",
    "SEND_AS": "Send as its owner",
    "SEND_ON_BEHALF": "Send on behalf",
}
OWNER_FIELDS = ("owner__display_name", "owner__name", "owner__entity_id", "owner__kind", "owner__state")


def _owner_cell(values: Values) -> SafeString | str:
    name = values["owner__display_name"] or values["owner__name"]
    return _entity_cell(
        values, values["owner__kind"], values["owner__entity_id"], name, values["owner__email"]
    )


def _grantee_cell(values: Values) -> SafeString | str:
    grantee = values["grantee"]
    if grantee is None:
        return build_html("<code>{}</code> {}", values["grantee_id"], badge("Unknown", "warning"))
    name = grantee["display_name"] or grantee["name"]
    cell = _entity_cell(values, grantee["kind"], values["grantee_id"], name, grantee["email"])
    return (
        cell if grantee["state"] == "ENABLED" else build_html("{} {}", cell, badge(grantee["state"].title()))
    )


def _entity_cell(values: Values, kind: str, entity_id: str, name: str, email: str) -> SafeString | str:
    space = kinds.KIND_INFO[Kind(kind)].space
    if not space:
        return build_html('{}<span class="below">{}</span>', name, email)
    href = reverse(f"{space}:detail", args=[values["slug"], entity_id])
    return build_html('<a href="{}">{}</a><span class="below">{}</span>', href, name, email)


def _kind_cell(values: Values) -> SafeString | str:
    grantee = values["grantee"]
    return Entity.Kind(grantee["kind"]).label if grantee else DASH


def _permissions_cell(values: Values) -> str:
    return ", ".join(PERMISSION_LABELS.get(each, each) for each in values["values"])


PERMISSION_TABLE = Table(
    (
        Column("who", "Who", ("grantee", "grantee_id"), _grantee_cell, "grantee_email"),
        Column("kind", "Is a", ("grantee",), _kind_cell, hide="lg"),
        Column("may", "May", ("values",), _permissions_cell),
        Column("owner", "Whose mailbox", (*OWNER_FIELDS, "owner__email"), _owner_cell, "owner__email"),
    ),
    default_sort="owner",
    key="id",
)
GRANTEES = Entity.objects.filter(organization=OuterRef("organization"), entity_id=OuterRef("grantee_id"))
PERMISSION_FILTERS = (
    Filter("may", "May", list(PERMISSION_LABELS.items()), lambda value: Q(spelled__contains=f'"{value}"')),
    Filter(
        "holder",
        "Held by",
        [("user", "People"), ("group", "Groups"), ("resource", "Rooms and equipment")],
        lambda kind: Q(Exists(GRANTEES.filter(kind=kind))),
        any="Anybody",
    ),
    Filter(
        "left",
        "Left over",
        [("disabled", "Of somebody disabled"), ("unknown", "Of somebody unknown")],
        lambda value: (
            Q(Exists(GRANTEES.filter(state="DISABLED"))) if value == "disabled" else ~Q(Exists(GRANTEES))
        ),
        any="All",
    ),
    Filter("through", "Through groups", [("groups", "Included")], lambda _: Q(), any="Not searched"),
)


def visible_permissions(actor: Actor, organization: Organization) -> Permissions:
    """Return the permissions of which `actor` can see both ends; an unknown grantee needs full scope."""
    rows = Permission.objects.filter(organization=organization)
    if policy.covers_organization(actor, LIST_OPERATION, organization):
        return rows
    visible = policy.visible_entities(actor, LIST_OPERATION, organization)
    return rows.filter(owner__in=visible, grantee_id__in=visible.values("entity_id"))


def find_permissions(actor: Actor, organization: Organization, params: QueryDict) -> Permissions:
    """Return the permissions that match the URL; the text is searched at both ends."""
    rows = visible_permissions(actor, organization).annotate(spelled=Cast("values", TextField()))
    if text := params.get("q", "").strip():
        visible = policy.visible_entities(actor, LIST_OPERATION, organization)
        matching = visible.matching(text)
        holders = matching.values("entity_id")
        either = Q(owner__in=matching.values("pk")) | Q(grantee_id__in=holders) | Q(grantee_id=text)
        if params.get("through") == "groups":
            either |= Q(grantee_id__in=groups_of_members(visible, matching).values("entity_id"))
        rows = rows.filter(either)
    return with_grantee_email(filter_rows(rows, PERMISSION_FILTERS, params))


def groups_of_members(seen: EntityQuerySet, members: EntityQuerySet) -> EntityQuerySet:
    """Return the groups of the members, direct or nested once."""
    first = Membership.objects.filter(member__in=members.values("pk")).values("group")
    second = Membership.objects.filter(member__in=first).values("group")
    return seen.filter(Q(pk__in=first) | Q(pk__in=second), kind=Entity.Kind.GROUP)


def nearest_permissions(rows: Permissions, params: QueryDict, size: int = PAGE_SIZE) -> Permissions:
    """Return as many as a page can show, before subqueries that only a shown row needs."""
    sort, cursor = PERMISSION_TABLE.sort(params), Cursor.read(params)
    return Permission.objects.filter(
        pk__in=nearest_rows(rows, sort, PERMISSION_TABLE.key, cursor, size).values("pk")
    )


def with_grantee_email(rows: Permissions) -> Permissions:
    """Annotate each with the grantee's email address, or the id if the grantee is unknown."""
    email = Subquery(GRANTEES.values("email")[:1], output_field=CharField())
    return rows.annotate(grantee_email=Coalesce(email, F("grantee_id")))


def with_grantee(rows: Permissions) -> Permissions:
    """Annotate each with the grantee's fields as `grantee`, `None` if the grantee is unknown."""
    fields = {name: F(name) for name in ("display_name", "name", "email", "kind", "state")}
    grantee = Subquery(GRANTEES.values(found=JSONObject(**fields))[:1], output_field=JSONField())
    return with_grantee_email(rows).annotate(grantee=grantee)


CSV_HEADER = (
    *("Who", "Address of who", "Is a", "State of who", "Id of who", "May"),
    *("Whose mailbox", "Address of whose", "Id of whose"),
)


def iterate_csv_rows(rows: Permissions) -> Iterator[list[Any]]:
    owner = ("owner__display_name", "owner__name", "owner__email", "owner__entity_id")
    for grantee, grantee_id, values, display, name, *last in rows.values_list(
        "grantee", "grantee_id", "values", *owner
    ).iterator():
        grantee_fields = grantee or {}
        who = grantee_fields.get("display_name") or grantee_fields.get("name")
        more = [grantee_fields.get(member) for member in ("email", "kind", "state")]
        yield [who, *more, grantee_id, " ".join(values), display or name, *last]
