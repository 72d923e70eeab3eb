"""Availability configurations, and tests of their providers, which names decide."""

from typing import Any

import pytest

from console.sandbox import availability_test
from console.sandbox.fixtures import TestSandbox, running_sandbox
from console.sandbox.settings import Settings
from tests.sandbox.refusals import refused

PASSWORD = "Hunter2-but-longer"


def ews(host: str = "mail.acme.example", scheme: str = "https", **members: str) -> dict[str, Any]:
    server = {"EwsEndpoint": f"{scheme}://{host}/EWS/Exchange.asmx", "EwsUsername": "ACME\\workmail"}
    return {"EwsProvider": {**server, "EwsPassword": PASSWORD, **members}}


def function(name: str = "free-busy", version: str = "") -> dict[str, Any]:
    return {
        "LambdaProvider": {"LambdaArn": f"arn:aws:lambda:us-east-1:123456789012:function:{name}{version}"}
    }


def create(sandbox: TestSandbox, domain: str, **provider: Any) -> None:
    sandbox.call("CreateAvailabilityConfiguration", DomainName=domain, **provider)


def listed(sandbox: TestSandbox, **params: Any) -> list[dict[str, Any]]:
    answer = sandbox.call("ListAvailabilityConfigurations", **params)
    found: list[dict[str, Any]] = answer["AvailabilityConfigurations"]
    return found


class TestCreateAvailabilityConfiguration:
    def test_keeps_a_server_without_its_password(self, sandbox: TestSandbox) -> None:
        create(sandbox, "Acme.example", **ews())
        shown = listed(sandbox)[0]
        server = {
            "EwsEndpoint": "https://mail.acme.example/EWS/Exchange.asmx",
            "EwsUsername": "ACME\\workmail",
        }
        assert (shown["DomainName"], shown["ProviderType"]) == ("acme.example", "EWS")
        assert shown["EwsProvider"] == server
        assert shown["DateCreated"] == shown["DateModified"]
        assert "LambdaProvider" not in shown
        kept = "".join(repr(record) for table in sandbox.store.tables.values() for record in table)
        assert "acme.example" in kept
        assert PASSWORD not in kept

    def test_keeps_a_function(self, sandbox: TestSandbox) -> None:
        create(sandbox, "acme.example", **function(version=":$LATEST"))
        shown = listed(sandbox)[0]
        assert shown["ProviderType"] == "LAMBDA"
        assert shown["LambdaProvider"] == function(version=":$LATEST")["LambdaProvider"]
        assert "EwsProvider" not in shown

    @pytest.mark.parametrize("provider", [{}, {**ews(), **function()}], ids=["none", "two"])
    def test_takes_exactly_one_provider(self, sandbox: TestSandbox, provider: dict[str, Any]) -> None:
        with refused("InvalidParameterException"):
            create(sandbox, "acme.example", **provider)

    def test_takes_a_domain_once(self, sandbox: TestSandbox) -> None:
        create(sandbox, "acme.example", **ews())
        with refused("NameAvailabilityException"):
            create(sandbox, "ACME.example", **function())

    def test_counts_a_token_once(self, sandbox: TestSandbox) -> None:
        for _ in range(2):
            create(sandbox, "acme.example", ClientToken="once", **ews())
        assert len(listed(sandbox)) == 1
        with refused("InvalidParameterException"):
            create(sandbox, "acme.example", ClientToken="once", **ews(EwsPassword="another"))

    def test_has_a_limit(self) -> None:
        with running_sandbox(settings=Settings(availability_configurations=2)) as sandbox:
            create(sandbox, "a.example", **ews())
            create(sandbox, "b.example", **ews())
            with refused("LimitExceededException"):
                create(sandbox, "c.example", **ews())

    @pytest.mark.parametrize(
        "provider",
        [
            ews(EwsEndpoint="ftp://mail.acme.example/"),
            ews(EwsEndpoint="https://mail.acme.example"),
            ews(EwsUsername="Ω"),
            function(name="a/b"),
            {"EwsProvider": {"EwsEndpoint": "https://mail.acme.example/"}},
        ],
        ids=["scheme", "no path", "letters", "name", "no login"],
    )
    def test_refuses_providers_of_another_form(self, sandbox: TestSandbox, provider: dict[str, Any]) -> None:
        with refused("InvalidParameterException"):
            create(sandbox, "acme.example", **provider)


class TestListAvailabilityConfigurations:
    def test_pages_in_order_of_domains(self, sandbox: TestSandbox) -> None:
        for name in ("c.example", "a.example", "b.example"):
            create(sandbox, name, **function())
        first = sandbox.call("ListAvailabilityConfigurations", MaxResults=2)
        rest = listed(sandbox, MaxResults=2, NextToken=first["NextToken"])
        domains = [each["DomainName"] for each in (*first["AvailabilityConfigurations"], *rest)]
        assert domains == ["a.example", "b.example", "c.example"]


class TestUpdateAvailabilityConfiguration:
    def test_puts_another_provider_in_the_place_of_the_first(self, sandbox: TestSandbox) -> None:
        sandbox.clock.freeze()
        create(sandbox, "acme.example", **ews())
        sandbox.clock.advance(60)
        sandbox.call("UpdateAvailabilityConfiguration", DomainName="Acme.example", **function())
        shown = listed(sandbox)[0]
        assert (shown["ProviderType"], "EwsProvider" in shown) == ("LAMBDA", False)
        assert (shown["DateModified"] - shown["DateCreated"]).total_seconds() == 60

    def test_needs_one_that_is_there_and_one_provider(self, sandbox: TestSandbox) -> None:
        with refused("ResourceNotFoundException"):
            sandbox.call("UpdateAvailabilityConfiguration", DomainName="acme.example", **ews())
        create(sandbox, "acme.example", **ews())
        with refused("InvalidParameterException"):
            sandbox.call("UpdateAvailabilityConfiguration", DomainName="acme.example")


class TestDeleteAvailabilityConfiguration:
    def test_takes_it_away_and_may_come_twice(self, sandbox: TestSandbox) -> None:
        create(sandbox, "acme.example", **ews())
        for _ in range(2):
            sandbox.call("DeleteAvailabilityConfiguration", DomainName="ACME.example")
        assert listed(sandbox) == []


class TestTestAvailabilityConfiguration:
    def verdict(self, sandbox: TestSandbox, **params: Any) -> str:
        answer = sandbox.call("TestAvailabilityConfiguration", **params)
        assert answer["TestPassed"] is ("FailureReason" not in answer)
        return str(answer.get("FailureReason", ""))

    @pytest.mark.parametrize(
        ("provider", "reason"),
        [
            (ews(), ""),
            (ews(EwsUsername="workmail@acme.example"), ""),
            (ews(scheme="http"), availability_test.UNREACHABLE),
            (ews("unreachable.acme.example"), availability_test.UNREACHABLE),
            (ews("mail.invalid"), availability_test.UNREACHABLE),
            (ews("refused.acme.example:8443"), availability_test.NO_CONNECTION),
            (ews("UNTRUSTED.acme.example"), availability_test.NO_CONNECTION),
            (ews("nobasic.acme.example"), availability_test.BAD_CREDENTIALS),
            (ews(EwsUsername="workmail"), availability_test.BAD_CREDENTIALS),
            (ews(EwsPassword="wrong"), availability_test.BAD_CREDENTIALS),
            (function(), ""),
            (function("missing-function"), availability_test.FUNCTION_FAILURES["missing"]),
            (function("denied"), availability_test.FUNCTION_FAILURES["denied"]),
            (function("Anonymous-everybody", ":live"), availability_test.FUNCTION_FAILURES["anonymous"]),
            (function("slow"), availability_test.FUNCTION_FAILURES["slow"]),
            (function("broken"), availability_test.FUNCTION_FAILURES["broken"]),
        ],
    )
    def test_ends_as_the_provider_s_name_says(
        self, sandbox: TestSandbox, provider: dict[str, Any], reason: str
    ) -> None:
        assert self.verdict(sandbox, **provider) == reason
        create(sandbox, "acme.example", **provider)
        assert self.verdict(sandbox, DomainName="Acme.example") == reason

    def test_stores_nothing(self, sandbox: TestSandbox) -> None:
        self.verdict(sandbox, **ews())
        assert listed(sandbox) == []

    def test_takes_a_provider_or_a_domain(self, sandbox: TestSandbox) -> None:
        create(sandbox, "acme.example", **ews())
        for params in ({}, {"DomainName": "acme.example", **ews()}, {**ews(), **function()}):
            with refused("InvalidParameterException"):
                sandbox.call("TestAvailabilityConfiguration", **params)

    def test_knows_no_other_domain(self, sandbox: TestSandbox) -> None:
        with refused("ResourceNotFoundException"):
            sandbox.call("TestAvailabilityConfiguration", DomainName="example.com")
