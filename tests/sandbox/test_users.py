"""Users as boto3 sees them."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.sandbox.refusals import refused

PASSWORD = "Sommer2026!"


class TestCreateUser:
    def test_makes_a_disabled_user_without_address(self, sandbox: TestSandbox) -> None:
        made = sandbox.call("CreateUser", Name="dee", DisplayName="Dee Lam", Password=PASSWORD)
        shown = sandbox.call("DescribeUser", UserId=made["UserId"])
        assert shown["State"] == "DISABLED"
        assert shown["UserRole"] == "USER"
        assert shown["HiddenFromGlobalAddressList"] is False
        assert not {"Email", "EnabledDate", "FirstName"} & shown.keys()

    def test_refuses_a_taken_name_in_any_case(self, sandbox: TestSandbox) -> None:
        with refused("NameAvailabilityException"):
            sandbox.call("CreateUser", Name="ADA", DisplayName="Another", Password=PASSWORD)

    def test_refuses_the_name_of_a_group(self, sandbox: TestSandbox) -> None:
        sandbox.group("staff")
        with refused("NameAvailabilityException"):
            sandbox.call("CreateUser", Name="staff", DisplayName="Another", Password=PASSWORD)

    def test_gives_a_deleted_user_s_name_again(self, sandbox: TestSandbox) -> None:
        sandbox.call("DeleteUser", UserId=CY)
        made = sandbox.call("CreateUser", Name="cy", DisplayName="New Cy", Password=PASSWORD)
        assert made["UserId"] != CY
        assert sandbox.call("DescribeUser", UserId="cy")["UserId"] == made["UserId"]

    def test_refuses_a_reserved_name(self, sandbox: TestSandbox) -> None:
        with refused("ReservedNameException"):
            sandbox.call("CreateUser", Name="Administrator", DisplayName="A", Password=PASSWORD)

    @pytest.mark.parametrize("password", ["Ab1!", "a" * 64 + "B1", "onlylowercase", "lower1234567"])
    def test_refuses_a_weak_password(self, sandbox: TestSandbox, password: str) -> None:
        with refused("InvalidPasswordException"):
            sandbox.call("CreateUser", Name="dee", DisplayName="Dee", Password=password)

    @pytest.mark.parametrize("password", ["lower 1234", "ÄÖÜäöü1a", "UPPERlower!", "A1!" + "x" * 60])
    def test_takes_a_password_of_three_classes(self, sandbox: TestSandbox, password: str) -> None:
        sandbox.call("CreateUser", Name="dee", DisplayName="Dee", Password=password)

    def test_needs_a_password_but_for_remote_users(self, sandbox: TestSandbox) -> None:
        sandbox.call("CreateUser", Name="dee", DisplayName="Dee", Role="REMOTE_USER")
        with refused("InvalidParameterException"):
            sandbox.call("CreateUser", Name="eve", DisplayName="Eve")

    @pytest.mark.parametrize("role", ["RESOURCE", "SYSTEM_USER"])
    def test_gives_no_role_of_the_directory(self, sandbox: TestSandbox, role: str) -> None:
        with refused("InvalidParameterException"):
            sandbox.call("CreateUser", Name="dee", DisplayName="Dee", Password=PASSWORD, Role=role)

    @pytest.mark.parametrize("wrong", [{"Name": "a b"}, {"Name": "x" * 65}, {"Role": "KING"}, {"Name": None}])
    def test_holds_input_to_the_model(self, sandbox: TestSandbox, wrong: dict[str, Any]) -> None:
        with refused("InvalidParameterException"):
            sandbox.call("CreateUser", **{"Name": "d", "DisplayName": "D", "Password": PASSWORD, **wrong})


class TestDescribeUser:
    @pytest.mark.parametrize("identifier", [ADA, "ada", "ADA", "ada@example.com", "Countess@Example.com"])
    def test_takes_id_name_and_address(self, sandbox: TestSandbox, identifier: str) -> None:
        assert sandbox.call("DescribeUser", UserId=identifier)["UserId"] == ADA

    @pytest.mark.parametrize("identifier", ["nobody", "ada@example.org", "group-0000000staff"])
    def test_finds_no_other(self, sandbox: TestSandbox, identifier: str) -> None:
        sandbox.group("staff")
        with refused("EntityNotFoundException"):
            sandbox.call("DescribeUser", UserId=identifier)

    def test_shows_a_deleted_user_by_id_alone(self, sandbox: TestSandbox) -> None:
        sandbox.call("DeleteUser", UserId=CY)
        assert sandbox.call("DescribeUser", UserId=CY)["State"] == "DELETED"
        with refused("EntityNotFoundException"):
            sandbox.call("DescribeUser", UserId="cy")


class TestUpdateUser:
    def test_changes_what_is_given_and_clears_what_is_empty(self, sandbox: TestSandbox) -> None:
        sandbox.call("UpdateUser", UserId=ADA, Department="Finance", City="Izmir", JobTitle="Analyst")
        sandbox.call("UpdateUser", UserId=ADA, City="", HiddenFromGlobalAddressList=True)
        shown = sandbox.call("DescribeUser", UserId=ADA)
        assert shown["Department"] == "Finance"
        assert shown["JobTitle"] == "Analyst"
        assert "City" not in shown
        assert shown["HiddenFromGlobalAddressList"] is True
        assert shown["DisplayName"] == "Ada Çelik"

    def test_refuses_a_deleted_user(self, sandbox: TestSandbox) -> None:
        sandbox.call("DeleteUser", UserId=CY)
        with refused("EntityStateException"):
            sandbox.call("UpdateUser", UserId=CY, City="Oslo")

    def test_refuses_a_system_user(self, sandbox: TestSandbox) -> None:
        with refused("EntityStateException"):
            sandbox.call("UpdateUser", UserId="Guest", City="Oslo")

    def test_changes_nothing_when_it_refuses(self, sandbox: TestSandbox) -> None:
        before = sandbox.call("DescribeUser", UserId=ADA)
        with refused("InvalidParameterException"):
            sandbox.call("UpdateUser", UserId=ADA, City="Oslo", Role="SYSTEM_USER")
        assert sandbox.call("DescribeUser", UserId=ADA) == before


class TestDeleteUser:
    def test_refuses_an_enabled_user(self, sandbox: TestSandbox) -> None:
        with refused("EntityStateException"):
            sandbox.call("DeleteUser", UserId=ADA)

    def test_takes_no_address(self, sandbox: TestSandbox) -> None:
        sandbox.call("DeleteUser", UserId="ada@example.com")
        assert sandbox.call("DescribeUser", UserId=ADA)["State"] == "ENABLED"

    def test_leaves_a_tombstone_in_listings(self, sandbox: TestSandbox) -> None:
        sandbox.call("DeleteUser", UserId="cy")
        listed = {user["Id"]: user["State"] for user in sandbox.call("ListUsers")["Users"]}
        assert listed[CY] == "DELETED"

    def test_again_is_no_error(self, sandbox: TestSandbox) -> None:
        sandbox.call("DeleteUser", UserId=CY)
        sandbox.call("DeleteUser", UserId=CY)
        sandbox.call("DeleteUser", UserId="nobody")


class TestResetPassword:
    def test_takes_an_id_alone(self, sandbox: TestSandbox) -> None:
        sandbox.call("ResetPassword", UserId=ADA, Password=PASSWORD)
        with refused("EntityNotFoundException"):
            sandbox.call("ResetPassword", UserId="ada@example.com", Password=PASSWORD)

    def test_refuses_a_weak_password_in_the_service_s_words(self, sandbox: TestSandbox) -> None:
        with pytest.raises(ClientError, match="at least 3 complexity categories"):
            sandbox.call("ResetPassword", UserId=ADA, Password="onlylowercase")

    def test_keeps_no_password(self, sandbox: TestSandbox) -> None:
        sandbox.call("ResetPassword", UserId=ADA, Password=PASSWORD)
        assert PASSWORD not in repr(sandbox.store.entities.get(ADA))


class TestListUsers:
    def names(self, sandbox: TestSandbox, **filters: str) -> list[str]:
        return [user["Name"] for user in sandbox.call("ListUsers", Filters=filters)["Users"]]

    def test_shows_people_and_the_users_of_the_directory(self, sandbox: TestSandbox) -> None:
        users = {user["Name"]: user for user in sandbox.call("ListUsers")["Users"]}
        assert {"ada", "bo", "cy"} < users.keys()
        system = [user for user in users.values() if user["UserRole"] == "SYSTEM_USER"]
        assert system
        assert all(user["State"] == "DISABLED" and "Email" not in user for user in system)

    @pytest.mark.parametrize(
        ("filters", "names"),
        [
            ({"UsernamePrefix": "A"}, ["ada", "Administrator"]),
            ({"DisplayNamePrefix": "bo e"}, ["bo"]),
            ({"PrimaryEmailPrefix": "ada@"}, ["ada"]),
            ({"PrimaryEmailPrefix": "countess"}, []),
            ({"State": "ENABLED"}, ["ada", "bo"]),
            ({"State": "DELETED"}, []),
        ],
    )
    def test_filters(self, sandbox: TestSandbox, filters: dict[str, str], names: list[str]) -> None:
        assert self.names(sandbox, **filters) == names

    def test_takes_one_filter_a_request(self, sandbox: TestSandbox) -> None:
        with refused("InvalidParameterException"):
            self.names(sandbox, State="ENABLED", UsernamePrefix="a")

    def test_follows_changes_of_what_it_filters_by(self, sandbox: TestSandbox) -> None:
        sandbox.call("UpdateUser", UserId=BO, DisplayName="Zoe Ek")
        assert self.names(sandbox, DisplayNamePrefix="bo") == []
        assert self.names(sandbox, DisplayNamePrefix="zoe") == ["bo"]
