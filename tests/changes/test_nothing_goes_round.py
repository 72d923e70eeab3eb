"""Every write and every reveal goes through the change engine; the exceptions say why in the code."""

import ast
from pathlib import Path

from console.aws.catalogue import CATALOGUE

AREAS = Path(__file__).resolve().parents[2] / "console" / "areas"
# The exports have an engine of their own, which takes the approval of the change that queued an export.
EXCEPTIONS = {("exports/engine.py", "StartMailboxExportJob")}


def direct_calls(tree: ast.Module) -> set[str]:
    """Return the writes and reveals that a module asks the gateway for, by name or by a constant."""
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    asked = (
        call.args[1] for call in calls if ast.unparse(call.func) == "gateway.call" and len(call.args) > 1
    )
    names = {
        str(arg.value) if isinstance(arg, ast.Constant) else str(constants.get(ast.unparse(arg), ""))
        for arg in asked
    }
    return {name for name in names if name in CATALOGUE and not CATALOGUE[name].is_read}


def test_no_area_writes_or_reveals_past_the_engine() -> None:
    found = {
        (str(path.relative_to(AREAS)), name)
        for path in AREAS.rglob("*.py")
        for name in direct_calls(ast.parse(path.read_text()))
    }
    assert found == EXCEPTIONS


def test_it_finds_what_goes_round() -> None:
    assert direct_calls(ast.parse('gateway.call(actor, "UpdateUser", organization)')) == {"UpdateUser"}
    named = 'ASSUME = "AssumeImpersonationRole"\ngateway.call(actor, ASSUME, organization)'
    assert direct_calls(ast.parse(named)) == {"AssumeImpersonationRole"}
