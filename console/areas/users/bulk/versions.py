"""How a file knows what it was made of: marks of its cells tell what was typed from what was there."""

import zlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from console.ui.cells import normalize

COLUMN = "Version"
PREFIX = "v1."
WIDTH = 3  # letters for each cell: one other text in 262,144 has the same


@dataclass(frozen=True, slots=True)
class Version:
    """The marks of one row; a row without any was written by hand, and every cell of it counts."""

    marks: Mapping[str, str]

    def is_untouched(self, column: str, cell: str) -> bool:
        return self.marks.get(column) == mark(cell)

    def is_stale(self, column: str, shown: str) -> bool:
        """Whether WorkMail had something else when the file was made than it `shown` now."""
        return column in self.marks and self.marks[column] != mark(shown)


def version(cells: Iterable[str]) -> str:
    return PREFIX + "".join(mark(cell) for cell in cells)


def read(text: str, columns: tuple[str, ...]) -> Version:
    """The marks for our columns in their order; none if this is no mark of ours."""
    marks = text.strip().removeprefix(PREFIX)
    if not text.strip().startswith(PREFIX) or len(marks) != WIDTH * len(columns):
        return Version({})
    return Version({name: marks[WIDTH * n : WIDTH * n + WIDTH] for n, name in enumerate(columns)})


def mark(cell: str) -> str:
    """Return the mark of the text in normal form: line ends and doubled blanks do not count."""
    text = normalize(cell).encode("utf-8", "replace")
    return urlsafe_b64encode(zlib.crc32(text).to_bytes(4))[:WIDTH].decode()
