"""Every write and every reveal goes through the change engine; the exceptions say why in the code."""

import ast
import importlib
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from console.aws.catalogue import CATALOGUE

AREAS = Path(__file__).resolve().parents[2] / "console" / "areas"
# The exports have an engine of their own, which takes the approval of the change that queued an export.
EXCEPTIONS = {("exports/job_queue.py", "StartMailboxExportJob")}


def direct_calls(tree: ast.Module, names: Mapping[str, Any]) -> set[str]:
    """Return the writes and reveals that a module with these names asks the gateway for."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    asked = (
        call.args[1] for call in calls if ast.unparse(call.func) == "gateway.call" and len(call.args) > 1
    )
    operations = {str(value_of(arg, names)) for arg in asked}
    return {name for name in operations if name in CATALOGUE and not CATALOGUE[name].is_read}


def value_of(arg: ast.expr, names: Mapping[str, Any]) -> Any:
    """Return a constant, or what a name of the module stands for; None for what is known when it runs."""
    match arg:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            return names.get(name)
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return getattr(names.get(module), name, None)
    return None


def names_of(path: Path) -> Mapping[str, Any]:
    parts = path.relative_to(AREAS.parents[1]).with_suffix("").parts
    return vars(importlib.import_module(".".join(parts).removesuffix(".__init__")))


def test_no_area_writes_or_reveals_past_the_engine() -> None:
    found = {
        (str(path.relative_to(AREAS)), name)
        for path in AREAS.rglob("*.py")
        for name in direct_calls(ast.parse(path.read_text()), names_of(path))
    }
    assert found == EXCEPTIONS


def test_it_finds_what_goes_round() -> None:
    for called in ('"UpdateUser"', "WRITE", "other.WRITE"):
        tree = ast.parse(f"gateway.call(actor, {called}, organization)")
        names = {"WRITE": "UpdateUser", "other": SimpleNamespace(WRITE="UpdateUser")}
        assert direct_calls(tree, names) == {"UpdateUser"}
