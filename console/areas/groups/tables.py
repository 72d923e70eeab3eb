"""Tables of groups and of members, their CSV columns and filters."""

from typing import Any
from urllib.parse import quote

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.entities import scope
from console.areas.entities.kinds import Kind
from console.areas.entities.tables import (
    DELETED_FILTER,
    HIDDEN_FILTER,
    STATE_FILTER,
    RowValues,
    apply_filters,
    enabled_cell,
    name_cell,
    state_cell,
)
from console.areas.groups import scope as groups_scope
from console.mirror.models import Entity, EntityQuerySet, Membership, Organization
from console.ui.filters import Filter
from console.ui.markup import build_html
from console.ui.tables import Column, Table

HAS_MEMBERS = Exists(Membership.objects.filter(group=OuterRef("pk")))
IS_NESTED = Exists(Membership.objects.filter(member=OuterRef("pk")))
GROUPS_TABLE = Table(
    (
        Column("group", "Name", ("display_name", "name", "entity_id"), name_cell, "sort_name"),
        Column("email", "Address", sort="email", hide="sm"),
        Column(
            "members", "Members", ("size",), lambda values: f"{values['size']:,}", numeric=True, hide="md"
        ),
        Column("state", "State", ("state", "hidden"), state_cell, "state"),
        Column("enabled", "Enabled", ("enabled_date",), enabled_cell, "sort_enabled", hide="lg"),
    ),
    default_sort="group",
    key="id",
    fields=("found",),
)
GROUPS_CSV = Table(
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
GROUP_FILTERS = (
    STATE_FILTER,
    HIDDEN_FILTER,
    Filter(
        "members",
        "Members",
        [("some", "Somebody"), ("none", "Nobody")],
        lambda value: Q(HAS_MEMBERS) if value == "some" else Q(~HAS_MEMBERS),
    ),
    Filter(
        "nested",
        "In a group",
        [("yes", "In another"), ("no", "In none")],
        lambda value: Q(IS_NESTED) if value == "yes" else Q(~IS_NESTED),
    ),
    DELETED_FILTER,
)


def _member_cell(values: RowValues) -> SafeString:
    base = values["bases"][values["kind"]]
    return build_html(
        '<a href="{}">{}</a><span class="below d-sm-none">{}</span>',
        f"{base}{quote(values['entity_id'], safe='@+')}/",
        values["display_name"] or values["name"],
        values["email"] or values["name"],
    )


MEMBERS_TABLE = Table(
    (
        Column("member", "Name", ("display_name", "name", "entity_id"), _member_cell, "sort_name"),
        Column("email", "Address", sort="email", hide="sm"),
        Column("kind", "Kind", ("kind",), lambda values: Kind(values["kind"]).label, "kind", hide="md"),
        Column("department", "Department", sort="sort_department", hide="lg"),
        Column("state", "State", ("state", "hidden"), state_cell, "state"),
    ),
    default_sort="member",
    key="id",
    identity="entity_id",
    fields=("found",),
)
MEMBERS_CSV = Table(
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
MEMBER_FILTERS = (Filter("kind", "Kind", [("user", "People"), ("group", "Groups")], "kind"), STATE_FILTER)


def filter_groups(actor: Actor, organization: Organization, params: QueryDict) -> EntityQuerySet:
    """Return the visible groups that match the query parameters, with their member counts."""
    matching = scope.visible_of_kind(actor, organization, Kind.GROUP).matching(params.get("q", ""))
    sized: EntityQuerySet = apply_filters(matching, GROUP_FILTERS, params).annotate(
        size=_member_count(actor, organization)
    )
    return sized


def filter_members(actor: Actor, group: Entity, params: QueryDict) -> EntityQuerySet:
    return apply_filters(
        groups_scope.visible_members(actor, group).matching(params.get("q", "")), MEMBER_FILTERS, params
    )


def _member_count(actor: Actor, organization: Organization) -> Any:
    """Count the members that the operator can see."""
    seen = scope.visible_entities(actor, "ListGroupMembers", organization).exclude(state=Entity.State.DELETED)
    inside = Membership.objects.filter(group=OuterRef("pk"), member__in=seen)
    counted = inside.order_by().values("group").annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())
