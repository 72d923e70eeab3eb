"""Every write is a change: no page asks the gateway for one, but for secrets that are only shown."""

import ast
from pathlib import Path

import pytest

from console.aws.catalogue import CATALOGUE

AREAS = Path(__file__).resolve().parents[2] / "console" / "areas"
# What reads a secret is entered in the ledger, and there is nothing to preview or to undo. The export's own
# engine is older than changes and does the same: a row, a claim, a token.
APART = {"AssumeImpersonationRole", "GetRawMessageContent", "StartMailboxExportJob"}
MODULES = sorted(AREAS.rglob("*.py"))


def written(tree: ast.Module) -> set[str]:
    """The writes that a module asks the gateway for by name."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    asked = (
        call.args[1] for call in calls if ast.unparse(call.func) == "gateway.call" and len(call.args) > 1
    )
    names = {arg.value for arg in asked if isinstance(arg, ast.Constant)}
    return {str(name) for name in names if not CATALOGUE[str(name)].is_read}


@pytest.mark.parametrize("path", MODULES, ids=[str(path.relative_to(AREAS)) for path in MODULES])
def test_no_area_writes_past_the_engine(path: Path) -> None:
    assert written(ast.parse(path.read_text())) <= APART


def test_it_finds_what_goes_round() -> None:
    assert written(ast.parse('gateway.call(actor, "UpdateUser", organization)')) == {"UpdateUser"}
