"""Parse a pasted list of addresses, by RFC 5322 and as Outlook and directory exports write it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from console.ui.cells import normalize

SEPARATORS = re.compile(r"[;\n|]+")
PROXY = re.compile(r"\+(?=(?:smtp|sip|x500|x400|spo|eum|notes):)", re.IGNORECASE)
SCHEME = re.compile(r"(?:(?:mailto|smtp):)+", re.IGNORECASE)
FOREIGN = re.compile(r"(?:sip|x500|x400|spo|eum|notes):", re.IGNORECASE)
GROUP = re.compile(r"^(?!(?:mailto|smtp|sip|x500|x400|spo|eum|notes):)[^@<>,:]*:", re.IGNORECASE)
COMMENT = re.compile(r"\([^()]*\)")
QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)*)"(\s*(?=<))?')
LISTED = re.compile(r".*@[^,]*,", re.DOTALL)  # what stands before the display name of an address in brackets
ANGLE = re.compile(r"<([^<>]*)>")
QUOTED_COMMA = "\x01"  # stands for one that separates nothing
JOINERS = re.compile(r"[\u200c\u200d]")


@dataclass(frozen=True, slots=True)
class Mention:
    """An entry: an address, or a word that may be a username, an id or a display name."""

    text: str
    is_primary: bool = False  # marked so by `SMTP:` in capitals

    @property
    def is_address(self) -> bool:
        return "@" in self.text


def parse_addresses(text: str) -> list[Mention]:
    """Return the entries of a list in their order, each once.

    An entry with an address counts by the address alone: its display name is never an entry of its own.
    Entries are separated by line ends, semicolons, tabs, bars and, outside quotation marks, commas.
    """
    mentions: dict[str, Mention] = {}
    for segment in _split_segments(JOINERS.sub("", text)):
        for mention in _address_mentions(segment) if "@" in segment else _bare_words(segment):
            mentions.setdefault(mention.text.casefold(), mention)
    return list(mentions.values())


def _split_segments(text: str) -> list[str]:
    """Split at separators outside quotation marks."""
    unified = normalize(text.replace("\t", ";"))
    quoted = [match.group() for match in QUOTED.finditer(unified)]
    rest = iter(quoted)
    parts = SEPARATORS.split(QUOTED.sub("\x00", unified))
    return [re.sub("\x00", lambda _: next(rest), part) for part in parts]


def _bare_words(segment: str) -> Iterator[Mention]:
    """Return bare words; one in quotation marks may hold a comma."""
    for part in segment.split(",") if '"' not in segment else [segment]:
        bracketed = ANGLE.search(part)
        if word := (bracketed.group(1) if bracketed else part).strip(" \"'<>"):
            yield Mention(word)


def _address_mentions(segment: str) -> Iterator[Mention]:
    text, start = GROUP.sub("", QUOTED.sub(_unquote, COMMENT.sub(" ", segment))), 0
    for match in ANGLE.finditer(text):
        listed = LISTED.match(text[start : match.start()])
        yield from _bare_mentions(listed.group() if listed else "")
        yield from _parse_address(match.group(1))
        start = match.end()
    yield from _bare_mentions(text[start:])


def _unquote(match: re.Match[str]) -> str:
    """Drop what is quoted before brackets, a display name; keep any other text as one entry."""
    return " " if match.group(2) is not None else match.group(1).replace(",", QUOTED_COMMA)


def _bare_mentions(text: str) -> Iterator[Mention]:
    for part in text.split(","):
        if "@" in part:
            for word in part.split():
                yield from _parse_address(word)
        elif word := part.strip(" '."):
            yield Mention(word.replace(QUOTED_COMMA, ","))


def _parse_address(text: str) -> Iterator[Mention]:
    for part in PROXY.split(text):
        word = part.strip(" \"'<>.")
        if "@" in word and not FOREIGN.match(word):
            yield Mention(SCHEME.sub("", word).partition("?")[0].strip(), word.startswith("SMTP:"))
