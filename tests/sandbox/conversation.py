"""Calls to one organization of a sandbox through boto3, as tests of its behaviour make them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from console.sandbox import organization_setup
from console.sandbox.fixtures import running_sandbox


class Conversation:
    """`call` takes an operation by AWS's name; the others make an entity in one line."""

    domain = "acme.example"

    def __init__(self, client: Any, organization: str) -> None:
        self.client = client
        self.organization = organization

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.client._make_api_call(
            operation, {"OrganizationId": self.organization, **params}
        )
        del answer["ResponseMetadata"]
        return answer

    def user(self, name: str, *, enabled: bool = True) -> str:
        params = {"Name": name, "DisplayName": name.title(), "Password": "Correct-Horse-9"}
        return self._made(self.call("CreateUser", **params)["UserId"], name, enabled)

    def group(self, name: str, *, enabled: bool = True) -> str:
        return self._made(self.call("CreateGroup", Name=name)["GroupId"], name, enabled)

    def resource(self, name: str, *, enabled: bool = False, **params: Any) -> str:
        params = {"Name": name, "Type": "EQUIPMENT", **params}
        return self._made(self.call("CreateResource", **params)["ResourceId"], name, enabled)

    def _made(self, entity: str, name: str, enabled: bool) -> str:
        if enabled:
            self.call("RegisterToWorkMail", EntityId=entity, Email=f"{name}@{self.domain}")
        return entity


def refused(code: str) -> Any:
    return pytest.raises(ClientError, match=rf"\({code}\)")


@contextmanager
def conversation() -> Iterator[Conversation]:
    """With an organization of its own, in which there is nobody yet."""
    with running_sandbox() as sandbox:
        acme = organization_setup.add_active_organization(
            sandbox.store, "acme", domains=[Conversation.domain]
        )
        yield Conversation(sandbox.workmail, acme.organization_id)
