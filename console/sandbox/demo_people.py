"""Generated people with names, offices and departments, always the same for the same seed."""

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
    """A name as written, and as an address spells it (lower case ASCII)."""

    native: str
    latin: str


class Weighted(Generic[T]):
    """A weighted choice; faster than `random.choices` for single draws."""

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
        """Return the name in the order of the language: 山田 太郎, 王伟, Ana Souza."""
        parts = (family.native, given.native) if self.family_first else (given.native, family.native)
        return self.joiner.join(parts)


@dataclass(frozen=True, slots=True)
class Office:
    """A place of work, with the languages of its usual names."""

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
    """Names, offices and departments that people are drawn from."""

    languages: dict[str, Language]
    offices: Weighted[Office]
    departments: Weighted[Department]


@dataclass(frozen=True, slots=True)
class Person:
    """A person with attributes named as in UpdateUser, in snake case; `username` is unique ASCII."""

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


def generate_people(seed: str) -> Iterator[Person]:
    """Yield people without end; the first ones are the same for any count."""
    rng = random.Random(seed)  # noqa: S311 (the same people each time are wanted, nothing here is secret)
    taken: set[str] = set()
    while True:
        yield _build_person(rng, taken)


def _build_person(rng: random.Random, taken: set[str]) -> Person:
    office, department = load_world().offices.draw(rng), load_world().departments.draw(rng)
    language = office.languages.draw(rng)
    woman = rng.random() < 0.5
    given = pick_value(rng, language.women if woman else language.men)
    family = pick_value(rng, language.families_of_women if woman else language.families_of_men)
    return Person(
        user_id=str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        username=_username(rng, given, family, taken),
        first_name=given.native,
        last_name=family.native,
        display_name=language.display(given, family),
        initials=given.native[0] + family.native[0],
        department=department.name,
        job_title=pick_value(rng, department.titles),
        office=office.name,
        street=pick_value(rng, office.streets),
        city=office.city,
        zip_code=office.zip_code,
        country=office.country,
        telephone=office.telephone.replace("##", f"{int(rng.random() * 100):02}"),
    )


def pick_value(rng: random.Random, values: Sequence[T]) -> T:
    """`rng.choice` without its loop, since 100,000 people are drawn with several choices each."""
    return values[int(rng.random() * len(values))]


def _username(rng: random.Random, given: Name, family: Name, taken: set[str]) -> str:
    """Return given.family, with a middle initial or a number if it is taken."""
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
def load_world() -> World:
    """Return the names, offices and departments of `people.toml`."""
    data = tomllib.loads(Path(__file__).with_name("people.toml").read_text("utf-8"))
    languages = {name: _read_language(lines) for name, lines in data["languages"].items()}
    departments = [
        (Department(row["name"], tuple(row["titles"])), row["weight"]) for row in data["departments"]
    ]
    offices = [(_read_office(row, languages), row["weight"]) for row in data["offices"]]
    return World(languages, Weighted(offices), Weighted(departments))


def _read_language(lines: dict[str, Any]) -> Language:
    return Language(
        women=_read_names(lines["women"]),
        men=_read_names(lines["men"]),
        families_of_women=_read_names(lines["families"]),
        families_of_men=_read_names(lines.get("families_of_men", lines["families"])),
        family_first=lines.get("family_first", False),
        joiner=lines.get("joiner", " "),
    )


def _read_office(row: dict[str, Any], languages: dict[str, Language]) -> Office:
    return Office(
        name=row["name"],
        streets=tuple(row["street"]),
        city=row["city"],
        zip_code=row["zip_code"],
        country=row["country"],
        telephone=row["telephone"],
        languages=Weighted((languages[name], weight) for name, weight in row["languages"].items()),
    )


def _read_names(line: str) -> tuple[Name, ...]:
    pairs = (word.partition("=") for word in line.split())
    return tuple(Name(native, spelled or transliterate(native)) for native, _, spelled in pairs)


def transliterate(text: str) -> str:
    """`text` in lower case without its diacritics."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(LETTERS))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
