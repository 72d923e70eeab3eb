"""What the demo starts with; an area that brings something has a module `demo` with a function `seed`."""

import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec

import django

OPERATORS = "console.demo.operators"
OTHERS = (
    "console.areas.access_rules.demo",
    "console.areas.exports.demo",
)


def seed() -> str:
    """Add what is missing; the answer is the table of operators."""
    operators = import_module(OPERATORS).seed()
    for name in OTHERS:
        if find_spec(name):
            import_module(name).seed()
    return table(operators)


def table(rows: Iterable[tuple[str, ...]]) -> str:
    rows = [("sign in as", "password", "role", ""), *rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)


if __name__ == "__main__":
    django.setup()
    sys.stdout.write(seed())
