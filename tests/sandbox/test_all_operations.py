"""Every operation of the service's models, called with valid input that is generated from them.

The sandbox checks each answer against the model and raises where it does not fit, or where an operation
answers an error that it does not list (`test_model.py`); what boto3 makes of an answer is checked again.
"""

import re
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from console.aws import model
from console.sandbox import handler_registry
from console.sandbox.fixtures import CY, TestSandbox
from tests.sandbox.prepared import ENTITIES, OTHERWISE, USERS, prepare, requests

OPERATIONS = sorted(model.list_operations())
OF_ORGANIZATIONS = [name for name in OPERATIONS if "OrganizationId" in model.input_members(name)]


@pytest.fixture
def known(sandbox: TestSandbox) -> dict[str, Any]:
    return prepare(sandbox)


def outcome(sandbox: TestSandbox, operation: str, request: dict[str, Any]) -> str:
    """The code of the refusal; an error that the operation does not list would raise here."""
    try:
        answer = sandbox.call(operation, **request)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    assert model.find_output_problems(operation, answer) == []
    return ""


def served() -> list[str]:
    """The operations in the table of what is served."""
    text = Path(handler_registry.__file__).with_name("PARITY.md").read_text()
    lines = text.partition("## Operations")[2].partition("##")[0].splitlines()
    rows = [line.split("|")[2] for line in lines if line.startswith("| ")]
    return sorted(re.findall(r"[A-Z]\w+", " ".join(rows)))


class TestEveryOperation:
    def test_of_botocore_s_models_has_a_handler(self) -> None:
        session = botocore.session.get_session()
        modelled = [
            name
            for service in ("workmail", "workmailmessageflow")
            for name in session.get_service_model(service).operation_names
        ]
        assert sorted(handler_registry.HANDLERS) == sorted(modelled)
        assert sorted(modelled) == sorted(model.list_operations())

    def test_has_a_row_in_the_table_of_what_is_served(self) -> None:
        assert served() == sorted(model.list_operations())

    @pytest.mark.parametrize("operation", OPERATIONS)
    def test_succeeds_and_answers_by_the_model(
        self, operation: str, sandbox: TestSandbox, known: dict[str, Any]
    ) -> None:
        generated = requests(operation, {**known, **OTHERWISE.get(operation, {})})
        assert [model.find_input_problems(operation, request) for request in generated] == [[]] * len(
            generated
        )
        outcomes = [outcome(sandbox, operation, request) for request in generated]
        assert "" in outcomes, f"no request of {operation} succeeds: {outcomes}"

    @pytest.mark.parametrize("operation", [name for name in OPERATIONS if name.startswith("List")])
    def test_lists_what_there_is(self, operation: str, sandbox: TestSandbox, known: dict[str, Any]) -> None:
        least = requests(operation, known)[1]
        answer = sandbox.call(operation, **least)
        assert [members for members in answer.values() if isinstance(members, list) and members]

    @pytest.mark.parametrize("operation", OPERATIONS)
    @pytest.mark.parametrize("whom", [CY, "deleted"])
    def test_answers_by_the_model_for_people_in_other_states(
        self, operation: str, whom: str, sandbox: TestSandbox, known: dict[str, Any]
    ) -> None:
        gone = sandbox.user("gone", state="DELETED").entity_id
        others = dict.fromkeys(
            (*ENTITIES, *USERS, "GroupId", "ResourceId"), gone if whom == "deleted" else CY
        )
        for request in requests(operation, {**known, **others}):
            outcome(sandbox, operation, request)

    @pytest.mark.parametrize("operation", OF_ORGANIZATIONS)
    def test_names_an_organization_that_does_not_exist(
        self, operation: str, sandbox: TestSandbox, known: dict[str, Any]
    ) -> None:
        request = requests(operation, {**known, "OrganizationId": "m-" + "f" * 32})[1]
        assert outcome(sandbox, operation, request) == "OrganizationNotFoundException"

    @pytest.mark.parametrize("operation", OF_ORGANIZATIONS)
    def test_knows_an_organization_that_is_deleted(
        self, operation: str, sandbox: TestSandbox, known: dict[str, Any]
    ) -> None:
        sandbox.call("DeleteOrganization", DeleteDirectory=True, ForceDelete=True)
        sandbox.clock.advance(60)
        code = outcome(sandbox, operation, requests(operation, known)[1])
        assert code == ("" if operation == "DescribeOrganization" else "OrganizationStateException")
