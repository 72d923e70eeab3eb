"""What an operation that AWS adds needs: the parts, and for each the check that fails while it is missing.

The example is `UpdateUserPhoto`, which botocore does not have. It is planted into botocore's model, then part
by part into the console. `PARTS` is the list to work through. Its page also needs a line in the table of
`tests/areas/test_access.py`, and its writes are run by the contract tests of changes and undo.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from botocore.session import Session

from console.aws import model
from console.aws.catalogue import CATALOGUE, Operation, Read
from console.aws.catalogue.inverses import restore_values
from console.aws.catalogue.rows import write
from console.changes.management.commands import operations
from console.operators.rights import HeldGrant
from console.operators.roles import BUILT_IN
from console.sandbox import handler_registry
from tests import test_packaging
from tests.contract.test_catalogue import TestCatalogue as CatalogueChecks
from tests.sandbox import test_all_operations
from tests.sandbox.test_all_operations import TestEveryOperation as SandboxChecks
from tests.test_packaging import TestPolicies as StatementChecks

NAME = "UpdateUserPhoto"  # the model of UpdateUser under another name
ROW = write(NAME, "users", "UserId", reads=(Read("DescribeUser"),), undo=restore_values(NAME, "UserId"))
STATEMENT = {"Sid": "Photos", "Effect": "Allow", "Action": f"workmail:{NAME}", "Resource": "*"}


class Part(NamedTuple):
    """A part that an operation needs, planted into the console, and the check that asks for it."""

    plant: Callable[[pytest.MonkeyPatch], None]
    check: Callable[[], None]


def plant_row(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(CATALOGUE, NAME, replace(ROW, undo=None))


def plant_undo(patch: pytest.MonkeyPatch) -> None:
    if NAME in CATALOGUE:
        patch.setitem(CATALOGUE, NAME, ROW)


def plant_page(patch: pytest.MonkeyPatch) -> None:
    pages = {**operations.find_pages(), NAME: operations.Page("users:photo", "/users/<id>/photo/")}
    patch.setattr(operations, "find_pages", lambda: pages)


def plant_handler(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(handler_registry.HANDLERS, NAME, handler_registry.HANDLERS["UpdateUser"])
    handlers = {**operations.find_handlers(), NAME: "users"}
    patch.setattr(operations, "find_handlers", lambda: handlers)


def plant_line(patch: pytest.MonkeyPatch) -> None:
    served = sorted([*test_all_operations.served(), NAME])
    patch.setattr(test_all_operations, "served", lambda: served)


def plant_statement(patch: pytest.MonkeyPatch) -> None:
    real = test_packaging.statements
    patch.setattr(
        test_packaging,
        "statements",
        lambda name: [*real(name), *([STATEMENT] if name == "console-policy" else [])],
    )


def require(part: str) -> None:
    """Fail if `manage.py operations --check` finds that the operation lacks a part."""
    (row,) = [each for each in operations.list_operations() if each.operation.name == NAME]
    assert f"{NAME} has no {part}" not in row.holes


def require_handler() -> None:
    SandboxChecks().test_of_botocore_s_models_has_a_handler()
    require("handler")


def require_statement() -> None:
    StatementChecks().test_each_operation_is_either_allowed_or_denied_on_purpose(NAME)


def roles_that_cover(rule: Operation) -> set[str]:
    permissions = {name: frozenset(held) for name, (_, held) in BUILT_IN.items()}
    return {name for name, held in permissions.items() if HeldGrant(1, held, frozenset()).covers(rule)}


ROW_PART = "a row in console/aws/catalogue"
LINE_PART = "its name in console/sandbox/PARITY.md"
PARTS = {
    ROW_PART: Part(plant_row, CatalogueChecks().test_holds_exactly_the_operations_of_both_models),
    "how it is undone, in its row": Part(plant_undo, lambda: require("undo")),
    "a form or a page in console/areas": Part(plant_page, lambda: require("page")),
    "a handler in console/sandbox/handlers": Part(plant_handler, require_handler),
    LINE_PART: Part(plant_line, SandboxChecks().test_has_a_row_in_the_table_of_what_is_served),
    "a statement in deploy/iam/console-policy.json": Part(plant_statement, require_statement),
}


def missing_parts() -> set[str]:
    """Return the parts whose check fails."""
    return {name for name, part in PARTS.items() if not passes(part.check)}


def passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except (AssertionError, LookupError, ValueError):
        return False
    return True


def forget_model() -> None:
    model.get_service_model.cache_clear()
    model.list_operations.cache_clear()


@pytest.fixture(autouse=True)
def new_operation(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Add the operation to what botocore reads of WorkMail."""
    real = Session.get_service_data

    def get_service_data(session: Session, service_name: str, api_version: str | None = None) -> Any:
        data = real(session, service_name, api_version)
        if service_name != "workmail":
            return data
        known = data["operations"]
        return {**data, "operations": {**known, NAME: {**known["UpdateUser"], "name": NAME}}}

    monkeypatch.setattr(Session, "get_service_data", get_service_data)
    forget_model()
    assert NAME in model.list_operations()
    yield
    forget_model()


def test_a_new_operation_lacks_every_part() -> None:
    assert missing_parts() == set(PARTS)


@pytest.mark.parametrize("absent", PARTS)
def test_each_part_that_is_missing_fails_its_check(absent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, part in PARTS.items():
        if name != absent:
            part.plant(monkeypatch)
    # Without a row nothing of the console knows the operation; only the sandbox is independent of it.
    assert missing_parts() == (set(PARTS) - {LINE_PART} if absent == ROW_PART else {absent})


def test_with_every_part_nothing_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    for part in PARTS.values():
        part.plant(monkeypatch)
    assert missing_parts() == set()


def test_a_role_covers_it_by_its_area_or_by_its_name() -> None:
    assert roles_that_cover(ROW) == {"Owner", "Administrator"}
    assert roles_that_cover(replace(ROW, area="photos")) == {"Owner"}  # until roles.AREAS has the area
