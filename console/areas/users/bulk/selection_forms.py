"""The users that a bulk action is for: selected rows, a filtered list or a pasted list."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from console.actor import Actor
from console.areas.users import scope
from console.areas.users.tables import filter_users
from console.mirror import lookup
from console.mirror.lookup import LOOKUP_COLUMNS
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy
from console.ui.address_list import parse_addresses
from console.web import downloads

MAX_SELECTED = 10_000
State = Entity.State


class SelectionTooLarge(Exception):
    """More users are selected than one change can have; the message names the limit."""

    def __init__(self) -> None:
        super().__init__(f"At most {MAX_SELECTED:,} people at once. Narrow the list and take them in parts.")


@dataclass(frozen=True, slots=True)
class UserSelection:
    """Ids, or all users of a list by its query, which is evaluated at each use."""

    ids: tuple[str, ...] = ()
    query: str = ""
    everybody: bool = False

    @classmethod
    def read(cls, data: QueryDict) -> "UserSelection":
        ids = [*data.getlist("selected"), *data.get("ids", "").split()]
        return cls(tuple(dict.fromkeys(ids)), data.get("query", ""), bool(data.get("all")))

    def __bool__(self) -> bool:
        return self.everybody or bool(self.ids)

    @property
    def text(self) -> str:
        if not self.everybody:
            return f"{len(self.ids):,} selected"
        return downloads.describe_filter(QueryDict(self.query)) or "all"

    @property
    def fields(self) -> list[tuple[str, str]]:
        """Return the hidden fields that pass it to the next page."""
        if self.everybody:
            return [("all", "on"), ("query", self.query)]
        return [("ids", " ".join(self.ids))]


@dataclass(frozen=True, slots=True)
class SelectedUsers:
    """Users on whom the operator may perform the operation; `lost` counts the other selected ones."""

    people: list[Entity]
    lost: int = 0


def resolve_selection(
    actor: Actor, operation: str, organization: Organization, selection: UserSelection
) -> SelectedUsers:
    """Return the selected users in the operator's scope; raise `SelectionTooLarge` if they are too many."""
    reach = policy.visible_entities(actor, operation, organization)
    if not selection.everybody:
        return _resolve_ids(actor, organization, reach, selection.ids)
    people = filter_users(actor, organization, QueryDict(selection.query)).exclude(state=State.DELETED)
    if domains := policy.granted_domains(actor, operation, organization):
        people = people.in_domains(domains)
    listed = list(people.only(*LOOKUP_COLUMNS).order_by("sort_display_name", "id")[: MAX_SELECTED + 1])
    if len(listed) > MAX_SELECTED:
        raise SelectionTooLarge
    return SelectedUsers(listed)


def _resolve_ids(
    actor: Actor, organization: Organization, reach: EntityQuerySet, ids: tuple[str, ...]
) -> SelectedUsers:
    if len(ids) > MAX_SELECTED:
        raise SelectionTooLarge
    people = (
        scope.visible_users(actor, organization)
        .exclude(state=State.DELETED)
        .filter(pk__in=reach.values("pk"))
    )
    known = lookup.index_entities(people, ids=ids)
    listed = sorted(known.ids.values(), key=lambda each: each.display_name.casefold())
    return SelectedUsers(listed, len(ids) - len(listed))


@dataclass(frozen=True, slots=True)
class PastedUsers:
    """Users of a pasted list, ambiguous entries with their matches, and unknown entries."""

    people: list[Entity]
    offered: dict[str, list[Entity]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def resolve_pasted_list(
    actor: Actor, organization: Organization, text: str, meant: Sequence[str] = ()
) -> PastedUsers:
    """Resolve a list of addresses, usernames and ids.

    `meant` are ids selected for ambiguous entries. Raise `SelectionTooLarge` if there are too many.
    """
    entries = [each.text for each in parse_addresses(text)]
    if len(entries) > MAX_SELECTED:
        raise SelectionTooLarge
    people = scope.visible_users(actor, organization).exclude(state=State.DELETED)
    resolved = lookup.resolve_words(people, organization, entries, display_names=True)
    offered = {entry: users for entry in entries if (users := resolved.offered.get(entry.lower()))}
    left = {
        entry: users
        for entry, users in offered.items()
        if not set(meant) & {each.entity_id for each in users}
    }
    selected = [each for users in offered.values() for each in users if each.entity_id in meant]
    named = [each for entry in entries if (each := resolved.one.get(entry.lower()))]
    return PastedUsers(
        list({each.pk: each for each in [*named, *selected]}.values()),
        left,
        [entry for entry in entries if entry.lower() not in resolved.one and entry not in offered],
    )
