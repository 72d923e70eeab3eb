"""`manage.py operations`: list every AWS operation with its page, sandbox handler and undo."""

import ast
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from django.core.management.base import BaseCommand, CommandError
from django.urls import URLPattern, URLResolver, get_resolver

from console.aws.catalogue import CATALOGUE, Operation
from console.plurals import number_of

CONSOLE_FOLDER = Path(__file__).resolve().parents[3]
HANDLERS = CONSOLE_FOLDER / "sandbox" / "handlers"


HEADINGS = ("Operation", "Area", "Page", "URL", "Sandbox handler", "Undo")


class Page(NamedTuple):
    """Where an operation is performed: a URL's name and its path, or a module that no URL leads to."""

    name: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class OperationRow:
    """One operation in the table; an empty value is a gap."""

    operation: Operation
    page: Page
    handler: str
    undo: str

    @property
    def cells(self) -> tuple[str, ...]:
        parts = (self.operation.area, self.page.name, self.page.path, self.handler, self.undo)
        return (self.operation.name, *(part or "-" for part in parts))

    @property
    def holes(self) -> list[str]:
        known = {"page": self.page.name, "handler": self.handler, "undo": self.undo}
        lacking = [name for name, value in known.items() if not value]
        return [f"{self.operation.name} has no {name}" for name in lacking]


class Command(BaseCommand):
    help = "List AWS's operations: area, page, URL, sandbox handler, undo. --check fails if one has a hole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="exit with 1 unless the table has no hole")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(list_operations())
        table = [HEADINGS, *(row.cells for row in rows)]
        widths = [max(len(cells[column]) for cells in table) for column in range(len(HEADINGS))]
        for cells in table:
            padded = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
            self.stdout.write("  ".join(padded).rstrip())
        holes = [hole for row in rows for hole in row.holes]
        self.stdout.write(f"\n{number_of(len(rows), 'operation')}, {number_of(len(holes), 'hole')}")
        if options["check"] and holes:
            raise CommandError("; ".join(holes))


def list_operations() -> Iterator[OperationRow]:
    pages, named, handlers = find_pages(), find_named_operations(), find_handlers()
    for rule in CATALOGUE.values():
        page = pages.get(rule.name) or Page(named.get(rule.name, ""))
        yield OperationRow(rule, page, handlers.get(rule.name, ""), describe_undo(rule))


def describe_undo(rule: Operation) -> str:
    if rule.is_read:
        return "reads"
    undo = rule.undo
    if undo is None:
        return ""
    if undo.inverse is None:
        return "cannot be undone"
    return undo.operation + (f" for {number_of(undo.days, 'day')}" if undo.days else "")


def find_pages() -> dict[str, Page]:
    """Return the first URL that performs each operation."""
    found: dict[str, Page] = {}
    for page, view in iterate_views(get_resolver()):
        found.setdefault(getattr(view, "performs", ""), page)
    return {operation: page for operation, page in found.items() if operation in CATALOGUE}


def iterate_views(
    resolver: URLResolver, namespace: str = "", prefix: str = "/"
) -> Iterator[tuple[Page, Any]]:
    for each in resolver.url_patterns:
        path = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            inner = f"{namespace}{each.namespace}:" if each.namespace else namespace
            yield from iterate_views(each, inner, path)
        elif isinstance(each, URLPattern) and each.name:
            yield Page(f"{namespace}{each.name}", path), each.callback


def find_named_operations() -> dict[str, str]:
    """Return the module in areas or sync that uses each operation."""
    found: dict[str, str] = {}
    for path in (
        *sorted((CONSOLE_FOLDER / "areas").rglob("*.py")),
        *sorted((CONSOLE_FOLDER / "sync").glob("*.py")),
    ):
        module = ".".join(path.relative_to(CONSOLE_FOLDER).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and node.value in CATALOGUE:
                found.setdefault(str(node.value), module)
    return found


def find_handlers() -> dict[str, str]:
    """Return the sandbox module that handles each operation, found by reading its source."""
    found: dict[str, list[str]] = defaultdict(list)
    if find_spec("console.sandbox") is None:
        return {}
    for path in sorted(HANDLERS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "handles":
                for argument in node.args:
                    if isinstance(argument, ast.Constant):
                        found[str(argument.value)].append(path.stem)
    return {operation: modules[0] for operation, modules in found.items()}
