"""Format CSV cells so that spreadsheets do not run them as formulas."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

BOM = "\ufeff"  # without it Excel reads UTF-8 as the local code page
APOSTROPHE = "'"
# What makes a spreadsheet take a cell for a formula, in full width too (it is folded when it is read).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
BATCH_SIZE = 2000


class _EchoWriter:
    """A file object that returns what is written to it."""

    def write(self, value: str) -> str:
        return value


def write_rows(header: Iterable[Any], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield CSV lines, the header first."""
    writer = csv.writer(_EchoWriter())
    yield BOM + writer.writerow([guard_cell(cell) for cell in header])
    for row in rows:
        yield writer.writerow([guard_cell(cell) for cell in row])


def guard_cell(value: Any) -> str:
    """Return a cell as text that no spreadsheet runs as a formula."""
    if isinstance(value, str):
        return f"'{value}" if is_formula(value) else value
    shown = format_value(value)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return f"'{shown}" if is_formula(shown) and not is_number else shown


def unguard_cell(cell: str) -> str:
    """Return the original text of a cell written by `guard_cell`."""
    return cell[1:] if cell.startswith("'") and is_formula(cell) else cell


def is_formula(text: str) -> bool:
    """Return whether a spreadsheet would run the text as a formula, or it is one that was guarded.

    The first printable character decides: spreadsheets skip blanks and characters without width.
    """
    if text.lstrip(APOSTROPHE).startswith(FORMULA_STARTS):
        return True
    return next((each for each in text if _is_visible(each)), "").startswith(FORMULA_STARTS)


def _is_visible(letter: str) -> bool:
    return letter.isprintable() and not letter.isspace() and letter != APOSTROPHE


def format_value(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, (list, tuple)):
        return " ".join(format_value(each) for each in value)
    return str(value)
