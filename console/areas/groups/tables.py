"""Groups and their members as rows: columns, files, filters, and what a URL asks for."""

from typing import Any
from urllib.parse import quote

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.directory import scope
from console.areas.directory.kinds import Kind
from console.areas.directory.tables import DELETED, HIDDEN, STATE, Values, chosen, enabled, name, state
from console.areas.groups import scope as groups
from console.mirror.models import Entity, EntityQuerySet, Membership, Organization
from console.ui.filters import Filter
from console.ui.markup import build_html
from console.ui.tables import Column, Table

INSIDE = Exists(Membership.objects.filter(group=OuterRef("pk")))
OUTSIDE = Exists(Membership.objects.filter(member=OuterRef("pk")))
GROUPS = Table(
    (
        Column("group", "Name", ("display_name", "name", "entity_id"), name, "sort_name"),
        Column("email", "Address", sort="email", hide="sm"),
        Column(
            "members", "Members", ("size",), lambda values: f"{values['size']:,}", numeric=True, hide="md"
        ),
        Column("state", "State", ("state", "hidden"), state, "state"),
        Column("enabled", "Enabled", ("enabled_date",), enabled, "sort_enabled", hide="lg"),
    ),
    default_sort="group",
    key="id",
    fields=("found",),
)
FILE = Table(
    (
        Column("group", "Name", ("name",), sort="sort_name"),
        Column("email", "Address", ("email",), sort="email"),
        Column("members", "Members", ("size",)),
        Column("state", "State", sort="state"),
        Column("hidden", "Hidden from the address book"),
        Column("enabled", "Enabled", ("enabled_date",), sort="sort_enabled"),
        Column("disabled", "Disabled", ("disabled_date",)),
        Column("id", "Id", ("entity_id",)),
    ),
    default_sort="group",
    key="id",
)
FILTERS = (
    STATE,
    HIDDEN,
    Filter(
        "members",
        "Members",
        [("some", "Somebody"), ("none", "Nobody")],
        lambda value: Q(INSIDE) if value == "some" else Q(~INSIDE),
    ),
    Filter(
        "nested",
        "In a group",
        [("yes", "In another"), ("no", "In none")],
        lambda value: Q(OUTSIDE) if value == "yes" else Q(~OUTSIDE),
    ),
    DELETED,
)


def _member(values: Values) -> SafeString:
    base = values["bases"][values["kind"]]
    return build_html(
        '<a href="{}">{}</a><span class="below d-sm-none">{}</span>',
        f"{base}{quote(values['entity_id'], safe='@+')}/",
        values["display_name"] or values["name"],
        values["email"] or values["name"],
    )


MEMBERS = Table(
    (
        Column("member", "Name", ("display_name", "name", "entity_id"), _member, "sort_name"),
        Column("email", "Address", sort="email", hide="sm"),
        Column("kind", "Kind", ("kind",), lambda values: Kind(values["kind"]).label, "kind", hide="md"),
        Column("department", "Department", sort="sort_department", hide="lg"),
        Column("state", "State", ("state", "hidden"), state, "state"),
    ),
    default_sort="member",
    key="id",
    identity="entity_id",
    fields=("found",),
)
MEMBERS_FILE = Table(
    (
        Column("member", "Name", ("name",), sort="sort_name"),
        Column("display_name", "Display name"),
        Column("email", "Address", ("email",), sort="email"),
        Column("kind", "Kind", sort="kind"),
        Column("state", "State", sort="state"),
        Column("id", "Id", ("entity_id",)),
    ),
    default_sort="member",
    key="id",
)
MEMBER_FILTERS = (Filter("kind", "Kind", [("user", "People"), ("group", "Groups")], "kind"), STATE)


def found(actor: Actor, organization: Organization, params: QueryDict) -> EntityQuerySet:
    """The groups that a URL asks for among those `actor` may see, with how many are directly in each."""
    matching = scope.of_kind(actor, organization, Kind.GROUP).matching(params.get("q", ""))
    sized: EntityQuerySet = chosen(matching, FILTERS, params).annotate(size=_size(actor, organization))
    return sized


def found_members(actor: Actor, group: Entity, params: QueryDict) -> EntityQuerySet:
    """Those directly in a group whom a URL asks for."""
    return chosen(groups.members(actor, group).matching(params.get("q", "")), MEMBER_FILTERS, params)


def _size(actor: Actor, organization: Organization) -> Any:
    """Only members whom the operator may see are counted."""
    seen = scope.entities(actor, "ListGroupMembers", organization).exclude(state=Entity.State.DELETED)
    inside = Membership.objects.filter(group=OuterRef("pk"), member__in=seen)
    counted = inside.order_by().values("group").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())
