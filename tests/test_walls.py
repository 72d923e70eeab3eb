"""Who may import whom: the layers of the console, held by reading every import statement."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

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


def imports(name: str) -> Iterator[str]:
    """What a module imports anywhere in it, as dotted names; `from a import b` counts as `a.b`."""
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


class TestLayers:
    @pytest.mark.parametrize("name", under("console"))
    def test_nobody_imports_upward(self, name: str) -> None:
        ours = (imported for imported in imports(name) if within(imported, "console"))
        assert [imported for imported in ours if layer(imported) > layer(name)] == []

    @pytest.mark.parametrize("name", under(*PURE))
    def test_the_lowest_layer_knows_no_model_of_django(self, name: str) -> None:
        assert [imported for imported in imports(name) if within(imported, "django.db", "django.apps")] == []

    @pytest.mark.parametrize("name", under("console.areas"))
    def test_an_area_imports_no_other_areas_pages(self, name: str) -> None:
        others = (imported for imported in imports(name) if area(imported) not in {"", area(name), *SHARED})
        assert [
            imported for imported in others if {"views", "forms", "tables", "urls"} & set(imported.split("."))
        ] == []


class TestSandbox:
    @pytest.mark.parametrize("name", under("console.sandbox"))
    def test_the_sandbox_knows_no_django_and_of_ours_only_the_model(self, name: str) -> None:
        allowed = ("console.sandbox", "console.aws.model")
        ours = [imported for imported in imports(name) if within(imported, "console")]
        assert [imported for imported in ours if not within(imported, *allowed)] == []
        assert [imported for imported in imports(name) if within(imported, "django", "allauth")] == []

    @pytest.mark.parametrize("name", sorted(set(under("console")) - set(under("console.sandbox"))))
    def test_the_console_knows_nothing_of_the_sandbox(self, name: str) -> None:
        used = [imported for imported in imports(name) if within(imported, "console.sandbox")]
        assert joins_the_demo(name) or used == []


class TestOneWayOut:
    @pytest.mark.parametrize("name", under("console"))
    def test_boto3_is_imported_in_aws_alone(self, name: str) -> None:
        # The facade `console.aws.model` hands out shapes, so whoever asks it may name their type.
        amazons = {imported for imported in imports(name) if within(imported, "boto3", "botocore")}
        assert within(name, "console.aws", "console.sandbox") or amazons <= {"botocore.model.Shape"}

    @pytest.mark.parametrize("name", [name for name in under("console") if not within(name, "console.aws")])
    def test_only_the_gateway_and_its_neighbours_reach_a_client(self, name: str) -> None:
        assert [imported for imported in imports(name) if within(imported, "console.aws.client")] == []


class TestBelowThePages:
    @pytest.mark.parametrize(
        "name", under("console.aws", "console.ledger", "console.mirror", "console.areas")
    )
    def test_only_pages_take_a_request(self, name: str) -> None:
        page = {"views", "forms", "tables", "downloads", "failures", "asking", "reviewing"} & set(
            name.split(".")
        )
        assert page or [i for i in imports(name) if within(i, "django.http", "django.shortcuts")] == []


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
