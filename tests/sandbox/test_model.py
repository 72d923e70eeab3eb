"""The dispatcher holds every handler to the service's model."""

from collections.abc import Callable
from typing import Any

import pytest

from console.sandbox import dispatch, handler_registry
from console.sandbox.errors import SandboxBug, ServiceError
from console.sandbox.fixtures import ADA, TestSandbox
from console.sandbox.handler_registry import Call, Params


class TestTheDispatcher:
    """What it refuses of a handler is what the test of all operations relies on."""

    def answer(self, sandbox: TestSandbox, monkeypatch: Any, handler: Callable[[Call, Params], Any]) -> Any:
        monkeypatch.setitem(handler_registry.HANDLERS, "DescribeUser", handler)
        organization = sandbox.organization
        params = {"OrganizationId": organization.organization_id, "UserId": ADA}
        return dispatch.answer_call(
            sandbox.store, "DescribeUser", params, account=organization.account, region=organization.region
        )

    @pytest.mark.parametrize(
        "bad", [{"State": "enabled"}, {"Colour": "blue"}, {"Name": 5}, {"UserId": "short"}]
    )
    def test_lets_no_bad_answer_out(
        self, sandbox: TestSandbox, monkeypatch: pytest.MonkeyPatch, bad: dict[str, Any]
    ) -> None:
        with pytest.raises(SandboxBug, match="DescribeUser answered"):
            self.answer(sandbox, monkeypatch, lambda call, params: bad)

    def test_lets_no_unlisted_error_out(self, sandbox: TestSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        def handler(call: Call, params: Params) -> None:
            raise ServiceError("LimitExceededException", "too much")

        with pytest.raises(SandboxBug, match="does not list LimitExceededException"):
            self.answer(sandbox, monkeypatch, handler)

    def test_takes_back_what_a_failed_handler_changed(
        self, sandbox: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def handler(call: Call, params: Params) -> None:
            call.store.entities.delete(ADA)
            raise ServiceError("EntityNotFoundException", "gone")

        with pytest.raises(ServiceError):
            self.answer(sandbox, monkeypatch, handler)
        assert sandbox.store.entities.get(ADA) is not None

    def test_registers_one_handler_an_operation(self) -> None:
        with pytest.raises(SandboxBug, match="two handlers"):
            handler_registry.handles("DescribeUser")(lambda call, params: None)
        with pytest.raises(KeyError):
            handler_registry.handles("DescribeUsers")
