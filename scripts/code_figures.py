#!/usr/bin/env python3
"""Print figures of the structure of a Python package: size, fragments, documentation, import cycles.

    scripts/code_figures.py [FOLDER ...]     `console` by default; a folder of another checkout to compare

Lines are those with a token that is no comment, no blank and no docstring. Migrations are left out.
"""

import ast
import io
import statistics
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
    tokenize.ENCODING,
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    """One file: its name, its tree and the lines that hold code or a docstring."""

    name: str
    tree: ast.Module
    code_lines: int
    docstring_lines: int
    names: Counter[str] = field(default_factory=Counter)

    @property
    def functions(self) -> list[Function]:
        return [node for node in ast.walk(self.tree) if isinstance(node, Function)]


def read_module(path: Path, root: Path) -> Module:
    text = path.read_text()
    tree = ast.parse(text)
    documented = {
        line for node in docstrings(tree) for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in NO_CODE:
            lines |= set(range(token.start[0], token.end[0] + 1))
    parts = path.relative_to(root.parent).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    used = Counter(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    used += Counter(node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return Module(name, tree, len(lines - documented), len(documented), used)


def docstrings(tree: ast.Module) -> Iterator[ast.Expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | Function) and node.body:
            first = node.body[0]
            value = first.value if isinstance(first, ast.Expr) else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(value, ast.Constant)
                and isinstance(value.value, str)
            ):
                yield first


def find_cycles(modules: list[Module]) -> list[list[str]]:
    """Return groups of modules that import one another; an import inside a function counts."""
    names = {module.name for module in modules}
    graph = {module.name: set(imported(module, names)) - {module.name} for module in modules}
    cycles = []
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            cycle = error.args[1]
            cycles.append(cycle)
            graph[cycle[1]].discard(cycle[0])
        else:
            return cycles


def imported(module: Module, names: set[str]) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield from {full if full in names else node.module} & names
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)


def figures(root: Path) -> dict[str, str]:
    paths = sorted(path for path in root.rglob("*.py") if "migrations" not in path.parts)
    modules = [module for path in paths if (module := read_module(path, root)).code_lines]
    functions = [(module, function) for module in modules for function in module.functions]
    private = [(module, f) for module, f in functions if f.name.startswith("_") and f.name[:2] != "__"]
    once = [f for module, f in private if module.names[f.name] == 1]
    counts = sorted(parameters(function) for _, function in functions)
    lines = sorted(module.code_lines for module in modules)
    code, documented = sum(lines), sum(module.docstring_lines for module in modules)
    return {
        "modules with code": f"{len(modules):,}",
        "code lines": f"{code:,}",
        "module lines, median / p90 / max": (
            f"{statistics.median(lines):.0f} / {percentile(lines, 90)} / {lines[-1]}"
        ),
        "functions": f"{len(functions):,}",
        "private functions used once": f"{len(once):,} ({len(once) / len(functions):.1%})",
        "parameters, p95 / max": f"{percentile(counts, 95)} / {counts[-1]}",
        "over five parameters": f"{sum(count > 5 for count in counts):,}",
        "docstring lines / code": f"{documented / code:.1%}",
        "import cycles": f"{len(find_cycles(modules))}",
    }


def parameters(function: Function) -> int:
    arguments = function.args
    names = [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return len([name for name in names if name not in ("self", "cls")])


def percentile(values: list[int], share: int) -> int:
    return values[min(len(values) - 1, len(values) * share // 100)]


def main(folders: list[str]) -> None:
    columns = [figures(Path(folder).resolve()) for folder in folders]
    width = max(len(name) for name in columns[0])
    for name in columns[0]:
        cells = "  ".join(f"{column[name]:>18}" for column in columns)
        sys.stdout.write(f"{name:<{width}}  {cells}\n")


if __name__ == "__main__":
    main(sys.argv[1:] or ["console"])
