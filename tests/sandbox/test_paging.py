"""Pages of listings: complete, stable while things change, joined by tokens good for nothing else."""

import base64

import pytest

from console.sandbox.clock import DAY
from console.sandbox.fixtures import TestSandbox
from tests.sandbox.refusals import refused

PEOPLE = 25


@pytest.fixture(autouse=True)
def _many(sandbox: TestSandbox) -> None:
    for number in range(PEOPLE):
        sandbox.user(f"person{number:02}", display_name="Ünal Çelik" * 25)


def walked(sandbox: TestSandbox, size: int, **filters: str) -> list[str]:
    names: list[str] = []
    token: str | None = None
    while True:
        page = sandbox.call("ListUsers", MaxResults=size, Filters=filters, NextToken=token)
        assert len(page["Users"]) <= size
        names += [user["Name"] for user in page["Users"]]
        token = page.get("NextToken")
        if token is None:
            return names


class TestPages:
    @pytest.mark.parametrize("size", [1, 7, 25, 31, 100])
    def test_give_everything_once(self, sandbox: TestSandbox, size: int) -> None:
        names = walked(sandbox, size)
        assert len(names) == len(set(names)) == PEOPLE + 6

    @pytest.mark.parametrize("size", [1, 5, 25])
    def test_give_what_a_filter_asks_for(self, sandbox: TestSandbox, size: int) -> None:
        assert len(walked(sandbox, size, DisplayNamePrefix="ünal")) == PEOPLE
        assert walked(sandbox, size, UsernamePrefix="person1") == [f"person1{digit}" for digit in range(10)]

    def test_miss_nothing_when_people_come_and_go(self, sandbox: TestSandbox) -> None:
        first = sandbox.call("ListUsers", MaxResults=10)
        last = first["Users"][-1]
        sandbox.call("DeleteUser", UserId=last["Id"])
        sandbox.user("aaron")
        rest = sandbox.call("ListUsers", NextToken=first["NextToken"])
        assert len(first["Users"]) + len(rest["Users"]) == PEOPLE + 6

    @pytest.mark.parametrize("size", [0, 101])
    def test_have_one_to_a_hundred_entries(self, sandbox: TestSandbox, size: int) -> None:
        with refused("InvalidParameterException"):
            sandbox.call("ListUsers", MaxResults=size)


class TestATokenIsRefused:
    def token(self, sandbox: TestSandbox) -> str:
        return str(sandbox.call("ListUsers", MaxResults=2)["NextToken"])

    def test_when_it_was_changed(self, sandbox: TestSandbox) -> None:
        raw = bytearray(base64.urlsafe_b64decode(self.token(sandbox)))
        for index in range(len(raw)):
            raw[index] ^= 1
            with refused("InvalidParameterException"):
                sandbox.call("ListUsers", NextToken=base64.urlsafe_b64encode(raw).decode())
            raw[index] ^= 1

    @pytest.mark.parametrize("token", ["x", "AAAA", "!", "ü"])
    def test_when_it_is_none(self, sandbox: TestSandbox, token: str) -> None:
        with refused("InvalidParameterException"):
            sandbox.call("ListUsers", NextToken=token)

    def test_by_another_operation(self, sandbox: TestSandbox) -> None:
        with refused("InvalidParameterException"):
            sandbox.call("ListMailDomains", NextToken=self.token(sandbox))

    def test_with_another_filter(self, sandbox: TestSandbox) -> None:
        with refused("InvalidParameterException"):
            sandbox.call("ListUsers", NextToken=self.token(sandbox), Filters={"State": "ENABLED"})

    def test_after_a_day(self, sandbox: TestSandbox) -> None:
        token = self.token(sandbox)
        sandbox.clock.advance(DAY + 1)
        with refused("InvalidParameterException"):
            sandbox.call("ListUsers", NextToken=token)

    def test_but_not_with_another_size(self, sandbox: TestSandbox) -> None:
        assert sandbox.call("ListUsers", NextToken=self.token(sandbox), MaxResults=7)["Users"]
