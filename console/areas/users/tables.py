"""People as rows: the columns of the list and of its file, the filters, and what a URL asks for."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.safestring import SafeString

from console.actor import Actor
from console.areas.directory.scope import groups as visible_groups
from console.areas.directory.tables import DELETED, HIDDEN, STATE, chosen, enabled, name, state
from console.areas.users import scope
from console.areas.users.showing import ROLES, fill, megabytes, role
from console.mirror import group_queries
from console.mirror.models import EntityQuerySet, Organization
from console.ui.filters import Filter
from console.ui.markup import DASH, build_html
from console.ui.tables import Column, Table

Values = Mapping[str, Any]
NOTED = 50  # percent


def _size(values: Values) -> SafeString | str:
    """How full it is matters once it matters."""
    full = fill(values["mailbox_size"], values["mailbox_quota"]) or 0
    size = megabytes(values["mailbox_size"])
    return build_html('{}<span class="below">{} % full</span>', size, full) if full >= NOTED else size


def _quota(values: Values) -> SafeString | str:
    return megabytes(values["mailbox_quota"])


PEOPLE = Table(
    (
        Column("person", "Name", ("display_name", "name", "entity_id"), name, "sort_display_name"),
        Column("name", "Username", sort="sort_name", hide="xl"),
        Column("email", "Address", sort="email", hide="sm"),
        Column("department", "Department", sort="sort_department", hide="lg"),
        Column("state", "State", ("state", "hidden"), state, "state"),
        Column("role", "Role", show=lambda values: role(values["role"]) or DASH, sort="role", hide="xxl"),
        Column("size", "Mailbox", ("mailbox_size", "mailbox_quota"), _size, "sort_size", True, "md"),
        Column("quota", "Quota", ("mailbox_quota",), _quota, "sort_quota", True, "xxl"),
        Column("enabled", "Enabled", ("enabled_date",), enabled, "sort_enabled", hide="xxl"),
    ),
    default_sort="person",
    key="id",
    identity="entity_id",
    fields=("found",),
)
# The same rows as a file: what a page has no room for, in WorkMail's own units.
FILE = Table(
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
FILTERS = (
    STATE,
    Filter("role", "Role", list(ROLES.items()), "role"),
    HIDDEN,
    DELETED,
)


def found(actor: Actor, organization: Organization, params: QueryDict) -> EntityQuerySet:
    """The people whom a URL asks for, among those whom `actor` may see."""
    people = scope.people(actor, organization).matching(params.get("q", ""))
    narrow = chosen(people, FILTERS, params)
    if group := params.get("group", "").strip():
        wanted = group_queries.find_groups(visible_groups(actor, organization), group)
        narrow = group_queries.filter_members(narrow, wanted, searched=bool(params.get("q", "").strip()))
    return narrow
