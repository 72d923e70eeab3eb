"""`manage.py operations`: each of AWS's operations, where it is reached, who serves it locally, its undo."""

import ast
from argparse import ArgumentParser
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.urls import URLPattern, URLResolver, get_resolver

from console.aws.catalogue import CATALOGUE, OPERATIONS, Operation
from console.changes.inverses import UNDO
from console.plurals import number_of

CONSOLE = Path(__file__).resolve().parents[3]
HANDLERS = CONSOLE / "sandbox" / "handlers"


@dataclass(frozen=True, slots=True)
class Line:
    """One operation as the table has it; "" is a hole."""

    operation: Operation
    page: str
    handler: str
    undo: str

    @property
    def holes(self) -> list[str]:
        lacking = [name for name in ("page", "handler", "undo") if not getattr(self, name)]
        return [f"{self.operation.name} has no {name}" for name in lacking]


class Command(BaseCommand):
    help = "List AWS's operations: area, page, sandbox handler, undo. --check fails if one has a hole."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="exit with 1 unless the table has no hole")

    def handle(self, *args: Any, **options: Any) -> None:
        lines = list(table())
        width = max(len(each.operation.name) for each in lines)
        for each in lines:
            found = (each.operation.area, each.page or "-", each.handler or "-", each.undo or "-")
            self.stdout.write(
                f"{each.operation.name:<{width}}  " + "  ".join(f"{part:<26}" for part in found).rstrip()
            )
        holes = [hole for each in lines for hole in each.holes]
        self.stdout.write(f"\n{number_of(len(lines), 'operation')}, {number_of(len(holes), 'hole')}")
        if options["check"] and holes:
            raise CommandError("; ".join(holes))


def table() -> Iterator[Line]:
    pages, named, handlers = performed(), named_in_areas(), handled()
    for rule in OPERATIONS:
        page = pages.get(rule.name) or named.get(rule.name, "")
        yield Line(rule, page, handlers.get(rule.name, ""), undo_of(rule))


def undo_of(rule: Operation) -> str:
    if rule.is_read:
        return "reads"
    undo = UNDO.get(rule.name)
    if undo is None:
        return ""
    if undo.inverse is None:
        return "cannot be undone"
    return f"{rule.undo}" + (f" for {number_of(undo.days, 'day')}" if undo.days else "")


def performed() -> dict[str, str]:
    """By operation, the first address whose view performs it."""
    found: dict[str, str] = {}
    for name, view in addresses(get_resolver()):
        found.setdefault(getattr(view, "performs", ""), name)
    return {operation: name for operation, name in found.items() if operation in CATALOGUE}


def addresses(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, Any]]:
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            yield from addresses(each, f"{space}{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern) and each.name:
            yield f"{space}{each.name}", each.callback


def named_in_areas() -> dict[str, str]:
    """By operation, the module that asks for it for a page or makes it a step: of an area, or the mirror."""
    found: dict[str, str] = {}
    for path in (*sorted((CONSOLE / "areas").rglob("*.py")), *sorted((CONSOLE / "mirror").glob("*.py"))):
        module = ".".join(path.relative_to(CONSOLE).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and node.value in CATALOGUE:
                found.setdefault(str(node.value), module)
    return found


def handled() -> dict[str, str]:
    """By operation, the sandbox's module for it, read as text: the console knows nothing of the sandbox."""
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
