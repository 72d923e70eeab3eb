"""What is given for a while: its end is planned with it, is seen beside it, and comes by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.areas.changes import read_back
from console.aws import errors, transport
from console.changes.models import END_KIND, Change, Conditions
from console.ledger.models import Entry
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.desk import Desk
from tests.areas.lifecycle.conftest import CREW, at, fresh, local, pass_time, run_due, text

State = Change.State


@pytest.fixture
def people(adam: Desk) -> Desk:
    return at(adam, "users")


def join(people: Desk, **data: str) -> Change:
    until = local(timezone.now() + timedelta(days=3))
    answer = people.post("group-join", BO, data={"group": "crew", "until": until, **data})
    assert answer.status_code == 303
    return Change.objects.get(kind=END_KIND, state=State.SCHEDULED)


def let_in(people: Desk, *values: str, until: bool = True) -> None:
    moment = local(timezone.now() + timedelta(days=3)) if until else ""
    given = {"other": BO, "values": values, "until": moment}
    answer = people.post("reader-put", ADA, data=given)
    if answer.status_code == 422:
        answer = people.post("reader-put", ADA, data={**given, **world.snapshot(answer)})
    assert answer.status_code == 303


def members(town: TestSandbox) -> list[str]:
    return [each["Id"] for each in town.call("ListGroupMembers", GroupId=CREW)["Members"]]


def rights(town: TestSandbox) -> list[str]:
    shown = town.call("ListMailboxPermissions", EntityId=ADA)["Permissions"]
    return [value for each in shown for value in each["PermissionValues"]]


class TestMembership:
    def test_ends_by_itself_and_what_was_read_back_is_in_the_ledger(
        self, people: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        end = join(people)
        assert BO in members(town)
        run_due()
        assert BO in members(town)
        pass_time(monkeypatch, days=3, minutes=1)
        run_due()
        assert fresh(end).state == State.DONE
        assert BO not in members(town)
        after = Entry.objects.of_call(end.steps.get().call).get(kind=Entry.Kind.OUTCOME).body["after"]
        assert after == {"ListGroupsForEntity": {"Groups": []}}
        assert read_back.CONFIRMED in text(at(people, "changes").get("detail", str(end.pk)))

    def test_says_until_when_on_the_page_and_in_the_calendar(self, people: Desk) -> None:
        end = join(people, ticket="T-8")
        page = text(people.get("detail", BO))
        assert f'until <time datetime="{end.not_before:%Y-%m-%dT%H:%M}' in page
        assert "leaves crew" in text(at(people, "changes").get("calendar"))
        assert (end.ticket, str(end.follows)) == ("T-8", end.follows and end.follows.title)

    def test_given_anew_without_an_end_stays(self, people: Desk) -> None:
        end = join(people)
        people.post("group-join", BO, data={"group": "crew"})
        assert fresh(end).state == State.CANCELLED

    def test_ended_by_hand_calls_the_end_off(self, people: Desk) -> None:
        end = join(people)
        people.post("group-leave", BO, data={"group": CREW})
        assert fresh(end).state == State.CANCELLED

    def test_an_undone_one_has_nothing_to_end(
        self, people: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        end = join(people)
        changes = at(people, "changes")
        assert end.follows_id
        changes.post("undo", str(end.follows_id))
        changes.post("run", str(Change.objects.latest("pk").pk))
        assert BO not in members(town)
        pass_time(monkeypatch, days=4)
        run_due()
        assert fresh(end).state == State.CANCELLED
        assert "undone" in end.note

    def test_a_moment_that_is_over_comes_back(self, people: Desk, town: TestSandbox) -> None:
        page = people.post("group-join", BO, data={"group": "crew", "until": "2020-01-01T00:00"})
        assert page.status_code == 422
        assert "This moment is over" in text(page)
        assert BO not in members(town)


class TestAccess:
    def test_ends_by_itself(self, people: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
        let_in(people, "FULL_ACCESS")
        assert "until <time" in text(people.get("detail", ADA))
        assert "until <time" in text(people.get("detail", BO))
        pass_time(monkeypatch, days=3, minutes=1)
        run_due()
        assert rights(town) == []

    def test_gives_back_what_was_there_before(
        self, people: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        let_in(people, "SEND_AS", until=False)
        let_in(people, "FULL_ACCESS", "SEND_AS")
        let_in(people, "FULL_ACCESS")
        assert Change.objects.filter(kind=END_KIND, state=State.SCHEDULED).count() == 1
        pass_time(monkeypatch, days=3, minutes=1)
        run_due()
        assert rights(town) == ["SEND_AS"]

    def test_is_shown_with_its_end_before_it_is_changed(self, people: Desk) -> None:
        let_in(people, "SEND_AS")
        end = Change.objects.get(kind=END_KIND)
        assert f'value="{local(end.not_before or timezone.now())}"' in text(
            people.get("reader-put", ADA, data={"other": BO})
        )

    def test_that_workmail_refuses_has_no_end(self, people: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(transport, "send_call", _refusing(transport.send_call))
        data = {"other": BO, "values": ["SEND_AS"], "until": local(timezone.now() + timedelta(days=1))}
        assert people.post("reader-put", ADA, data=data).status_code == 422
        assert Change.objects.get(kind=END_KIND).state == State.CANCELLED

    def test_that_waits_for_approval_brings_its_end_along(self, people: Desk, town: TestSandbox) -> None:
        Conditions.objects.create(
            organization=people.organization,
            approve_operations=["PutMailboxPermissions", "DeleteMailboxPermissions"],
        )
        let_in(people, "SEND_AS")
        assert rights(town) == []
        assert Change.objects.get(kind=END_KIND).state == State.SCHEDULED


def _refusing(real: object) -> object:
    def send(rule: object, *args: object, **kwargs: object) -> object:
        if getattr(rule, "name", "") == "PutMailboxPermissions":
            raise errors.Refused("InvalidParameterException", "as the test wants it")
        return real(rule, *args, **kwargs)  # type: ignore[operator]  # the real one

    return send


class TestReadingBack:
    def test_says_if_workmail_shows_something_else(
        self, people: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(transport, "send_call", _deaf(transport.send_call))
        let_in(people, "SEND_AS", until=False)
        page = text(at(people, "changes").get("detail", str(Change.objects.latest("pk").pk)))
        assert read_back.DIFFERENT in page
        assert read_back.CONFIRMED not in page


def _deaf(real: Any) -> Any:
    """WorkMail takes the write and goes on showing what was there before."""

    def send(rule: Any, organization: Any, params: Any, *args: Any) -> Any:
        answer = real(rule, organization, params, *args)
        if rule.name == "ListMailboxPermissions":
            answer.result["Permissions"] = []
        return answer

    return send
