"""Availability configurations: tested before they are saved, and a password that nothing keeps or shows."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from console.areas.availability import display
from console.sandbox import availability_test
from console.sandbox.fixtures import TestSandbox
from tests.areas import world
from tests.areas.settled import Desk, loaded, written

pytestmark = pytest.mark.django_db
CANARY = "Kanarienvogel-7"
ENDPOINT = "https://mail.partner.example/EWS/Exchange.asmx"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:calendar"
EWS = {
    "DomainName": "partner.example",
    "EwsProvider.EwsEndpoint": ENDPOINT,
    "EwsProvider.EwsUsername": "PARTNER\\reader",
    "EwsProvider.EwsPassword": CANARY,
    "test_first": "on",
    "reason": "they merged",
}
LAMBDA = {"DomainName": "partner.example", "LambdaProvider.LambdaArn": FUNCTION, "test_first": "on"}


def everything_stored() -> str:
    tables = connection.introspection.table_names()
    stored = [found for found in apps.get_models() if found._meta.db_table in tables]
    return " ".join(str(row) for found in stored for row in found._default_manager.values_list())


def configured(town: TestSandbox) -> list[Any]:
    found: list[Any] = town.call("ListAvailabilityConfigurations")["AvailabilityConfigurations"]
    return found


@pytest.fixture
def partner(town: TestSandbox) -> str:
    town.call(
        "CreateAvailabilityConfiguration",
        DomainName="partner.example",
        EwsProvider={"EwsEndpoint": ENDPOINT, "EwsUsername": "PARTNER\\reader", "EwsPassword": "before"},
    )
    return "partner.example"


class TestTheList:
    def test_says_what_to_do_when_there_is_none(self, aude: Desk) -> None:
        page = aude.page("availability:list")
        assert "WorkMail asks no other directory." in page
        assert "New configuration" not in page

    def test_shows_each_with_what_can_be_done(self, adam: Desk, partner: str) -> None:
        page = adam.page("availability:list")
        assert ENDPOINT in page
        assert adam.url("availability:test", partner) in page

    def test_says_why_it_cannot_be_read(self, adam: Desk, town: TestSandbox) -> None:
        town.faults.fail("ListAvailabilityConfigurations", code="AccessDeniedException")
        page = adam.page("availability:list")
        assert "own AWS role may not do this" in page
        assert "asks no other directory" not in page


class TestMaking:
    def test_an_exchange_server(self, adam: Desk, town: TestSandbox) -> None:
        answer = adam.post("availability:create", data=EWS)
        assert answer["Location"] == adam.url("availability:list")
        (made,) = configured(town)
        assert made["EwsProvider"] == {"EwsEndpoint": ENDPOINT, "EwsUsername": "PARTNER\\reader"}
        assert len(town.calls("TestAvailabilityConfiguration")) == 1

    def test_a_function(self, adam: Desk, town: TestSandbox) -> None:
        page = adam.page("availability:create", provider="LAMBDA")
        assert "availability.workmail.us-east-1.amazonaws.com" in page
        assert town.organization_id in page
        adam.post("availability:create", data=LAMBDA, query="?provider=LAMBDA")
        assert configured(town)[0]["LambdaProvider"]["LambdaArn"] == FUNCTION

    def test_does_not_save_what_fails_the_test_and_says_what_to_do(
        self, adam: Desk, town: TestSandbox
    ) -> None:
        data = {**EWS, "EwsProvider.EwsEndpoint": "https://untrusted.example/EWS/Exchange.asmx"}
        answer = adam.post("availability:create", data=data)
        page = world.body(answer)
        assert answer.status_code == 422
        assert availability_test.NO_CONNECTION in page
        assert "certificate is one of a public authority" in page
        assert "PARTNER\\reader" in page
        assert configured(town) == []

    def test_saves_untested_if_that_is_wanted(self, adam: Desk, town: TestSandbox) -> None:
        data = {**EWS, "EwsProvider.EwsEndpoint": "https://untrusted.example/EWS/Exchange.asmx"}
        adam.post("availability:create", data={**data, "test_first": ""})
        assert len(configured(town)) == 1
        assert not town.calls("TestAvailabilityConfiguration")

    def test_tests_only_if_that_is_wanted(self, adam: Desk, town: TestSandbox) -> None:
        answer = adam.post("availability:create", data={**EWS, "test": "1"})
        assert answer.status_code == 200
        assert "The test passed" in world.body(answer)
        assert "type it again" in world.body(answer)
        assert configured(town) == []

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("DomainName", "not a domain"),
            ("DomainName", ""),
            ("EwsProvider.EwsEndpoint", "mail.partner.example"),
            ("EwsProvider.EwsUsername", ""),
            ("EwsProvider.EwsPassword", ""),
        ],
    )
    def test_wants_what_the_model_takes(self, member: str, value: str, adam: Desk, town: TestSandbox) -> None:
        answer = adam.post("availability:create", data={**EWS, member: value})
        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [member]
        assert not town.calls("TestAvailabilityConfiguration")

    def test_a_domain_that_has_one_already_leads_to_changing_it(self, adam: Desk, partner: str) -> None:
        answer = adam.post("availability:create", data=EWS)
        assert answer.status_code == 422
        assert "change that one" in str(answer.context["form"].errors["DomainName"])


class TestThePassword:
    def test_goes_to_aws_and_nowhere_else(self, adam: Desk, town: TestSandbox) -> None:
        pages = [
            adam.post("availability:create", data={**EWS, "test": "1"}),
            adam.post("availability:create", data={**EWS, "DomainName": "-"}),
            adam.post("availability:create", data=EWS),
            adam.get("availability:list"),
            adam.get("availability:edit", "partner.example"),
        ]
        assert len(configured(town)) == 1  # with the password: see what happens to one that is wrong
        assert CANARY not in everything_stored()
        assert not [page for page in pages if CANARY in world.body(page)]

    def test_is_a_secret_in_the_ledger_which_has_the_rest(self, adam: Desk) -> None:
        adam.post("availability:create", data=EWS)
        (entry,) = written("CreateAvailabilityConfiguration")
        provider = entry.body["params"]["EwsProvider"]
        assert (provider["EwsPassword"], provider["EwsEndpoint"]) == ("[secret]", ENDPOINT)
        assert (entry.target, entry.reason) == ("partner.example", "they merged")

    def test_has_to_be_typed_again_to_change_anything(self, adam: Desk, partner: str) -> None:
        page = adam.get("availability:edit", partner)
        data = {**EWS, "loaded": loaded(page), "EwsProvider.EwsPassword": ""}
        answer = adam.post("availability:edit", partner, data=data)
        assert list(answer.context["form"].errors) == ["EwsProvider.EwsPassword"]

    def test_is_refused_where_it_is_wrong(self, adam: Desk, town: TestSandbox) -> None:
        answer = adam.post("availability:create", data={**EWS, "EwsProvider.EwsPassword": "wrong"})
        assert "DOMAIN\\username or an address" in world.body(answer)
        assert configured(town) == []


class TestChanging:
    def test_shows_what_is_set_and_sets_what_is_typed(
        self, adam: Desk, town: TestSandbox, partner: str
    ) -> None:
        page = adam.get("availability:edit", partner)
        assert ENDPOINT in world.body(page)
        data = {**EWS, "loaded": loaded(page), "EwsProvider.EwsUsername": "PARTNER\\other"}
        assert adam.post("availability:edit", partner, data=data).status_code == 303
        assert configured(town)[0]["EwsProvider"]["EwsUsername"] == "PARTNER\\other"

    def test_takes_a_function_in_place_of_a_server(self, adam: Desk, town: TestSandbox, partner: str) -> None:
        page = adam.get("availability:edit", partner, data={"provider": "LAMBDA"})
        data = {**LAMBDA, "loaded": loaded(page)}
        adam.post("availability:edit", partner, data=data, query="?provider=LAMBDA")
        assert configured(town)[0]["ProviderType"] == "LAMBDA"

    def test_shows_what_somebody_else_changed_meanwhile(
        self, adam: Desk, town: TestSandbox, partner: str
    ) -> None:
        data = {**EWS, "loaded": loaded(adam.get("availability:edit", partner))}
        other = {"EwsEndpoint": ENDPOINT, "EwsUsername": "PARTNER\\third", "EwsPassword": "x"}
        town.call("UpdateAvailabilityConfiguration", DomainName=partner, EwsProvider=other)
        answer = adam.post("availability:edit", partner, data=data)
        assert answer.status_code == 422
        assert "PARTNER\\third" in world.body(answer)

    def test_of_what_is_not_there_is_not_found(self, adam: Desk) -> None:
        assert adam.get("availability:edit", "nobody.example").status_code == 404
        assert adam.post("availability:delete", "nobody.example").status_code == 404

    def test_takes_it_away(self, adam: Desk, town: TestSandbox, partner: str) -> None:
        assert "password has to be typed again" in adam.page("availability:delete", partner)
        adam.post("availability:delete", partner, data={"reason": "left"})
        assert configured(town) == []


class TestTheTest:
    def test_of_what_is_saved_needs_no_password(self, aude: Desk, partner: str) -> None:
        assert "The test passed" in aude.page("availability:test", partner)

    def test_says_why_it_failed_and_what_to_do(self, aude: Desk, town: TestSandbox) -> None:
        arn = FUNCTION.replace("calendar", "denied-calendar")
        town.call(
            "CreateAvailabilityConfiguration", DomainName="x.example", LambdaProvider={"LambdaArn": arn}
        )
        page = aude.page("availability:test", "x.example")
        assert "does not allow WorkMail to invoke it" in page
        assert "Give WorkMail the right to invoke the function" in page

    def test_that_could_not_be_made_says_so(self, aude: Desk) -> None:
        assert "does not know this any more" in aude.page("availability:test", "nobody.example")

    def test_every_reason_of_the_sandbox_has_advice_of_its_own(self) -> None:
        reasons = [
            availability_test.UNREACHABLE,
            availability_test.NO_CONNECTION,
            availability_test.BAD_CREDENTIALS,
            *availability_test.FUNCTION_FAILURES.values(),
        ]
        advice = [display.find_remedy(reason) for reason in reasons]
        assert display.DEFAULT_REMEDY not in advice
        assert len(set(advice)) == len(reasons)

    def test_a_reason_that_nobody_knows_gets_general_advice(self) -> None:
        assert display.find_remedy("The moon is full") == display.DEFAULT_REMEDY
