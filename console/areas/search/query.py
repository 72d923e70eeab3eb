"""Parse what was typed or pasted into the search box."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

MAX_QUERY_LENGTH = 200  # characters of what is searched for
# As mail programs copy addresses: `Ada Çelik <ada@example.com>`, `mailto:ada@example.com?subject=…`.
ENCLOSED_ADDRESS = re.compile(r"<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>", re.IGNORECASE)
SCHEME = re.compile(r"^mailto:([^?]*)", re.IGNORECASE)
ADDRESS = re.compile(r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$")
SURROUNDING = " \t\r\n,;\"'"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """The search text; `address` is the lower-case address if the text is one."""

    text: str
    address: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def spellings(self) -> list[str]:
        """Return the text as typed, in lower and in upper case, for case-sensitive indexes."""
        return list(dict.fromkeys([self.text, self.text.lower(), self.text.upper()]))


def parse_query(typed: str) -> SearchQuery:
    """Return the query, without NUL and cut to the maximum length."""
    text = typed[:MAX_QUERY_LENGTH]
    if enclosed := ENCLOSED_ADDRESS.search(text):
        text = enclosed[1]
    elif scheme := SCHEME.match(text):
        text = unquote(scheme[1])
    text = text.replace("\0", " ").strip()
    bare = text.strip(SURROUNDING)
    return SearchQuery(bare, bare.lower()) if ADDRESS.match(bare) else SearchQuery(text)
