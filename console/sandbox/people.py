"""Believable people of an invented company: name, address, office, department, the same for the same seed."""

import random
import tomllib
import unicodedata
import uuid
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")

# Letters that Unicode does not take apart into a base letter and a mark.
LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
    | {"\u2019": "", "'": ""}
)


class Name(NamedTuple):
    """A name as its bearer writes it, and as an address spells it (lower case ASCII)."""

    native: str
    latin: str


class Weighted(Generic[T]):
    """A choice among values by weight; faster than `random.choices` for one draw at a time."""

    def __init__(self, weighted: Iterable[tuple[T, float]]) -> None:
        pairs = list(weighted)
        self.values = [value for value, _ in pairs]
        total = sum(weight for _, weight in pairs)
        self.steps = [step / total for step in accumulate(weight for _, weight in pairs)]

    def draw(self, rng: random.Random) -> T:
        return self.values[min(bisect(self.steps, rng.random()), len(self.values) - 1)]


@dataclass(frozen=True, slots=True)
class Language:
    women: tuple[Name, ...]
    men: tuple[Name, ...]
    families_of_women: tuple[Name, ...]
    families_of_men: tuple[Name, ...]
    family_first: bool
    joiner: str

    def display(self, given: Name, family: Name) -> str:
        """The name as the language orders it: 山田 太郎, 王伟, Ana Souza."""
        parts = (family.native, given.native) if self.family_first else (given.native, family.native)
        return self.joiner.join(parts)


@dataclass(frozen=True, slots=True)
class Office:
    """A place of work; `languages` are those of the names that are usual there."""

    name: str
    streets: tuple[str, ...]
    city: str
    zip_code: str
    country: str
    telephone: str
    languages: Weighted[Language]


@dataclass(frozen=True, slots=True)
class Department:
    name: str
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class World:
    """What people are drawn from."""

    languages: dict[str, Language]
    offices: Weighted[Office]
    departments: Weighted[Department]


@dataclass(frozen=True, slots=True)
class Person:
    """Attributes named as WorkMail's UpdateUser names them, in snake case; `username` is ASCII and unique."""

    user_id: str
    username: str
    first_name: str
    last_name: str
    display_name: str
    initials: str
    department: str
    job_title: str
    office: str
    street: str
    city: str
    zip_code: str
    country: str
    telephone: str


def people(seed: str) -> Iterator[Person]:
    """People without end; the first thousand are the same whether two thousand or a million are taken."""
    rng = random.Random(seed)  # noqa: S311 (the same people each time are wanted, nothing here is secret)
    taken: set[str] = set()
    while True:
        yield _person(rng, taken)


def _person(rng: random.Random, taken: set[str]) -> Person:
    office, department = world().offices.draw(rng), world().departments.draw(rng)
    language = office.languages.draw(rng)
    woman = rng.random() < 0.5
    given = pick(rng, language.women if woman else language.men)
    family = pick(rng, language.families_of_women if woman else language.families_of_men)
    return Person(
        user_id=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        username=_username(rng, given, family, taken),
        first_name=given.native,
        last_name=family.native,
        display_name=language.display(given, family),
        initials=given.native[0] + family.native[0],
        department=department.name,
        job_title=pick(rng, department.titles),
        office=office.name,
        street=pick(rng, office.streets),
        city=office.city,
        zip_code=office.zip_code,
        country=office.country,
        telephone=office.telephone.replace("##", f"{int(rng.random() * 100):02}"),
    )


def pick(rng: random.Random, values: Sequence[T]) -> T:
    """`rng.choice` without its loop, since 100,000 people are drawn with several choices each."""
    return values[int(rng.random() * len(values))]


def _username(rng: random.Random, given: Name, family: Name, taken: set[str]) -> str:
    """given.family, then with a middle initial, then with a number, whichever is still free."""
    letter = chr(ord("a") + int(rng.random() * 26))
    name = f"{given.latin}.{family.latin}"
    if name in taken:
        name = f"{given.latin}.{letter}.{family.latin}"
    number = 1
    while name in taken:
        number += 1
        name = f"{given.latin}.{family.latin}{number}"
    taken.add(name)
    return name


@cache
def world() -> World:
    """The names, offices and departments of `people.toml`."""
    data = tomllib.loads(Path(__file__).with_name("people.toml").read_text("utf-8"))
    languages = {name: _language(lines) for name, lines in data["languages"].items()}
    departments = [
        (Department(row["name"], tuple(row["titles"])), row["weight"]) for row in data["departments"]
    ]
    offices = [(_office(row, languages), row["weight"]) for row in data["offices"]]
    return World(languages, Weighted(offices), Weighted(departments))


def _language(lines: dict[str, Any]) -> Language:
    return Language(
        women=_names(lines["women"]),
        men=_names(lines["men"]),
        families_of_women=_names(lines["families"]),
        families_of_men=_names(lines.get("families_of_men", lines["families"])),
        family_first=lines.get("family_first", False),
        joiner=lines.get("joiner", " "),
    )


def _office(row: dict[str, Any], languages: dict[str, Language]) -> Office:
    return Office(
        name=row["name"],
        streets=tuple(row["street"]),
        city=row["city"],
        zip_code=row["zip_code"],
        country=row["country"],
        telephone=row["telephone"],
        languages=Weighted((languages[name], weight) for name, weight in row["languages"].items()),
    )


def _names(line: str) -> tuple[Name, ...]:
    pairs = (word.partition("=") for word in line.split())
    return tuple(Name(native, spelled or latin(native)) for native, _, spelled in pairs)


def latin(text: str) -> str:
    """`text` in lower case without its diacritics."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(LETTERS))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
