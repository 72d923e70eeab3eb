"""Who may import whom: the layers of the console, held by reading every import statement."""

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "console"

# From the lowest to the highest; a module may import what stands in its own row or below.
LAYERS = (
    (
        "console.aws.model",
        "console.aws.catalogue",
        "console.aws.errors",
        "console.aws.redaction",
        "console.aws.answers",
        "console.aws.client",
        "console.breaker",
    ),
    (
        "console.mirror",
        "console.operators",
        "console.ledger",
        "console.aws",
        "console.rules",
        "console.celery",
        "console.clock",
        "console.constraints",
        "console.plurals",
    ),
    ("console.changes",),
    ("console.ui",),
    ("console.areas", "console.operators.urls", "console.operators.views"),
    ("console",),
)
PURE = LAYERS[0]
SHARED = {"directory"}  # what people, groups and resources have alike: other areas build on its pages


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


def offenders(names: Iterable[str], forbidden: Callable[[str, str], bool]) -> dict[str, list[str]]:
    """Return the forbidden imports of each module that has any; `forbidden` takes module and import."""
    found = {name: [each for each in imports(name) if forbidden(name, each)] for name in names}
    return {name: imported for name, imported in found.items() if imported}


class TestLayers:
    def test_nobody_imports_upward(self) -> None:
        def is_upward(name: str, imported: str) -> bool:
            return within(imported, "console") and layer(imported) > layer(name)

        assert offenders(under("console"), is_upward) == {}

    def test_the_lowest_layer_knows_no_model_of_django(self) -> None:
        def is_model(_: str, imported: str) -> bool:
            return within(imported, "django.db", "django.apps")

        assert offenders(under(*PURE), is_model) == {}

    def test_an_area_imports_no_other_areas_pages(self) -> None:
        def is_other_page(name: str, imported: str) -> bool:
            page = {"views", "forms", "tables", "urls"} & set(imported.split("."))
            return bool(page) and area(imported) not in {"", area(name), *SHARED}

        assert offenders(under("console.areas"), is_other_page) == {}


class TestSandbox:
    def test_the_sandbox_knows_no_django_and_of_ours_only_the_model(self) -> None:
        def is_foreign(_: str, imported: str) -> bool:
            ours = within(imported, "console") and not within(
                imported, "console.sandbox", "console.aws.model"
            )
            return ours or within(imported, "django", "allauth")

        assert offenders(under("console.sandbox"), is_foreign) == {}

    def test_the_console_knows_nothing_of_the_sandbox(self) -> None:
        console = set(under("console")) - set(under("console.sandbox"))

        def is_sandbox(_: str, imported: str) -> bool:
            return within(imported, "console.sandbox")

        assert offenders((name for name in console if not joins_the_demo(name)), is_sandbox) == {}


class TestOneWayOut:
    def test_boto3_is_imported_in_aws_alone(self) -> None:
        # The facade `console.aws.model` hands out shapes, so whoever asks it may name their type.
        def is_amazons(_: str, imported: str) -> bool:
            return within(imported, "boto3", "botocore") and imported != "botocore.model.Shape"

        others = [name for name in under("console") if not within(name, "console.aws", "console.sandbox")]
        assert offenders(others, is_amazons) == {}

    def test_only_the_gateway_and_its_neighbours_reach_a_client(self) -> None:
        def is_client(_: str, imported: str) -> bool:
            return within(imported, "console.aws.client")

        others = [name for name in under("console") if not within(name, "console.aws")]
        assert offenders(others, is_client) == {}


class TestBelowThePages:
    def test_only_pages_take_a_request(self) -> None:
        page = {"views", "forms", "tables", "downloads", "failures", "asking", "reviewing"}
        names = under("console.aws", "console.ledger", "console.mirror", "console.areas")

        def is_request(_: str, imported: str) -> bool:
            return within(imported, "django.http", "django.shortcuts")

        assert offenders((name for name in names if not page & set(name.split("."))), is_request) == {}


class TestTheWallsThemselves:
    def test_they_see_the_modules(self) -> None:
        assert {"console.settings", "console.aws.model", "console.aws.gateway", "console.celery"} <= set(
            modules()
        )

    def test_layers_are_read_by_the_longest_name(self) -> None:
        assert (
            layer("console.aws.model.operation")
            < layer("console.aws.gateway.call")
            < layer("console.ui.pages")
        )
        assert layer("console.ui.pages") < layer("console.areas.users.views") < layer("console.urls")
