"""Checksums of exported cells, which tell edited cells from outdated ones."""

import zlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from console.ui.cells import normalize

VERSION_COLUMN = "Version"
VERSION_PREFIX = "v1."
MARK_WIDTH = 3  # letters for each cell: one other text in 262,144 has the same


@dataclass(frozen=True, slots=True)
class RowVersion:
    """The checksums of a row's cells; without any, every cell counts as edited."""

    marks: Mapping[str, str]

    def is_untouched(self, column: str, cell: str) -> bool:
        return self.marks.get(column) == compute_mark(cell)

    def is_stale(self, column: str, shown: str) -> bool:
        """Return whether the value in WorkMail changed since the export."""
        return column in self.marks and self.marks[column] != compute_mark(shown)


def make_row_version(cells: Iterable[str]) -> str:
    return VERSION_PREFIX + "".join(compute_mark(cell) for cell in cells)


def parse_row_version(text: str, columns: tuple[str, ...]) -> RowVersion:
    """Return the checksums of the columns, none if the text is not a version."""
    marks = text.strip().removeprefix(VERSION_PREFIX)
    if not text.strip().startswith(VERSION_PREFIX) or len(marks) != MARK_WIDTH * len(columns):
        return RowVersion({})
    return RowVersion(
        {name: marks[MARK_WIDTH * n : MARK_WIDTH * n + MARK_WIDTH] for n, name in enumerate(columns)}
    )


def compute_mark(cell: str) -> str:
    """Return a checksum of the text that ignores line ends and repeated spaces."""
    text = normalize(cell).encode("utf-8", "replace")
    return urlsafe_b64encode(zlib.crc32(text).to_bytes(4))[:MARK_WIDTH].decode()
