"""Whom somebody means: rows that are ticked, all that the filters of a list let through, or a pasted list."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import QueryDict

from console.actor import Actor
from console.areas.users import scope
from console.areas.users.tables import found
from console.mirror import lookup
from console.mirror.lookup import LOOKUP_COLUMNS
from console.mirror.models import Entity, EntityQuerySet, Organization
from console.operators import policy
from console.ui.address_list import parse_addresses
from console.web import downloads

MOST = 10_000
State = Entity.State


class TooMany(Exception):
    """More than one change may concern; `str()` says how many at the most."""

    def __init__(self) -> None:
        super().__init__(f"At most {MOST:,} people at once. Narrow the list and take them in parts.")


@dataclass(frozen=True, slots=True)
class Selection:
    """What a form says: ids, or all of a list by its query; it is resolved anew each time it is used."""

    ids: tuple[str, ...] = ()
    query: str = ""
    everybody: bool = False

    @classmethod
    def read(cls, data: QueryDict) -> "Selection":
        ids = [*data.getlist("selected"), *data.get("ids", "").split()]
        return cls(tuple(dict.fromkeys(ids)), data.get("query", ""), bool(data.get("all")))

    def __bool__(self) -> bool:
        return self.everybody or bool(self.ids)

    @property
    def text(self) -> str:
        """Return what is selected, in words."""
        if not self.everybody:
            return f"{len(self.ids):,} selected"
        return downloads.describe_filter(QueryDict(self.query)) or "all"

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The hidden fields that carry it from one page to the next."""
        if self.everybody:
            return [("all", "on"), ("query", self.query)]
        return [("ids", " ".join(self.ids))]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Those on whom the operator may perform the operation; `lost` is how many others were meant."""

    people: list[Entity]
    lost: int = 0


def resolve(actor: Actor, operation: str, organization: Organization, selection: Selection) -> Chosen:
    """Raises `TooMany`. Whoever is out of reach is not found, whatever the form says."""
    reach = policy.visible_entities(actor, operation, organization)
    if not selection.everybody:
        return _ticked(actor, organization, reach, selection.ids)
    people = found(actor, organization, QueryDict(selection.query)).exclude(state=State.DELETED)
    if domains := policy.granted_domains(actor, operation, organization):
        people = people.in_domains(domains)
    listed = list(people.only(*LOOKUP_COLUMNS).order_by("sort_display_name", "id")[: MOST + 1])
    if len(listed) > MOST:
        raise TooMany
    return Chosen(listed)


def _ticked(actor: Actor, organization: Organization, reach: EntityQuerySet, ids: tuple[str, ...]) -> Chosen:
    if len(ids) > MOST:
        raise TooMany
    people = scope.people(actor, organization).exclude(state=State.DELETED).filter(pk__in=reach.values("pk"))
    known = lookup.index_entities(people, ids=ids)
    listed = sorted(known.ids.values(), key=lambda each: each.display_name.casefold())
    return Chosen(listed, len(ids) - len(listed))


@dataclass(frozen=True, slots=True)
class Pasted:
    """The users whom a list names, each once; entries with several meanings, and entries with none."""

    people: list[Entity]
    offered: dict[str, list[Entity]] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


def pasted(actor: Actor, organization: Organization, text: str, meant: Sequence[str] = ()) -> Pasted:
    """Resolve a list of addresses, usernames and ids. Raises `TooMany`.

    `meant` are the ids selected of what was offered before.
    """
    entries = [each.text for each in parse_addresses(text)]
    if len(entries) > MOST:
        raise TooMany
    people = scope.people(actor, organization).exclude(state=State.DELETED)
    resolved = lookup.resolve_words(people, organization, entries, display_names=True)
    offered = {entry: users for entry in entries if (users := resolved.offered.get(entry.lower()))}
    left = {
        entry: users
        for entry, users in offered.items()
        if not set(meant) & {each.entity_id for each in users}
    }
    selected = [each for users in offered.values() for each in users if each.entity_id in meant]
    named = [each for entry in entries if (each := resolved.one.get(entry.lower()))]
    return Pasted(
        list({each.pk: each for each in [*named, *selected]}.values()),
        left,
        [entry for entry in entries if entry.lower() not in resolved.one and entry not in offered],
    )
