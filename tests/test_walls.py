"""Who may import whom: the layers of the console, held by reading every import statement."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "console"

# From the lowest to the highest. A module imports its own package and the rows below; never a row above,
# and never another package of its own row.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("console.actor", "console.breaker", "console.clock", "console.constraints", "console.plurals"),
    ("console.jobs",),
    ("console.rules",),
    ("console.aws",),
    ("console.ui", "console.ledger"),
    ("console.celery",),
    ("console.mirror",),
    ("console.operators",),
    ("console.gateway",),
    ("console.sync", "console.changes"),
    ("console.extensions",),
    ("console.web",),
    ("console.areas",),
    ("console.data_retention",),
    ("console",),
)
CURE = "Pass the value in, or move what both need to the lower package. See ARCHITECTURE.md, Layers."
SHARED = {"entities"}  # what users, groups and resources have alike: other areas build on its pages
Offenders = dict[str, list[str]]


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of ours by its dotted name, parsed."""
    paths = (path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)
    return {dotted(path): ast.parse(path.read_text(), str(path)) for path in paths}


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports(name: str) -> tuple[str, ...]:
    """What a module imports anywhere in it, as dotted names; `from a import b` counts as `a.b`."""
    return tuple(_imports(name))


def _imports(name: str) -> Iterator[str]:
    for node in ast.walk(modules()[name]):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports relatively, line {node.lineno}"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def under(*packages: str) -> list[str]:
    return sorted(name for name in modules() if within(name, *packages))


def joins_the_demo(name: str) -> bool:
    """`console.demo`, or the module `demo` that says what an area or an app brings to it."""
    return "demo" in name.split(".")


def layer(name: str) -> int:
    """The row whose package is the longest that holds the name."""
    if joins_the_demo(name):
        return len(LAYERS) - 1
    rows = (
        (len(package), row)
        for row, packages in enumerate(LAYERS)
        for package in packages
        if within(name, package)
    )
    return max(rows)[1]


def area(name: str) -> str:
    return name.split(".")[2] if within(name, "console.areas") and name.count(".") > 1 else ""


def offenders(names: Iterable[str], forbidden: Callable[[str, str], bool]) -> Offenders:
    """Return the forbidden imports of each module that has any; `forbidden` takes module and import."""
    found = {name: [each for each in imports(name) if forbidden(name, each)] for name in names}
    return {name: imported for name, imported in found.items() if imported}


def explain(rule: str, found: Offenders, cure: str = CURE) -> str:
    """Return the message of a failed test: what is broken where, and how it is mended."""
    lines = [f"{name} imports {each}" for name, imported in found.items() for each in imported]
    return "\n".join([rule, *lines, cure])


def package(name: str) -> str:
    """The package of `LAYERS` that a module belongs to; "" where only `console` itself does."""
    packages = [each for row in LAYERS[:-1] for each in row if within(name, each)]
    return max(packages, key=len, default="")


def target(imported: str) -> str:
    """The module of ours that an imported name stands in or is."""
    while imported and imported not in modules():
        imported = imported.rpartition(".")[0]
    return imported


def cycles(edges: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Return the groups of modules that import one another, directly or through others."""
    found: list[list[str]] = []
    graph = {name: set(imported) for name, imported in edges.items()}
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            names = error.args[1]
            found.append(names)
            graph[names[1]].discard(names[0])
        else:
            return found


class TestLayers:
    def test_no_module_imports_a_layer_above_or_beside_it(self) -> None:
        def is_upward(name: str, imported: str) -> bool:
            if not within(imported, "console"):
                return False
            beside = layer(imported) == layer(name) and package(imported) != package(name)
            return layer(imported) > layer(name) or beside

        found = offenders((name for name in under("console") if not joins_the_demo(name)), is_upward)
        assert not found, explain("A package may import only the packages below it.", found)

    def test_no_modules_import_one_another(self) -> None:
        edges = {name: {target(each) for each in imports(name)} - {name, ""} for name in under("console")}
        found = cycles(edges)
        shown = "\n".join(" -> ".join(each) for each in found)
        assert not found, f"Modules import one another; an import inside a function counts.\n{shown}\n{CURE}"

    def test_aws_and_rules_know_no_model_of_django(self) -> None:
        def is_model(_: str, imported: str) -> bool:
            return within(imported, "django.db", "django.apps")

        found = offenders(under("console.rules", "console.aws"), is_model)
        assert not found, explain("console.aws and console.rules are pure.", found)

    def test_an_area_imports_no_other_areas_pages(self) -> None:
        def is_other_page(name: str, imported: str) -> bool:
            page = {"views", "forms", "tables", "urls"} & set(imported.split("."))
            return bool(page) and area(imported) not in {"", area(name), *SHARED}

        found = offenders(under("console.areas"), is_other_page)
        cure = "Move what both need into a module of its own (display, plans, models) or to console.web."
        assert not found, explain("An area imports no views, forms, tables or urls of another.", found, cure)


class TestSandbox:
    def test_the_sandbox_knows_no_django_and_of_ours_only_the_model(self) -> None:
        def is_foreign(_: str, imported: str) -> bool:
            ours = within(imported, "console") and not within(
                imported, "console.sandbox", "console.aws.model"
            )
            return ours or within(imported, "django", "allauth")

        found = offenders(under("console.sandbox"), is_foreign)
        rule = "The sandbox imports neither Django nor anything of the console but console.aws.model."
        assert not found, explain(rule, found)

    def test_the_console_knows_nothing_of_the_sandbox(self) -> None:
        console = set(under("console")) - set(under("console.sandbox"))

        def is_sandbox(_: str, imported: str) -> bool:
            return within(imported, "console.sandbox")

        found = offenders((name for name in console if not joins_the_demo(name)), is_sandbox)
        rule = "Only console.demo and modules named demo import the sandbox."
        assert not found, explain(rule, found, "The console reaches it over HTTP, as it reaches AWS.")


class TestOneWayOut:
    def test_boto3_is_imported_in_aws_alone(self) -> None:
        # The facade `console.aws.model` hands out shapes, so whoever asks it may name their type.
        def is_amazons(_: str, imported: str) -> bool:
            return within(imported, "boto3", "botocore") and imported != "botocore.model.Shape"

        others = [name for name in under("console") if not within(name, "console.aws", "console.sandbox")]
        found = offenders(others, is_amazons)
        assert not found, explain("Only console.aws imports boto3.", found, "Use gateway.call.")

    def test_only_the_gateway_and_its_neighbours_reach_a_client(self) -> None:
        def is_client(_: str, imported: str) -> bool:
            return within(imported, "console.aws.client")

        others = [name for name in under("console") if not within(name, "console.aws")]
        found = offenders(others, is_client)
        assert not found, explain("Only console.aws opens a client.", found, "Use gateway.call.")


class TestBelowThePages:
    def test_only_pages_take_a_request(self) -> None:
        pages = {"views", "forms", "tables", "table"}
        names = under(
            "console.aws",
            "console.ledger",
            "console.mirror",
            "console.gateway",
            "console.sync",
            "console.changes",
            "console.areas",
        )

        def is_request(_: str, imported: str) -> bool:
            return within(imported, "django.http", "django.shortcuts")

        found = offenders((name for name in names if not pages & set(re.split(r"[._]", name))), is_request)
        cure = "Give it the values, and leave requests and answers to views."
        assert not found, explain("Only views, forms, tables and console.web know requests.", found, cure)


class TestTheWallsThemselves:
    def test_they_see_the_modules(self) -> None:
        assert {"console.settings", "console.aws.model", "console.celery"} <= set(modules())

    def test_layers_are_read_by_the_longest_name(self) -> None:
        assert layer("console.aws.model.get_operation") < layer("console.gateway.gateway.call")
        assert layer("console.ui.pages") < layer("console.areas.users.views") < layer("console.urls")

    def test_an_import_upward_and_a_cycle_are_seen(self) -> None:
        assert layer("console.areas.users.views") > layer("console.mirror.models")
        assert cycles({"a": ["b"], "b": ["c"], "c": ["a"], "d": ["a"]})
        assert not cycles({"a": ["b", "c"], "b": ["c"], "c": []})
