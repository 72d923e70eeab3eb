"""Personal access tokens: listed with their age, of everybody and of one, revoked singly or all at once."""

import re
from typing import Any

import pytest

from console.changes import engine
from console.changes.models import Change
from console.ledger.models import Entry
from console.mirror.models import Entity
from console.operators.models import Operator
from console.sandbox.clock import DAY
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.desk import Desk
from tests.areas.identity.conftest import DEE


def words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", page.content.decode()).split())


def token(town: TestSandbox, user_id: str, name: str, **fields: Any) -> str:
    return world.personal_token(
        town.organization_id, user_id, f"token-{name.replace(' ', '-')}", name=name, **fields
    )


def left(town: TestSandbox) -> list[str]:
    listed = town.call("ListPersonalAccessTokens")["PersonalAccessTokenSummaries"]
    return sorted(each["Name"] for each in listed)


def names(page: Any) -> list[str]:
    return [each.token.name for each in page.context["rows"]]


@pytest.fixture
def aged(town: TestSandbox) -> TestSandbox:
    """Ada's: an old one in use, an expired one, a new one. Dee's: one that nobody has used for long."""
    now = town.clock.now()
    token(town, ADA, "outlook", created=now - 400 * DAY, used=now - DAY, expires=now + 5 * DAY)
    token(town, ADA, "lost phone", created=now - 500 * DAY, used=now - 200 * DAY, expires=now - 100 * DAY)
    token(town, ADA, "new", created=now - DAY)
    token(town, DEE, "scanner", created=now - 300 * DAY)
    return town


class TestEverybodys:
    def test_are_listed_the_oldest_first_with_age_and_state(self, aude: Desk, aged: TestSandbox) -> None:
        page = aude.get("tokens")
        assert names(page) == ["lost phone", "outlook", "scanner", "new"]
        said = words(page)
        for part in ("400 days", "1 day ", "Expired", "Expires soon", "Never used", "Unused for 90 days"):
            assert part in said

    @pytest.mark.parametrize(
        ("show", "expected"),
        [
            ("idle", ["lost phone", "scanner"]),
            ("expired", ["lost phone"]),
            ("leavers", ["scanner"]),
            ("nonsense", ["lost phone", "outlook", "scanner", "new"]),
        ],
    )
    def test_are_chosen_by_what_somebody_looks_for(
        self, aude: Desk, aged: TestSandbox, show: str, expected: list[str]
    ) -> None:
        Entity.objects.filter(entity_id=DEE).update(state="DISABLED")
        assert names(aude.get("tokens", data={"show": show})) == expected

    def test_come_from_every_page_of_workmail(self, aude: Desk, town: TestSandbox) -> None:
        for number in range(130):
            token(town, ADA, f"t{number}")
        assert len(names(aude.get("tokens"))) == 130

    def test_that_are_too_many_are_cut_and_counted(
        self, aude: Desk, aged: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.areas.identity.display.MAX_ROWS", 3)
        page = aude.get("tokens")
        assert names(page) == ["lost phone", "outlook", "scanner"]
        assert "And 1 younger ones" in words(page)

    def test_are_none_with_a_hint(self, aude: Desk) -> None:
        assert "Nobody has a personal access token" in words(aude.get("tokens"))

    def test_of_somebody_whom_the_console_does_not_know_are_shown_by_id(
        self, aude: Desk, town: TestSandbox
    ) -> None:
        token(town, "S-1-5-21-unknown", "ghost")
        assert "S-1-5-21-unknown" in words(aude.get("tokens", data={"show": "leavers"}))

    def test_are_only_those_of_her_people_for_a_narrowed_operator(
        self, nell: Desk, aged: TestSandbox
    ) -> None:
        page = nell.get("tokens")
        assert names(page) == ["scanner"]
        assert "Ada" not in words(page)
        assert "All (1)" in words(page)


class TestOnes:
    def test_are_on_a_page_of_her_own(self, aude: Desk, aged: TestSandbox) -> None:
        page = aude.get("tokens-of", ADA)
        assert names(page) == ["lost phone", "outlook", "new"]
        assert "Revoke" not in words(page)

    def test_are_hidden_from_whom_she_is_hidden_from(self, nell: Desk, aged: TestSandbox) -> None:
        assert nell.get("tokens-of", DEE).status_code == 200
        with world.counted() as calls:
            for name, *args in (
                ("tokens-of", ADA),
                ("tokens-revoke", ADA),
                ("token-revoke", ADA, "token-new"),
            ):
                assert nell.get(name, *args).status_code == 404
                assert nell.post(name, *args).status_code in (404, 405)
        assert calls == []

    def test_of_a_deleted_person_are_none(self, aude: Desk, town: TestSandbox) -> None:
        Entity.objects.filter(entity_id=BO).update(state="DELETED")
        town.call("DeregisterFromWorkMail", EntityId=BO)
        town.call("DeleteUser", UserId=BO)
        assert names(aude.get("tokens-of", BO)) == []


class TestRevokingOne:
    def test_says_what_stops_and_does_it(self, adam: Desk, aged: TestSandbox) -> None:
        page = adam.get("token-revoke", ADA, "token-new")
        assert "Revoke the token new of Ada Çelik?" in words(page)
        answer = adam.post("token-revoke", ADA, "token-new", data={"reason": "lost it"})
        assert answer.status_code == 303
        assert left(aged) == ["lost phone", "outlook", "scanner"]
        entry = Entry.objects.get(operation="DeletePersonalAccessToken", outcome="done")
        assert entry.reason == "lost it"
        assert entry._part("before")["GetPersonalAccessTokenMetadata"]["Name"] == "new"

    def test_that_is_not_hers_does_nothing(self, adam: Desk, aged: TestSandbox) -> None:
        assert adam.post("token-revoke", BO, "token-new", data={}).status_code == 404
        assert adam.post("token-revoke", ADA, "gone", data={}).status_code == 404
        assert len(left(aged)) == 4

    def test_is_possible_within_a_branch(self, nell: Desk, aged: TestSandbox) -> None:
        assert nell.post("token-revoke", DEE, "token-scanner", data={}).status_code == 303
        assert "scanner" not in left(aged)

    def test_needs_the_right(self, aude: Desk, aged: TestSandbox) -> None:
        assert aude.post("token-revoke", ADA, "token-new", data={}).status_code == 403
        assert len(left(aged)) == 4


class TestRevokingAll:
    def test_is_a_change_with_a_step_for_each_that_is_seen_first(self, adam: Desk, aged: TestSandbox) -> None:
        answer = adam.post("tokens-revoke", ADA, data={"reason": "leaves today", "ticket": "HR-1"})
        change = Change.objects.get()
        assert answer["Location"].endswith(f"/changes/{change.pk}/")
        assert (change.title, change.reason, change.ticket) == (
            "Revoke all tokens of Ada Çelik",
            "leaves today",
            "HR-1",
        )
        assert [each.label for each in change.steps.order_by("position")] == [
            "Revoke lost phone",
            "Revoke outlook",
            "Revoke new",
        ]
        assert len(left(aged)) == 4
        engine.start_change(change)
        assert left(aged) == ["scanner"]

    def test_of_none_says_so(self, adam: Desk, town: TestSandbox) -> None:
        assert adam.get("tokens-revoke", ADA).status_code == 404

    def test_is_possible_within_a_branch_and_stops_where_it_ends(self, nell: Desk, aged: TestSandbox) -> None:
        assert nell.post("tokens-revoke", DEE, data={}).status_code == 303
        engine.start_change(Change.objects.get())
        assert "scanner" not in left(aged)
        assert Operator.objects.get().name == "Nell"
