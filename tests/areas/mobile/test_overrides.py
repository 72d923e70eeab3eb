"""Overrides: for one device of one person, with an end that comes by itself, and on her own page."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from console.areas.access_rules.models import ProtectedPerson
from console.changes import engine
from console.changes.models import END_KIND, Change
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.mobile.conftest import Desk
from tests.areas.world import ZOE

DAY = timedelta(days=1)


def held(town: TestSandbox) -> list[tuple[str, str, str]]:
    found = town.call("ListMobileDeviceAccessOverrides")["Overrides"]
    return [(each["UserId"], each["DeviceId"], each["Effect"]) for each in found]


def ask(**fields: Any) -> dict[str, Any]:
    return {"other": "ada@example.com", "DeviceId": "AB12", "Effect": "ALLOW", **fields}


def written(moment: Any) -> str:
    return f"{moment:%Y-%m-%dT%H:%M}"


class TestPutting:
    def test_is_in_effect_at_once_and_on_the_persons_page(self, adam: Desk, town: TestSandbox) -> None:
        sent = adam.post("override", **ask(Description="new phone"))
        assert sent.status_code == 303
        assert sent["Location"].endswith(f"/users/{ADA}/")
        assert held(town) == [(ADA, "AB12", "ALLOW")]
        body = world.body(adam.get("person", ADA, **{"HX-Request": "true"}))
        assert "AB12" in body
        assert "new phone" in body
        assert "without end" in body
        assert "Allow every device" in body
        assert "Allow everything for everybody" in body
        assert "<html" not in body

    def test_is_offered_on_the_persons_page_and_read_only_when_asked_for(self, adam: Desk) -> None:
        adam.get("users:detail", ADA)
        with world.counted() as calls:
            body = world.body(adam.get("users:detail", ADA))
        assert adam.url("person", ADA) in body
        assert calls == []

    @pytest.mark.parametrize(
        "fields", [{"DeviceId": "no-such-form"}, {"other": "nobody"}, {"until": "2020-01-01T00:00"}]
    )
    def test_of_something_wrong_is_refused(
        self, adam: Desk, town: TestSandbox, fields: dict[str, str]
    ) -> None:
        page = adam.post("override", **ask(**fields))
        assert page.status_code == 422
        assert page.context["form"].errors.keys() == set(fields)
        assert held(town) == []

    def test_against_somebody_protected_has_to_be_typed_out(self, adam: Desk, town: TestSandbox) -> None:
        ProtectedPerson.objects.create(organization=adam.organization, entity_id=ADA)
        page = adam.post("override", **ask(Effect="DENY"))
        assert page.status_code == 422
        assert "Ada Çelik is protected" in world.body(page)
        assert held(town) == []
        assert adam.post("override", **ask(Effect="DENY", typed="deny a protected person")).status_code == 303
        assert held(town) == [(ADA, "AB12", "DENY")]


class TestEnding:
    def test_comes_by_itself_on_its_day(
        self, adam: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        adam.post("override", **ask(until=written(timezone.now() + DAY)))
        end = Change.objects.get(kind=END_KIND)
        assert end.state == "scheduled"
        assert end.follows is not None
        assert end.follows.title == "Allow device AB12 of Ada Çelik"
        assert "until" in world.body(adam.get("overrides"))
        engine.sweep()
        assert held(town) == [(ADA, "AB12", "ALLOW")]
        later = timezone.now() + 2 * DAY
        monkeypatch.setattr("django.utils.timezone.now", lambda: later)
        engine.sweep()
        assert held(town) == []

    def test_is_called_off_when_the_override_is_changed_or_removed(
        self, adam: Desk, town: TestSandbox
    ) -> None:
        adam.post("override", **ask(until=written(timezone.now() + DAY)))
        longer = ask(DeviceId="ab12", until=written(timezone.now() + 3 * DAY))
        unseen = adam.post("override", **longer)
        assert unseen.status_code == 422
        adam.post("override", **longer, **world.snapshot(unseen))
        ends = Change.objects.filter(kind=END_KIND).order_by("pk")
        assert [end.state for end in ends] == ["cancelled", "scheduled"]
        assert adam.post("override-delete", ADA, DeviceId="AB12").status_code == 303
        assert held(town) == []
        assert [end.state for end in ends.all()] == ["cancelled", "cancelled"]


class TestPaging:
    def test_all_pages_are_shown(self, adam: Desk, town: TestSandbox) -> None:
        for number in range(130):
            town.call("PutMobileDeviceAccessOverride", UserId="bo", DeviceId=f"D{number}", Effect="DENY")
        assert len(adam.get("overrides").context["overrides"]) == 130


class TestScope:
    @pytest.fixture(autouse=True)
    def overrides(self, town: TestSandbox) -> None:
        for user_id in (BO, ZOE):
            town.call("PutMobileDeviceAccessOverride", UserId=user_id, DeviceId="AB12", Effect="DENY")

    def test_those_of_people_outside_do_not_show(self, nell: Desk) -> None:
        page = nell.get("overrides")
        assert [each["UserId"] for each in page.context["overrides"]] == [BO]
        assert ZOE not in world.body(page)

    def test_nobody_outside_is_touched(self, nell: Desk, town: TestSandbox) -> None:
        assert nell.get("person", ZOE).status_code == 404
        assert nell.post("override-delete", ZOE, DeviceId="AB12").status_code == 404
        assert nell.post("override", **ask(other="zoe")).status_code == 422
        assert len(held(town)) == 2

    def test_her_own_are_hers(self, nell: Desk, town: TestSandbox) -> None:
        seen = world.loaded(nell.client, f"{nell.url('override')}?other={BO}&DeviceId=AB12")
        assert nell.post("override", **ask(other="bo", Effect="ALLOW"), **seen).status_code == 303
        assert (BO, "AB12", "ALLOW") in held(town)

    def test_rules_are_not(self, nell: Desk) -> None:
        assert nell.get("list").status_code == 200
        assert nell.get("create").status_code == 403
