"""How text is made comparable: one form for what is stored, sorted by and asked for, on every database."""

import unicodedata
from collections.abc import Iterable

LONGEST = 256  # of a column that is sorted by
SHORTEST = 3  # characters of a word that trigrams can find inside others


def normalise(text: str) -> str:
    """Without case, marks and compatibility forms: `Ångström` becomes `angstrom`."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each)).casefold()


def sort_key(text: str) -> str:
    return normalise(text.strip())[:LONGEST]


def document(parts: Iterable[str]) -> str:
    """All that can be searched for, each part once."""
    return " ".join(dict.fromkeys(filter(None, map(normalise, parts))))


def words(text: str) -> list[str]:
    """What is asked for: each word has to be found, in any order. NUL is no text to any database."""
    return list(dict.fromkeys(normalise(text.replace("\0", " ")).split()))


def after(prefix: str) -> str:
    """The smallest text behind everything that begins with `prefix`, byte by byte."""
    return prefix + "\U0010ffff"
