"""A file that somebody made with a spreadsheet, as text: whatever Excel did to it, each row by its number."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from console.ui.csv import BOM, unguarded

DELIMITERS = ",;\t|"

NOT_UTF8 = (
    "The file is not in UTF-8 and was read as Windows text. Look whether letters with marks are right;"
    " if not, save it as “CSV UTF-8”."
)
csv.field_size_limit(1_000_000)


class Unreadable(Exception):
    """Nothing of the file can be used; `str()` says why and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number as a spreadsheet counts them, and its cells by the names of the columns.

    `cells` lacks the columns that the row is too short for; `more` are cells beyond the last column.
    """

    number: int
    cells: Mapping[str, str]
    more: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """`columns` are those that are known, by our own names; `foreign` the headers that mean nothing here."""

    columns: tuple[str, ...]
    lines: list[Line]
    foreign: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)


def decoded(content: bytes) -> tuple[str, list[str]]:
    """The text, and what has to be said about how it was read."""
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable("This is an Excel workbook. Save it as “CSV UTF-8” and choose that file.")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _wide(content), []
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace"), [NOT_UTF8]


def read(text: str, names: Mapping[str, str], most: int) -> Sheet:
    """The rows below the header. `names` has our name of a column for each way of writing its header.

    Raises `Unreadable` without a header or with more than `most` rows. Commas, semicolons and tabs
    separate cells, whichever makes most of the header's names known; empty rows are left out.
    """
    text = text.removeprefix(BOM).replace("\x00", "")
    given = list(_records(text, _delimiter(text, names)))
    if not given:
        raise Unreadable("There is nothing in it. The first row has to name the columns.")
    (_, header), *records = given
    if len(records) > most:
        raise Unreadable(f"At most {most:,} rows at once; these are {len(records):,}. Split the file.")
    known = [names.get(folded(each), "") for each in header]
    columns = tuple(dict.fromkeys(filter(None, known)))
    foreign = tuple(each for each, name in zip(header, known, strict=True) if each.strip() and not name)
    twice = tuple(name for name in columns if known.count(name) > 1)
    return Sheet(columns, [_line(number, cells, known) for number, cells in records], foreign, twice)


def folded(header: str) -> str:
    """`Job title`, `JobTitle` and `job_title` are one."""
    return "".join(each for each in header.casefold() if each.isalnum())


def known_as(columns: Iterable[str], labels: Mapping[str, str]) -> dict[str, str]:
    """The `names` of `read`: columns by their own names and by those that pages have for them."""
    return {
        **{folded(label): column for column, label in labels.items()},
        **{folded(column): column for column in columns},
    }


def _wide(content: bytes) -> str:
    try:
        return content.decode("utf-16")
    except UnicodeDecodeError:
        raise Unreadable("The file breaks off in the middle of a letter. Save it again.") from None


def _delimiter(text: str, names: Mapping[str, str]) -> str:
    first = next((line for line in io.StringIO(text, newline=None) if line.strip()), "")
    if first.casefold().startswith("sep=") and len(first.strip()) == len("sep=,"):
        return first.strip()[-1]

    def recognised(delimiter: str) -> int:
        return sum(folded(each) in names for each in next(csv.reader([first], delimiter=delimiter), []))

    return max(DELIMITERS, key=recognised)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with something in them, by their numbers; Excel's line about the separator is none."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(rows, 1):
            is_separator = number == 1 and delimiter.join(cells).casefold().startswith("sep=")
            if any(cell.strip() for cell in cells) and not is_separator:
                yield number, cells
    except csv.Error as fault:
        raise Unreadable(f"Line {rows.line_num} cannot be read as CSV: {fault}.") from None


def _line(number: int, cells: list[str], known: list[str]) -> Line:
    named = {name: unguarded(cell) for name, cell in zip(known, cells, strict=False) if name}
    more = sum(1 for cell in cells[len(known) :] if cell.strip())
    return Line(number, named, more)
