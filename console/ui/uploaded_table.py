"""Parse an uploaded CSV file: find the header, number the rows, report damaged cells."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from console.ui.cells import find_control, find_damage, normalize
from console.ui.csv_text import unguard_cell
from console.ui.encodings import BOM, UnreadableFile

DELIMITERS = ",;\t|"
ALTERNATIVES = "|"  # in a name: the first column if most of its cells have an @, else the second
HEADER_WITHIN = 10  # rows that are not empty
BRACKETED = re.compile(r"^(.*?)\s*\[([^\[\]]*)\]\s*(.*)$")
LINES_IN_A_ROW = 100  # a cell may have line ends
NEVER_CLOSES = (
    "Row {} opens a quotation mark that never closes, so it cannot be told from the rows below it. Nothing"
    " was imported. Close the mark, or double it if it belongs to the text."
)
AFTER_QUOTE = r'" +(?=[{0}\r\n]|$)'
csv.field_size_limit(1_000_000)


@dataclass(frozen=True, slots=True)
class UploadedRow:
    """A row: its number as a spreadsheet counts it, and its cells by column name.

    `cells` lacks the columns that the row is too short for; `more` are cells beyond the last column.
    `controls` says of a cell why it must not be written, `damage` what a spreadsheet did to it.
    """

    number: int
    cells: dict[str, str]
    more: int = 0
    raw: Sequence[str] = ()
    controls: Mapping[str, str] = field(default_factory=dict)
    damage: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UploadedTable:
    """`columns` are those that are known, by our own names; `foreign` the headers that mean nothing here.

    `header` is the header row as it is written, `meaning` our name for each of its cells, or "".
    `broken` has the rows that cannot be read, by number, with the reason.
    """

    columns: tuple[str, ...]
    lines: list[UploadedRow]
    foreign: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    header: tuple[str, ...] = ()
    meaning: tuple[str, ...] = ()
    broken: Mapping[int, str] = field(default_factory=dict)
    accepts_damage: bool = False


@dataclass(frozen=True, slots=True)
class _Record:
    number: int
    cells: list[str]
    fault: str = ""
    lines: int = 1


def parse_table(
    text: str, names: Mapping[str, str], most: int, mapping: Mapping[int, str] | None = None
) -> UploadedTable:
    """Return the rows below the header. `names` has our name of a column for each way of writing it.

    `mapping` has our names by the position of the header's cells, where an operator chose them.
    Raises `Unreadable` without a header, with more than `most` rows, or when a quotation mark that never
    closes has swallowed rows. Empty rows are left out.
    """
    text = text.lstrip(BOM)
    delimiter = _detect_delimiter(text, names)
    records = list(_records(text, delimiter))
    if not records:
        raise UnreadableFile("The file is empty. The first row must name the columns.")
    skipped = _header_position(records, names)
    header, records = records[skipped], records[skipped + 1 :]
    if len(records) > most:
        raise UnreadableFile(f"A file can have {most:,} rows; this one has {len(records):,}. Split the file.")
    for each in records:
        if each.lines > 1 and len(each.cells) < len(header.cells):
            raise UnreadableFile(NEVER_CLOSES.format(each.number))
    known = [
        (mapping or {}).get(at, _choose_column(find_column(cell, names), at, records))
        for at, cell in enumerate(header.cells)
    ]
    columns = tuple(dict.fromkeys(filter(None, known)))
    return UploadedTable(
        columns,
        [_build_row(each, known) for each in records if not each.fault],
        tuple(cell for cell, name in zip(header.cells, known, strict=True) if cell.strip() and not name),
        tuple(name for name in columns if known.count(name) > 1),
        [f"The header was found in row {header.number}; the rows above it were left out."] if skipped else [],
        tuple(header.cells),
        tuple(known),
        {each.number: each.fault for each in records if each.fault},
    )


def fold_header(header: str) -> str:
    """Return the header in comparable form: `Job title`, `JobTitle` and `job_title` are equal."""
    return "".join(each for each in header.casefold() if each.isalnum())


def find_column(header: str, names: Mapping[str, str]) -> str:
    """Return our name of a column, or "": by its whole header, or by what is in brackets or before them.

    Entra writes `User name [userPrincipalName] Required`, Google `Email Address [Required]`.
    """
    ways = [header]
    if bracketed := BRACKETED.match(header):
        ways += [bracketed.group(2), bracketed.group(1)]
    return next((names[way] for each in ways if (way := fold_header(each)) in names), "")


def _choose_column(name: str, at: int, records: list[_Record]) -> str:
    """Choose between two columns that a header may mean, by the content of its cells."""
    if ALTERNATIVES not in name:
        return name
    filled = [each.cells[at] for each in records if len(each.cells) > at and each.cells[at].strip()]
    with_address = sum("@" in cell for cell in filled)
    return name.split(ALTERNATIVES)[0 if with_address * 2 > len(filled) else 1]


def column_names(columns: Iterable[str], labels: Mapping[str, str]) -> dict[str, str]:
    """Return the `names` of `parse_table`: columns by their names and labels."""
    return {
        **{fold_header(label): column for column, label in labels.items()},
        **{fold_header(column): column for column in columns},
    }


def _detect_delimiter(text: str, names: Mapping[str, str]) -> str:
    """Return the delimiter with which one of the first rows names most columns."""
    start = list(_first_lines(io.StringIO(text, newline=None)))
    if start and start[0].casefold().startswith("sep=") and len(start[0].strip()) == len("sep=,"):
        return start[0].strip()[-1]

    def recognized(delimiter: str) -> tuple[int, int]:
        rows = list(csv.reader(start, delimiter=delimiter))
        most = max((sum(bool(find_column(cell, names)) for cell in row) for row in rows), default=0)
        return most, len(rows[0]) if rows else 0

    return max(DELIMITERS, key=recognized)


def _first_lines(lines: Iterable[str]) -> Iterator[str]:
    filled = (line for line in lines if line.strip())
    for _, line in zip(range(HEADER_WITHIN), filled, strict=False):
        yield line


def _header_position(records: list[_Record], names: Mapping[str, str]) -> int:
    """Return which row is the header: of the first ones the one that names most of the columns."""
    counts = [sum(bool(find_column(cell, names)) for cell in each.cells) for each in records[:HEADER_WITHIN]]
    return counts.index(max(counts))


def _records(text: str, delimiter: str) -> Iterator[_Record]:
    """Yield the rows that are not empty; directives of Excel and PowerShell are left out."""
    for record in _all_records(text, delimiter):
        first = record.cells[0].casefold() if record.cells else ""
        is_directive = record.number == 1 and (
            delimiter.join(record.cells).casefold().startswith("sep=") or first.startswith("#type ")
        )
        if record.fault or (any(cell.strip() for cell in record.cells) and not is_directive):
            yield record


def _all_records(text: str, delimiter: str) -> Iterator[_Record]:
    lines = io.StringIO(text, newline="").readlines()
    number = at = 0
    while at < len(lines):
        number += 1
        end = at + 1
        cells, fault = _parse_row(lines[at], delimiter)
        quotes = lines[at].count('"')
        while cells is None and end < min(len(lines), at + LINES_IN_A_ROW):
            quotes += lines[end].count('"')
            end += 1
            if quotes % 2 == 0:
                cells, fault = _parse_row("".join(lines[at:end]), delimiter)
        if cells is None or (fault and end > at + 1):
            raise UnreadableFile(NEVER_CLOSES.format(number))
        yield _Record(number, cells, fault, end - at)
        at = end


def _parse_row(text: str, delimiter: str) -> tuple[list[str] | None, str]:
    """Return the cells of one row, or `None` while a quotation mark is open, and what is wrong with it."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), []), ""
    except csv.Error as error:
        if "unexpected end" in str(error):
            return None, ""
        repaired = re.sub(AFTER_QUOTE.format(re.escape(delimiter)), '"', text)
        if repaired != text:
            return _parse_row(repaired, delimiter)
        if "expected after" in str(error):
            return [], "has a quotation mark inside a quoted cell that is not doubled"
        return [], f"cannot be read as CSV ({error})"


def _build_row(record: _Record, known: list[str]) -> UploadedRow:
    named = {name: cell for name, cell in zip(known, record.cells, strict=False) if name}
    more = sum(1 for cell in record.cells[len(known) :] if cell.strip())
    return UploadedRow(
        record.number,
        {name: normalize(unguard_cell(cell)) for name, cell in named.items()},
        more,
        record.cells,
        {name: said for name, cell in named.items() if (said := find_control(cell))},
        {name: said for name, cell in named.items() if (said := find_damage(cell))},
    )
