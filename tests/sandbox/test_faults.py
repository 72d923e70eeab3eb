"""Faults on request: what a caller sees of them, and what took effect all the same."""

from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError

from console.aws import model
from console.sandbox.errors import is_listed_error
from console.sandbox.fixtures import ADA, CY, TestSandbox
from console.sandbox.recorded_calls import HIDDEN_VALUE
from tests.sandbox.refusals import refused

DEE = {"Name": "dee", "DisplayName": "Dee", "Password": "Sommer2026!"}


def names(sandbox: TestSandbox) -> set[str]:
    return {user["Name"] for user in sandbox.call("ListUsers")["Users"] if user["State"] != "DELETED"}


class TestAThrottle:
    def test_lets_so_many_calls_a_second_through(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        sandbox.faults.throttle(3)
        for _ in range(2):
            for _ in range(3):
                sandbox.call("ListUsers")
            with refused("ThrottlingException"):
                sandbox.call("DescribeUser", UserId=ADA)
            sandbox.clock.advance(1)

    def test_of_one_operation_leaves_the_others_alone(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        sandbox.faults.throttle(0.5, "ListUsers")
        sandbox.call("ListUsers")
        sandbox.clock.advance(1)
        with refused("ThrottlingException"):
            sandbox.call("ListUsers")
        sandbox.call("DescribeUser", UserId=ADA)
        sandbox.clock.advance(1)
        sandbox.call("ListUsers")

    def test_can_be_ended(self, sandbox: TestSandbox) -> None:
        sandbox.faults.throttle(0)
        with refused("ThrottlingException"):
            sandbox.call("ListUsers")
        sandbox.faults.throttle(None)
        sandbox.call("ListUsers")


class TestAFailure:
    def test_before_it_took_effect_changes_nothing(self, sandbox: TestSandbox) -> None:
        sandbox.faults.fail("CreateUser", code="ServiceUnavailable")
        with refused("ServiceUnavailable"):
            sandbox.call("CreateUser", **DEE)
        assert "dee" not in names(sandbox)
        sandbox.call("CreateUser", **DEE)

    def test_after_it_took_effect_has_changed_all(self, sandbox: TestSandbox) -> None:
        sandbox.faults.fail("CreateUser", "after")
        with refused("InternalFailure"):
            sandbox.call("CreateUser", **DEE)
        assert "dee" in names(sandbox)

    def test_happens_so_many_times_to_that_operation_alone(self, sandbox: TestSandbox) -> None:
        sandbox.faults.fail("DescribeUser", times=2, code="EntityNotFoundException")
        sandbox.call("ListUsers")
        for _ in range(2):
            with refused("EntityNotFoundException"):
                sandbox.call("DescribeUser", UserId=ADA)
        sandbox.call("DescribeUser", UserId=ADA)

    def test_after_is_not_used_up_by_a_call_that_is_refused(self, sandbox: TestSandbox) -> None:
        sandbox.faults.fail("DescribeUser", "after")
        with refused("EntityNotFoundException"):
            sandbox.call("DescribeUser", UserId="nobody")
        with refused("InternalFailure"):
            sandbox.call("DescribeUser", UserId=ADA)

    def test_can_be_any_operation_s(self, sandbox: TestSandbox) -> None:
        sandbox.faults.fail("")
        with refused("InternalFailure"):
            sandbox.call("ListGroups")

    @pytest.mark.parametrize(
        ("operation", "options"),
        [
            ("CreateUsers", {}),
            ("CreateUser", {"code": "MailDomainStateException"}),
            ("", {"code": "EntityNotFoundException"}),
            ("CreateUser", {"when": "during"}),
            ("CreateUser", {"times": 0}),
        ],
    )
    def test_that_cannot_be_is_refused(
        self, sandbox: TestSandbox, operation: str, options: dict[str, Any]
    ) -> None:
        with pytest.raises(ValueError, match=r".+"):
            sandbox.faults.fail(operation, **options)


class TestSilence:
    @pytest.mark.parametrize(("when", "took_effect"), [("before", False), ("after", True)])
    def test_looks_like_a_time_out(self, sandbox: TestSandbox, when: Any, took_effect: bool) -> None:
        sandbox.faults.time_out("CreateUser", when)
        with pytest.raises(ReadTimeoutError):
            sandbox.call("CreateUser", **DEE)
        assert ("dee" in names(sandbox)) == took_effect

    def test_looks_like_a_lost_connection(self, sandbox: TestSandbox) -> None:
        sandbox.faults.drop("CreateUser", "after")
        with pytest.raises(ConnectionClosedError):
            sandbox.call("CreateUser", **DEE)
        assert "dee" in names(sandbox)


class TestLatency:
    def test_costs_time_of_the_sandbox_s_clock_in_process(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze(1_000_000)
        sandbox.faults.latency(2.5)
        sandbox.faults.latency(1, "ListUsers")
        sandbox.call("ListUsers")
        assert sandbox.clock.now() == 1_000_003.5
        sandbox.faults.clear()
        sandbox.call("ListUsers")
        assert sandbox.clock.now() == 1_000_003.5


class TestLag:
    def state(self, sandbox: TestSandbox, user: str) -> str:
        shown = sandbox.call("DescribeUser", UserId=user)["State"]
        listed = {each["Id"]: each["State"] for each in sandbox.call("ListUsers")["Users"]}
        assert listed[user] == shown
        return str(shown)

    def test_shows_what_was_registered_a_while_later(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        sandbox.faults.lag(5)
        sandbox.call("RegisterToWorkMail", EntityId=CY, Email="cy@example.com")
        assert self.state(sandbox, CY) == "DISABLED"
        with refused("EntityStateException"):  # writes see it at once
            sandbox.call("DeleteUser", UserId=CY)
        sandbox.clock.advance(5)
        assert self.state(sandbox, CY) == "ENABLED"

    def test_of_several_changes_shows_them_in_their_order(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        sandbox.faults.lag(5)
        states = []
        for operation in ("DeregisterFromWorkMail", "DeleteUser"):
            params = {"EntityId" if operation.startswith("Deregister") else "UserId": ADA}
            sandbox.call(operation, **params)
            sandbox.clock.advance(2)
            states.append(self.state(sandbox, ADA))
        for _ in range(2):
            sandbox.clock.advance(2)
            states.append(self.state(sandbox, ADA))
        assert states == ["ENABLED", "ENABLED", "DISABLED", "DELETED"]

    def test_shows_who_has_a_name_now(self, sandbox: TestSandbox) -> None:
        sandbox.faults.lag(3600)
        sandbox.call("DeleteUser", UserId=CY)
        again = sandbox.call("CreateUser", **{**DEE, "Name": "cy"})["UserId"]
        assert self.state(sandbox, again) == "DISABLED"
        assert self.state(sandbox, CY) == "DELETED"
        sandbox.faults.lag(0)
        assert sandbox.call("DescribeUser", UserId="cy")["UserId"] == again

    def test_holds_the_name_of_a_deleted_user_back_on_request(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        sandbox.faults.lag(60, names=True)
        sandbox.call("DeleteUser", UserId=CY)
        with refused("NameAvailabilityException"):
            sandbox.call("CreateUser", **{**DEE, "Name": "cy"})
        sandbox.clock.advance(61)
        assert sandbox.call("CreateUser", **{**DEE, "Name": "cy"})["UserId"]

    def test_holds_a_new_test_domain_back_on_request(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        sandbox.faults.lag(3600, names=True)
        made = sandbox.workmail.create_organization(Alias="later")["OrganizationId"]
        sandbox.clock.advance(3000)  # it is active long since
        user = sandbox.workmail.create_user(OrganizationId=made, **DEE)["UserId"]
        given = {"OrganizationId": made, "EntityId": user, "Email": "dee@later.awsapps.com"}
        with refused("MailDomainNotFoundException"):
            sandbox.workmail.register_to_work_mail(**given)
        sandbox.clock.advance(601)
        sandbox.workmail.register_to_work_mail(**given)

    def test_leaves_everything_as_it_is(self, sandbox: TestSandbox) -> None:
        before = sandbox.store.contents()
        sandbox.faults.lag(3600)
        sandbox.call("DeleteUser", UserId=CY)
        after = sandbox.store.contents()
        sandbox.call("ListUsers")
        sandbox.call("DescribeUser", UserId=CY)
        assert sandbox.store.contents() == after != before


class TestADirectoryThatIsUnavailable:
    def test_is_felt_by_the_operations_that_list_it(self, sandbox: TestSandbox) -> None:
        assert is_listed_error("CreateUser", "DirectoryUnavailableException")
        assert not is_listed_error("ListUsers", "DirectoryUnavailableException")
        sandbox.faults.directory(available=False)
        sandbox.call("ListUsers")
        with refused("DirectoryUnavailableException"):
            sandbox.call("CreateUser", **DEE)
        sandbox.faults.directory(available=True)
        sandbox.call("CreateUser", **DEE)


class TestCalls:
    def test_are_kept_with_how_they_were_answered(self, sandbox: TestSandbox) -> None:
        sandbox.call("ListUsers")
        with refused("EntityNotFoundException"):
            sandbox.call("DescribeUser", UserId="nobody")
        first, second = sandbox.calls()
        assert (first.operation, first.account, first.region) == ("ListUsers", "123456789012", "us-east-1")
        assert (first.status, first.error) == (200, "")
        assert (second.status, second.error) == (400, "EntityNotFoundException")
        assert second.params == {"OrganizationId": sandbox.organization_id, "UserId": "nobody"}
        assert sandbox.calls("ListUsers") == [first]

    def test_that_were_never_answered_have_no_status(self, sandbox: TestSandbox) -> None:
        sandbox.faults.drop("ListUsers")
        with pytest.raises(ConnectionClosedError):
            sandbox.call("ListUsers")
        assert [call.status for call in sandbox.calls()] == [None]

    def test_are_kept_without_passwords(self, sandbox: TestSandbox) -> None:
        sandbox.call("CreateUser", **DEE)
        sandbox.call(
            "TestAvailabilityConfiguration",
            EwsProvider={"EwsEndpoint": "https://x.example/ews", "EwsUsername": "u", "EwsPassword": "geheim"},
        )
        created, tried = sandbox.calls()
        assert created.params["Password"] == HIDDEN_VALUE
        assert tried.params["EwsProvider"]["EwsPassword"] == HIDDEN_VALUE
        assert created.params["Name"] == "dee"

    def test_know_every_password_of_the_model_by_its_name(self) -> None:
        shapes = [
            model.get_service_model("workmail").shape_for(each)
            for each in model.get_service_model("workmail").shape_names
        ]
        members = [
            name
            for shape in shapes
            if shape.type_name == "structure"
            for name, member in getattr(shape, "members", {}).items()
            if member.name == "Password"
        ]
        assert members
        assert all("password" in name.lower() for name in members)
