"""The documents name only what is there: paths, modules, names, make targets, commands and links."""

import ast
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from django.core.management import get_commands

from tests.test_walls import LAYERS

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("", "console", "console/areas", "tests", "tests/areas", "tests/sandbox", "templates")
DOCUMENTS = sorted(
    path.relative_to(ROOT)
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "console").rglob("*.md"))
)
HISTORY = "CHANGELOG.md"  # may name what is gone
CODE = re.compile(r"```.*?```|`[^`\n]+`|(?<=\n)(?: {4}[^\n]*\n)+", re.DOTALL)
LINK = re.compile(r"\]\(([^)#\s]+)(?:#([^)\s]+))?\)")
PATH = re.compile(
    r"(?<![\w./$-])(?:[\w.-]+/)*[\w.-]*\w\.(?:py|md|html|css|js|json|toml|sql|yml|lock)(?![\w/])"
)
FOLDER = re.compile(
    r"(?<![\w./-])(?:console|tests|templates|docs|scripts|deploy|static)/[\w./-]*(?<!\.)(?![\w{*-])"
)
DOTTED = re.compile(r"(?<![\w./-])(?:[a-z_]+\.)+\w+\b(?![\w/-])")
TESTS = re.compile(r"`?([\w/]+\.py)(?:::|` )(Test\w+(?:, Test\w+)*)")
TARGET = re.compile(r"\bmake ([a-z][\w-]*)")
COMMAND = re.compile(r"manage\.py ([a-z_]+)")
BUILT_WHEN_NEEDED = {"static/"}  # folders of a working copy or an installation
NO_NAMES = (".py", ".com", ".html", ".example", ".sqlite3", ".backup", ".dump")  # ends of files and hosts
Checker = Callable[[str], Iterator[str]]


@cache
def modules() -> dict[str, Path]:
    """Return every module of ours by its dotted name."""
    found = {}
    for path in (*(ROOT / "console").rglob("*.py"), *(ROOT / "tests").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def modules_by_last_name() -> dict[str, list[str]]:
    found = defaultdict(list)
    for name in modules():
        if name.startswith("console."):
            found[name.rpartition(".")[2]].append(name)
    return found


@cache
def names(module: str) -> set[str]:
    """Return what a module defines or imports, and `Class.member` of its classes."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(modules()[module].read_text())):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.update(alias.asname or alias.name for alias in node.names)
    return found


def is_module_or_name(dotted: str) -> bool:
    module, rest = dotted, ""
    while module and module not in modules():
        module, _, last = module.rpartition(".")
        rest = f"{last}.{rest}".rstrip(".")
    if not module:
        return False
    return not rest or all(part in names(module) for part in rest.split("."))


def is_here(path: str) -> bool:
    """Return whether a path exists in the repository or below one of its main folders."""
    if "/" not in path and path in file_names():  # a file's name alone: anywhere
        return True
    return any((ROOT / each / path).exists() for each in FOLDERS)


@cache
def file_names() -> set[str]:
    tops = ("console", "tests", "docs", "deploy", "scripts", "static", "templates")
    return {path.name for top in tops for path in (ROOT / top).rglob("*")}


def missing_paths(code: str) -> Iterator[str]:
    for found in (*PATH.findall(code), *FOLDER.findall(code)):
        bare = found.rstrip("/")
        if not is_here(bare) and not is_here(f"{bare}.py") and f"{bare}/" not in BUILT_WHEN_NEEDED:
            yield f"there is no {found}"


def missing_names(code: str) -> Iterator[str]:
    """Yield dotted names in full that lead nowhere."""
    for found in DOTTED.findall(code):
        ours = found.startswith(("console.", "tests.")) and not found.endswith(NO_NAMES)
        if ours and not is_module_or_name(found) and found not in task_names():
            yield f"there is no module or name {found}"


@cache
def task_names() -> set[str]:
    """Return the explicit names of Celery tasks, which stay when their modules move."""
    return {
        name
        for path in (ROOT / "console").rglob("tasks.py")
        for name in re.findall(r'name="([\w.]+)"', path.read_text())
    }


def missing_short_names(code: str) -> Iterator[str]:
    """Yield names such as `engine.perform_write` that no module of that name in the console has."""
    for found in DOTTED.findall(code):
        first, _, rest = found.partition(".")
        places = modules_by_last_name().get(first, [])
        if not places or found.endswith(NO_NAMES) or first in {"console", "tests"}:
            continue
        if not any(is_module_or_name(f"{place}.{rest}") for place in places):
            yield f"no module {first} has {rest}"


def missing_targets(code: str) -> Iterator[str]:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for found in TARGET.findall(code):
        if found not in targets:
            yield f"the Makefile has no target {found}"


def missing_commands(code: str) -> Iterator[str]:
    for found in COMMAND.findall(code):
        if found not in get_commands():
            yield f"there is no command manage.py {found}"


def missing_tests(text: str) -> Iterator[str]:
    for file, classes in TESTS.findall(text):
        places = [ROOT / each / file for each in FOLDERS if (ROOT / each / file).exists()]
        for name in classes.split(", "):
            if not any(re.search(rf"^class {name}\b", path.read_text(), re.MULTILINE) for path in places):
                yield f"{file} has no class {name}"


ANYWHERE: tuple[Checker, ...] = (missing_paths, missing_names, missing_targets, missing_commands)


def heading_anchors(path: Path) -> set[str]:
    """Return the anchors that GitHub gives the headings of a document."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}


def broken_links(document: Path, text: str) -> Iterator[str]:
    for target, anchor in LINK.findall(text):
        if "://" in target or target.startswith("mailto:"):
            continue
        path = (ROOT / document).parent / target
        if not path.exists():
            yield f"the link {target} leads nowhere"
        elif anchor and anchor not in heading_anchors(path):
            yield f"{target} has no heading #{anchor}"


def problems(document: Path, text: str) -> list[str]:
    """Return what is wrong in a document, each with file and line."""
    found = []
    blocks = [] if document.name == HISTORY else CODE.finditer(text)
    for block in blocks:
        checkers = ANYWHERE if block.group().startswith(("```", " ")) else (*ANYWHERE, missing_short_names)
        first = text.count("\n", 0, block.start()) + 1
        for number, line in enumerate(block.group().splitlines(), first):
            found += [f"{document}:{number}: {each}" for check in checkers for each in check(line)]
    for number, line in enumerate(text.splitlines(), 1):
        found += [f"{document}:{number}: {each}" for each in broken_links(document, line)]
        if document.name != HISTORY:
            found += [f"{document}:{number}: {each}" for each in missing_tests(line)]
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_a_document_names_only_what_is_there(document: Path) -> None:
    found = problems(document, (ROOT / document).read_text())
    assert not found, "Correct the document, or what it names:\n" + "\n".join(found)


def test_the_layers_are_those_that_are_enforced() -> None:
    section = (ROOT / "ARCHITECTURE.md").read_text().partition("## Layers")[2].partition("```")[0]
    cells = re.findall(r"^\| (`console.*?) \|", section, re.MULTILINE)
    rows = [tuple(re.findall(r"`(console[\w.]*)`", re.sub(r" \(.*\)", "", cell))) for cell in cells]
    assert rows == list(reversed(LAYERS)), (
        "The table of layers in ARCHITECTURE.md differs from tests/test_walls.py"
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n`console/mirror/no_such.py`", "x.md:2: there is no console/mirror/no_such.py"),
        ("`mirror/no_such.py`", "there is no mirror/no_such.py"),
        ("`console.mirror.no_such`", "there is no module or name console.mirror.no_such"),
        ("`console.mirror.models.NoSuch`", "there is no module or name console.mirror.models.NoSuch"),
        ("`engine.no_such`", "no module engine has no_such"),
        ("```\nmake no-such\n```", "x.md:2: the Makefile has no target no-such"),
        ("`manage.py no_such`", "there is no command manage.py no_such"),
        ("`test_walls.py` TestNoSuch", "test_walls.py has no class TestNoSuch"),
        ("[x](no-such.md)", "the link no-such.md leads nowhere"),
        ("[x](README.md#no-such)", "README.md has no heading #no-such"),
    ],
)
def test_what_is_not_there_is_found(text: str, message: str) -> None:
    (found,) = problems(Path("x.md"), text)
    assert message in found
