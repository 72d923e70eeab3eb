"""Pasted lines become members: whoever is meant by each, and what nobody here is called."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from console.mirror import search
from console.mirror.models import Alias, Entity
from console.mirror.querysets import EntityQuerySet

MOST = 2000  # names in one paste
BATCH = 300  # names a query
ADDRESS = re.compile(r"<([^<>]+)>")
APART = re.compile(r"[;\t]")


@dataclass(frozen=True, slots=True)
class Unknown:
    """What was typed, in which line, and what is wrong with it."""

    line: int
    text: str
    said: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.said}"


@dataclass(frozen=True, slots=True)
class Resolved:
    """Those who are meant, each once, in the order of the lines; and the lines that mean nobody."""

    entities: list[Entity] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)


def resolve(entities: EntityQuerySet, text: str) -> Resolved:
    """Each line is an address, alias, username, display name or id, or several with commas between.

    Only `entities` are looked among: whoever is elsewhere is as unknown as nobody.
    """
    typed = list(names(text))
    if len(typed) > MOST:
        raise ValueError(f"{len(typed):,} names are too many at once; take at most {MOST:,}.")
    known = _known(entities, [name for _, name in typed])
    found: dict[int, Entity] = {}
    unknown: list[Unknown] = []
    for line, name in typed:
        meant = known.get(_key(name), {})
        if len(meant) == 1:
            found |= meant
        else:
            unknown.append(Unknown(line, name, _said(name, list(meant.values()))))
    return Resolved(list(found.values()), unknown)


def names(text: str) -> Iterator[tuple[int, str]]:
    """What was typed, with the number of its line; of `Ada <ada@…>` the address counts."""
    for number, line in enumerate(text.splitlines(), 1):
        found = (part.strip().strip("\"'") for part in _parts(line))
        yield from ((number, part) for part in found if part)


def _parts(line: str) -> Iterator[str]:
    """What stands before an address in pointed brackets is a name, which may hold a comma, or addresses."""
    for segment in APART.split(line):
        *before, last = ADDRESS.split(segment)
        for name, address in zip(before[::2], before[1::2], strict=True):
            yield from (part for part in name.split(",") if "@" in part)
            yield address
        yield from last.split(",")


def _known(entities: EntityQuerySet, typed: Sequence[str]) -> dict[str, dict[int, Entity]]:
    """By everything that somebody may be called: whoever is. An address goes before a name."""
    found: dict[str, dict[int, Entity]] = defaultdict(dict)
    for start in range(0, len(typed), BATCH):
        part = typed[start : start + BATCH]
        for each in _matching(entities, part):
            for called in (each.entity_id, each.email, each.name, each.display_name):
                if called:
                    found[_key(called)][each.pk] = each
        for alias in _aliases(entities, part):
            found[_key(alias.address)][alias.entity_id] = alias.entity
    return found


def _matching(entities: EntityQuerySet, typed: Iterable[str]) -> EntityQuerySet:
    lower = [each.lower() for each in typed]
    words = [search.sort_key(each) for each in typed]
    exactly = Q(entity_id__in=list(typed)) | Q(email__in=lower)
    return entities.filter(exactly | Q(sort_name__in=words) | Q(sort_display_name__in=words))


def _aliases(entities: EntityQuerySet, typed: Iterable[str]) -> Iterable[Alias]:
    lower = [each.lower() for each in typed if "@" in each]
    found = Alias.objects.filter(address__in=lower, entity__in=entities)
    return found.select_related("entity__organization") if lower else []


def _key(called: str) -> str:
    return search.sort_key(called)


def _said(name: str, meant: Sequence[Entity]) -> str:
    if not meant:
        return f"nobody and nothing here is called {name}."
    several = ", ".join(each.email or each.name for each in meant[:3])
    return f"several are called {name}: {several}. Take the address."
