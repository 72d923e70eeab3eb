"""What somebody means who types or pastes something into the search box."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

LONGEST = 200  # characters of what is searched for
# As mail programs copy addresses: `Ada Çelik <ada@example.com>`, `mailto:ada@example.com?subject=…`.
ENCLOSED = re.compile(r"<\s*(?:mailto:)?([^<>\s]+@[^<>\s]+)\s*>", re.IGNORECASE)
SCHEME = re.compile(r"^mailto:([^?]*)", re.IGNORECASE)
ADDRESS = re.compile(r"^[^@\s<>]+@[^@\s<>]+\.[^@\s<>]+$")
AROUND = " \t\r\n,;\"'"


@dataclass(frozen=True, slots=True)
class Asked:
    """`text` is searched for; `address` is all of it in lower case where it is one whole address."""

    text: str
    address: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    @property
    def spellings(self) -> list[str]:
        """As an index can look it up that minds the case: typed, all small, all capitals."""
        return list(dict.fromkeys([self.text, self.text.lower(), self.text.upper()]))


def parse(typed: str) -> Asked:
    """No database takes NUL; longer texts are cut."""
    text = typed[:LONGEST]
    if enclosed := ENCLOSED.search(text):
        text = enclosed[1]
    elif scheme := SCHEME.match(text):
        text = unquote(scheme[1])
    text = text.replace("\0", " ").strip()
    bare = text.strip(AROUND)
    return Asked(bare, bare.lower()) if ADDRESS.match(bare) else Asked(text)
