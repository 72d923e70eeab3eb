"""People as rows: the columns of the list and of its file, the filters, and what a URL asks for."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

from django.db.models import Q
from django.http import QueryDict
from django.utils.safestring import SafeString

from console.areas.directory.scope import groups as visible_groups
from console.areas.directory.showing import state_badge
from console.areas.users import scope
from console.areas.users.showing import ROLES, fill, megabytes, role
from console.mirror import groups
from console.mirror.models import Entity, Organization
from console.mirror.querysets import EntityQuerySet
from console.operators.actors import Actor
from console.ui.filters import Filter, narrowed
from console.ui.markup import DASH, badge, made
from console.ui.tables import Column, Table

State = Entity.State
Values = Mapping[str, Any]
NOTED = 50  # percent
HIDDEN = badge("Hidden", "neutral")


def _person(values: Values) -> SafeString:
    """On a phone, where other columns are left out, the address stands below the name."""
    href = f"{values['base']}{quote(values['entity_id'], safe='@+')}/"
    return made(
        '<a href="{}">{}</a><span class="below d-sm-none">{}</span>',
        href,
        values["display_name"] or values["name"],
        values["email"] or values["name"],
    )


def _state(values: Values) -> SafeString:
    return _badges(values["state"], values["hidden"])


@cache
def _badges(state: str, hidden: bool) -> SafeString:
    shown = state_badge(state)
    return made("{} {}", shown, HIDDEN) if hidden else shown


def _size(values: Values) -> SafeString | str:
    """How full it is matters once it matters."""
    full = fill(values["mailbox_size"], values["mailbox_quota"]) or 0
    size = megabytes(values["mailbox_size"])
    return made('{}<span class="below">{} % full</span>', size, full) if full >= NOTED else size


def _quota(values: Values) -> SafeString | str:
    return megabytes(values["mailbox_quota"])


def _enabled(values: Values) -> SafeString:
    day = values["enabled_date"]
    return made('<span class="text-nowrap">{}</span>', day.date()) if day else DASH


PEOPLE = Table(
    (
        Column("person", "Name", ("display_name", "name", "entity_id"), _person, "sort_display_name"),
        Column("name", "Username", sort="sort_name", hide="xl"),
        Column("email", "Address", sort="email", hide="sm"),
        Column("department", "Department", sort="sort_department", hide="lg"),
        Column("state", "State", ("state", "hidden"), _state, "state"),
        Column("role", "Role", show=lambda values: role(values["role"]) or DASH, sort="role", hide="xxl"),
        Column("size", "Mailbox", ("mailbox_size", "mailbox_quota"), _size, "sort_size", True, "md"),
        Column("quota", "Quota", ("mailbox_quota",), _quota, "sort_quota", True, "xxl"),
        Column("enabled", "Enabled", ("enabled_date",), _enabled, "sort_enabled", hide="xxl"),
    ),
    default_sort="person",
    key="id",
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
    Filter("state", "State", State.choices, "state"),
    Filter("role", "Role", list(ROLES.items()), "role"),
    Filter("hidden", "Address book", [("no", "Shown"), ("yes", "Hidden")], lambda v: Q(hidden=v == "yes")),
    Filter("deleted", "Deleted", [("shown", "Shown")], lambda _: Q(), any="Hidden"),
)


def domain_filter(domains: list[str]) -> Filter:
    return Filter("domain", "Domain", [(name, name) for name in domains], "domain")


def found(actor: Actor, organization: Organization, params: QueryDict) -> EntityQuerySet:
    """The people whom a URL asks for, among those whom `actor` may see."""
    people = scope.people(actor, organization).matching(params.get("q", ""))
    narrow: EntityQuerySet = narrowed(people, FILTERS, params)  # type: ignore[assignment]  # the same queryset's class
    if not asks_for_deleted(params):
        narrow = narrow.exclude(state=State.DELETED)
    if domain := params.get("domain"):
        narrow = narrow.filter(domain=domain.lower())
    if group := params.get("group", "").strip():
        wanted = groups.named(visible_groups(actor, organization), group)
        narrow = groups.members(narrow, wanted, searched=bool(params.get("q", "").strip()))
    return narrow


def asks_for_deleted(params: QueryDict) -> bool:
    return params.get("deleted") == "shown" or params.get("state") == State.DELETED
