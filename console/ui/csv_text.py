"""A list as a CSV file: streamed row by row, and harmless when a spreadsheet opens it."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

BOM = "\ufeff"  # without it Excel reads UTF-8 as the local code page
APOSTROPHE = "'"
# What makes a spreadsheet take a cell for a formula, in full width too (it is folded when it is read).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BATCH = 2000


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, value: str) -> str:
        return value


def written(header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Lines of the file, the header first."""
    writer = csv.writer(_Echo())
    yield BOM + writer.writerow([guarded(cell) for cell in header])
    for row in rows:
        yield writer.writerow([guarded(cell) for cell in row])


def guarded(value: Any) -> str:
    """A cell as text that no spreadsheet computes; `unguarded` takes that off again, whatever the text."""
    if isinstance(value, str):
        return f"'{value}" if is_computed(value) else value
    shown = plain(value)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return f"'{shown}" if is_computed(shown) and not is_number else shown


def unguarded(cell: str) -> str:
    """What somebody meant who wrote, or was given, this cell."""
    return cell[1:] if cell.startswith("'") and is_computed(cell) else cell


def is_computed(text: str) -> bool:
    """Whether a spreadsheet takes it for a formula, or we ourselves for one that was made harmless.

    The first printable character decides: spreadsheets skip blanks and characters without width.
    """
    if text.lstrip(APOSTROPHE).startswith(FORMULA):
        return True
    return next((each for each in text if _is_seen(each)), "").startswith(FORMULA)


def _is_seen(letter: str) -> bool:
    return letter.isprintable() and not letter.isspace() and letter != APOSTROPHE


def plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, (list, tuple)):
        return " ".join(plain(each) for each in value)
    return str(value)
