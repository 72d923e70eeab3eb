"""How text is made comparable: one form for what is stored, sorted by and asked for, on every database."""

import unicodedata
from collections.abc import Iterable

LONGEST = 256  # of a column that is sorted by
SHORTEST = 3  # characters that trigrams can find


def normalise(text: str) -> str:
    """Without case, marks and compatibility forms: `Ångström` becomes `angstrom`."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each)).casefold()


def sort_key(text: str) -> str:
    return normalise(text.strip())[:LONGEST]


def document(parts: Iterable[str]) -> str:
    """All words that can be searched for, each once, with two spaces before it.

    Trigrams find three characters or more. The spaces make three of the start of a word, so that
    one or two characters find the words that begin with them.
    """
    found = dict.fromkeys(word for part in parts for word in normalise(part).split())
    return "".join(f"  {word}" for word in found)


def needles(text: str) -> list[str]:
    """What a document has to contain, all of it, for `text` to be found there; no database takes NUL."""
    return [word.rjust(SHORTEST) for word in _words(text)]


def beginnings(text: str) -> list[str]:
    """The same for documents in which every word of `text` begins one of theirs."""
    return [f"  {word}" for word in _words(text)]


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(normalise(text.replace("\0", " ")).split()))
