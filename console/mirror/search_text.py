"""Normalise text for search and sorting, in the same way on every database."""

import unicodedata
from collections.abc import Iterable

MAX_SORT_LENGTH = 256  # of a column that is sorted by
TRIGRAM_LENGTH = 3  # characters that trigrams can find


def normalise_text(text: str) -> str:
    """Return the text without case, accents and compatibility forms: `Ångström` becomes `angstrom`."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each)).casefold()


def make_sort_key(text: str) -> str:
    return normalise_text(text.strip())[:MAX_SORT_LENGTH]


def make_document(parts: Iterable[str]) -> str:
    """Return the distinct words, each with two spaces before it.

    Trigrams find three characters or more. The spaces make three of the start of a word, so that
    one or two characters find the words that begin with them.
    """
    found = dict.fromkeys(word for part in parts for word in normalise_text(part).split())
    return "".join(f"  {word}" for word in found)


def make_needles(text: str) -> list[str]:
    """Return the strings that a document must contain to match `text`."""
    return [word.rjust(TRIGRAM_LENGTH) for word in _split_words(text)]


def make_word_starts(text: str) -> list[str]:
    """Return the strings that a document must contain for words that start like those of `text`."""
    return [f"  {word}" for word in _split_words(text)]


def _split_words(text: str) -> list[str]:
    return list(dict.fromkeys(normalise_text(text.replace("\0", " ")).split()))
