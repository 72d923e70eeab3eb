"""The table of users, its CSV columns and its filters."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.entities.scope import visible_groups
from console.areas.entities.tables import (
    DELETED_FILTER,
    HIDDEN_FILTER,
    STATE_FILTER,
    apply_filters,
    enabled_cell,
    name_cell,
    state_cell,
)
from console.areas.users import scope
from console.areas.users.display import ROLE_LABELS, format_megabytes, quota_percentage, role_label
from console.mirror import group_queries
from console.mirror.models import EntityQuerySet, Organization
from console.ui.filters import Filter
from console.ui.markup import DASH, build_html
from console.ui.tables import Column, Table

RowValues = Mapping[str, Any]
NEARLY_FULL = 50  # percent


def _size_cell(values: RowValues) -> SafeString | str:
    """Return the mailbox size, with the used percentage from `NEARLY_FULL` on."""
    full = quota_percentage(values["mailbox_size"], values["mailbox_quota"]) or 0
    size = format_megabytes(values["mailbox_size"])
    return build_html('{}<span class="below">{} % full</span>', size, full) if full >= NEARLY_FULL else size


def _quota_cell(values: RowValues) -> SafeString | str:
    return format_megabytes(values["mailbox_quota"])


USERS_TABLE = Table(
    (
        Column("person", "Name", ("display_name", "name", "entity_id"), name_cell, "sort_display_name"),
        Column("name", "Username", sort="sort_name", hide="xl"),
        Column("email", "Address", sort="email", hide="sm"),
        Column("department", "Department", sort="sort_department", hide="lg"),
        Column("state", "State", ("state", "hidden"), state_cell, "state"),
        Column(
            "role", "Role", show=lambda values: role_label(values["role"]) or DASH, sort="role", hide="xxl"
        ),
        Column("size", "Mailbox", ("mailbox_size", "mailbox_quota"), _size_cell, "sort_size", True, "md"),
        Column("quota", "Quota", ("mailbox_quota",), _quota_cell, "sort_quota", True, "xxl"),
        Column("enabled", "Enabled", ("enabled_date",), enabled_cell, "sort_enabled", hide="xxl"),
    ),
    default_sort="person",
    key="id",
    identity="entity_id",
    fields=("found",),
)
# The same rows as a file: what a page has no room for, in WorkMail's own units.
USERS_CSV = Table(
    (
        Column("person", "Display name", ("display_name",), sort="sort_display_name"),
        Column("name", "Username", ("name",), sort="sort_name"),
        Column("email", "Address", ("email",), sort="email"),
        Column("department", "Department", ("department",), sort="sort_department"),
        Column("job_title", "Job title"),
        Column("office", "Office"),
        Column("state", "State", sort="state"),
        Column("role", "Role", sort="role"),
        Column("hidden", "Hidden from the address book"),
        Column("size", "Mailbox size (MB)", ("mailbox_size",), sort="sort_size"),
        Column("quota", "Mailbox quota (MB)", ("mailbox_quota",), sort="sort_quota"),
        Column("enabled", "Enabled", ("enabled_date",), sort="sort_enabled"),
        Column("disabled", "Disabled", ("disabled_date",)),
        Column("id", "Id", ("entity_id",)),
    ),
    default_sort="person",
    key="id",
)
USER_FILTERS = (
    STATE_FILTER,
    Filter("role", "Role", list(ROLE_LABELS.items()), "role"),
    HIDDEN_FILTER,
    DELETED_FILTER,
)


def filter_users(actor: Actor, organization: Organization, params: QueryDict) -> EntityQuerySet:
    people = scope.visible_users(actor, organization).matching(params.get("q", ""))
    narrow = apply_filters(people, USER_FILTERS, params)
    if group := params.get("group", "").strip():
        wanted = group_queries.find_groups(visible_groups(actor, organization), group)
        narrow = group_queries.filter_members(narrow, wanted, searched=bool(params.get("q", "").strip()))
    return narrow
