"""Who may open whose mailbox, all over the organization: permissions as rows, searchable from both ends."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import CharField, Exists, F, JSONField, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, Coalesce, JSONObject
from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.directory import kinds
from console.areas.directory.kinds import Kind
from console.mirror.models import Entity, EntityQuerySet, Membership, Organization, Permission
from console.operators import policy
from console.ui.filters import Filter, narrowed
from console.ui.keyset import Cursor, nearest
from console.ui.markup import DASH, badge, made
from console.ui.tables import SIZE, Column, Table

Permissions = QuerySet[Permission]
Values = Mapping[str, Any]
SEEING = "ListMailboxPermissions"
MAY = {
    "FULL_ACCESS": "Open the mailbox",
    "SEND_AS": "Send as its owner",
    "SEND_ON_BEHALF": "Send on behalf",
}
OWNER = ("owner__display_name", "owner__name", "owner__entity_id", "owner__kind", "owner__state")


def _owner(values: Values) -> SafeString | str:
    name = values["owner__display_name"] or values["owner__name"]
    return _linked(values, values["owner__kind"], values["owner__entity_id"], name, values["owner__email"])


def _grantee(values: Values) -> SafeString | str:
    held = values["grantee"]
    if held is None:
        return made("<code>{}</code> {}", values["grantee_id"], badge("Unknown", "warning"))
    name = held["display_name"] or held["name"]
    shown = _linked(values, held["kind"], values["grantee_id"], name, held["email"])
    return shown if held["state"] == "ENABLED" else made("{} {}", shown, badge(held["state"].title()))


def _linked(values: Values, kind: str, entity_id: str, name: str, email: str) -> SafeString | str:
    space = kinds.OF[Kind(kind)].space
    if not space:
        return made('{}<span class="below">{}</span>', name, email)
    href = reverse(f"{space}:detail", args=[values["slug"], entity_id])
    return made('<a href="{}">{}</a><span class="below">{}</span>', href, name, email)


def _kind(values: Values) -> SafeString | str:
    held = values["grantee"]
    return Entity.Kind(held["kind"]).label if held else DASH


def _may(values: Values) -> str:
    return ", ".join(MAY.get(each, each) for each in values["values"])


ACCESS = Table(
    (
        Column("who", "Who", ("grantee", "grantee_id"), _grantee, "grantee_email"),
        Column("kind", "Is a", ("grantee",), _kind, hide="lg"),
        Column("may", "May", ("values",), _may),
        Column("owner", "Whose mailbox", (*OWNER, "owner__email"), _owner, "owner__email"),
    ),
    default_sort="owner",
    key="id",
)
KNOWN = Entity.objects.filter(organization=OuterRef("organization"), entity_id=OuterRef("grantee_id"))
FILTERS = (
    Filter("may", "May", list(MAY.items()), lambda value: Q(spelled__contains=f'"{value}"')),
    Filter(
        "holder",
        "Held by",
        [("user", "People"), ("group", "Groups"), ("resource", "Rooms and equipment")],
        lambda kind: Q(Exists(KNOWN.filter(kind=kind))),
        any="Anybody",
    ),
    Filter(
        "left",
        "Left over",
        [("disabled", "Of somebody disabled"), ("unknown", "Of somebody unknown")],
        lambda value: Q(Exists(KNOWN.filter(state="DISABLED"))) if value == "disabled" else ~Q(Exists(KNOWN)),
        any="All",
    ),
    Filter("through", "Through groups", [("groups", "Included")], lambda _: Q(), any="Not searched"),
)


def visible(actor: Actor, organization: Organization) -> Permissions:
    """Access of which `actor` may see both ends; a grantee whom nobody knows is for those who see all."""
    rows = Permission.objects.filter(organization=organization)
    if policy.covers_organization(actor, SEEING, organization):
        return rows
    seen = policy.visible_entities(actor, SEEING, organization)
    return rows.filter(owner__in=seen, grantee_id__in=seen.values("entity_id"))


def found(actor: Actor, organization: Organization, params: QueryDict) -> Permissions:
    """What a URL asks for: all words are looked for at either end."""
    rows = visible(actor, organization).annotate(spelled=Cast("values", TextField()))
    if text := params.get("q", "").strip():
        seen = policy.visible_entities(actor, SEEING, organization)
        named = seen.matching(text)
        holders = named.values("entity_id")
        either = Q(owner__in=named.values("pk")) | Q(grantee_id__in=holders) | Q(grantee_id=text)
        if params.get("through") == "groups":
            either |= Q(grantee_id__in=joined(seen, named).values("entity_id"))
        rows = rows.filter(either)
    return addressed(narrowed(rows, FILTERS, params))


def joined(seen: EntityQuerySet, members: EntityQuerySet) -> EntityQuerySet:
    """The groups that some are in, directly or through one more group."""
    first = Membership.objects.filter(member__in=members.values("pk")).values("group")
    second = Membership.objects.filter(member__in=first).values("group")
    return seen.filter(Q(pk__in=first) | Q(pk__in=second), kind=Entity.Kind.GROUP)


def near(rows: Permissions, params: QueryDict, size: int = SIZE) -> Permissions:
    """As many as a page can show, found before anything is looked up that only a shown row needs."""
    sort, cursor = ACCESS.sort(params), Cursor.read(params)
    return Permission.objects.filter(pk__in=nearest(rows, sort, ACCESS.key, cursor, size).values("pk"))


def addressed(rows: Permissions) -> Permissions:
    """Each with the address of who holds it, or her id if the console does not know her."""
    email = Subquery(KNOWN.values("email")[:1], output_field=CharField())
    return rows.annotate(grantee_email=Coalesce(email, F("grantee_id")))


def told(rows: Permissions) -> Permissions:
    """Each with who holds it, as `grantee`, `None` if the console does not know her."""
    shown = {name: F(name) for name in ("display_name", "name", "email", "kind", "state")}
    held = Subquery(KNOWN.values(found=JSONObject(**shown))[:1], output_field=JSONField())
    return addressed(rows).annotate(grantee=held)


HEADER = (
    *("Who", "Address of who", "Is a", "State of who", "Id of who", "May"),
    *("Whose mailbox", "Address of whose", "Id of whose"),
)


def filed(rows: Permissions) -> Iterator[list[Any]]:
    """The rows of the file, below `HEADER`."""
    owner = ("owner__display_name", "owner__name", "owner__email", "owner__entity_id")
    for held, grantee_id, values, display, name, *last in rows.values_list(
        "grantee", "grantee_id", "values", *owner
    ).iterator():
        known = held or {}
        who = known.get("display_name") or known.get("name")
        more = [known.get(member) for member in ("email", "kind", "state")]
        yield [who, *more, grantee_id, " ".join(values), display or name, *last]
