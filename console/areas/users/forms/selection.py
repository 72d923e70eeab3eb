"""Whom somebody means: rows that are ticked, all that the filters of a list let through, or a pasted list."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import QueryDict

from console.areas.users import scope
from console.areas.users.bulk import finding
from console.areas.users.bulk.cells import NEEDED
from console.areas.users.tables import found
from console.mirror.models import Entity, Organization
from console.mirror.querysets import EntityQuerySet
from console.operators import policy
from console.operators.actors import Actor

MOST = 10_000
SEPARATORS = re.compile(r"[\r\n,;\t]+")
BRACKETED = re.compile(r".*<([^<>\s]+)>\s*")
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
    reach = policy.visible(actor, operation, organization)
    if not selection.everybody:
        return _ticked(actor, organization, reach, selection.ids)
    people = found(actor, organization, QueryDict(selection.query)).exclude(state=State.DELETED)
    if domains := policy.narrowed_to(actor, operation, organization):
        people = people.in_domains(domains)
    listed = list(people.only(*NEEDED).order_by("sort_display_name", "id")[: MOST + 1])
    if len(listed) > MOST:
        raise TooMany
    return Chosen(listed)


def _ticked(actor: Actor, organization: Organization, reach: EntityQuerySet, ids: tuple[str, ...]) -> Chosen:
    if len(ids) > MOST:
        raise TooMany
    people = scope.people(actor, organization).exclude(state=State.DELETED).filter(pk__in=reach.values("pk"))
    known = finding.known(people, ids=ids)
    listed = sorted(known.ids.values(), key=lambda each: each.display_name.casefold())
    return Chosen(listed, len(ids) - len(listed))


def pasted(actor: Actor, organization: Organization, text: str) -> tuple[list[Entity], list[str]]:
    """The people whom a list names, each once, and the words that name nobody. Raises `TooMany`."""
    words = list(dict.fromkeys(_words(text)))
    if len(words) > MOST:
        raise TooMany
    people = scope.people(actor, organization).exclude(state=State.DELETED)
    known = finding.words(people, organization, words)
    named = {each.pk: each for word in words if (each := known.get(word.lower()))}
    return list(named.values()), [word for word in words if word.lower() not in known]


def _words(text: str) -> Iterable[str]:
    """`Ada Çelik <ada@example.com>`, as mail programs copy it, is the address."""
    for part in SEPARATORS.split(text):
        word = BRACKETED.sub(r"\1", part).strip().strip("\"'")
        if word:
            yield word
