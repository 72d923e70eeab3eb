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
    held = values["grantee"]
    if held is None:
        return build_html("<code>{}</code> {}", values["grantee_id"], badge("Unknown", "warning"))
    name = held["display_name"] or held["name"]
    shown = _entity_cell(values, held["kind"], values["grantee_id"], name, held["email"])
    return shown if held["state"] == "ENABLED" else build_html("{} {}", shown, badge(held["state"].title()))


def _entity_cell(values: Values, kind: str, entity_id: str, name: str, email: str) -> SafeString | str:
    space = kinds.KIND_INFO[Kind(kind)].space
    if not space:
        return build_html('{}<span class="below">{}</span>', name, email)
    href = reverse(f"{space}:detail", args=[values["slug"], entity_id])
    return build_html('<a href="{}">{}</a><span class="below">{}</span>', href, name, email)


def _kind_cell(values: Values) -> SafeString | str:
    held = values["grantee"]
    return Entity.Kind(held["kind"]).label if held else DASH


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
    seen = policy.visible_entities(actor, LIST_OPERATION, organization)
    return rows.filter(owner__in=seen, grantee_id__in=seen.values("entity_id"))


def find_permissions(actor: Actor, organization: Organization, params: QueryDict) -> Permissions:
    """Return the permissions that match the URL; the text is searched at both ends."""
    rows = visible_permissions(actor, organization).annotate(spelled=Cast("values", TextField()))
    if text := params.get("q", "").strip():
        seen = policy.visible_entities(actor, LIST_OPERATION, organization)
        named = seen.matching(text)
        holders = named.values("entity_id")
        either = Q(owner__in=named.values("pk")) | Q(grantee_id__in=holders) | Q(grantee_id=text)
        if params.get("through") == "groups":
            either |= Q(grantee_id__in=groups_of_members(seen, named).values("entity_id"))
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
    shown = {name: F(name) for name in ("display_name", "name", "email", "kind", "state")}
    held = Subquery(GRANTEES.values(found=JSONObject(**shown))[:1], output_field=JSONField())
    return with_grantee_email(rows).annotate(grantee=held)


CSV_HEADER = (
    *("Who", "Address of who", "Is a", "State of who", "Id of who", "May"),
    *("Whose mailbox", "Address of whose", "Id of whose"),
)


def iterate_csv_rows(rows: Permissions) -> Iterator[list[Any]]:
    owner = ("owner__display_name", "owner__name", "owner__email", "owner__entity_id")
    for held, grantee_id, values, display, name, *last in rows.values_list(
        "grantee", "grantee_id", "values", *owner
    ).iterator():
        known = held or {}
        who = known.get("display_name") or known.get("name")
        more = [known.get(member) for member in ("email", "kind", "state")]
        yield [who, *more, grantee_id, " ".join(values), display or name, *last]
