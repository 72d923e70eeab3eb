"""Demo data; an area adds its own with a module `demo` that has a function `seed`."""

import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

import django

OPERATORS_MODULE = "console.demo.operators"
AREA_MODULES = (
    "console.areas.access_rules.demo",
    "console.areas.exports.demo",
)


def seed_demo() -> str:
    """Add missing demo data; return the table of operators."""
    operators = import_module(OPERATORS_MODULE).seed()
    for name in AREA_MODULES:
        if find_spec(name):
            import_module(name).seed()
    return format_table(operators)


def format_table(rows: Iterable[tuple[str, ...]]) -> str:
    rows = [("sign in as", "password", "role", ""), *rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(seed_demo())
