"""Mending a record: only what changed is sent, nobody is overwritten, nothing typed is lost."""

from typing import Any

import pytest

from console.areas.users.forms import PROFILE_MEMBERS, ProfileForm
from console.aws import model
from console.gateway import gateway
from console.ledger.models import Entry
from console.mirror.models import Entity
from console.sandbox.fixtures import ADA, TestSandbox
from tests.areas.users.conftest import DEE, Desk, Wire, written


def loaded(desk: Desk, user_id: str = ADA) -> dict[str, Any]:
    """What a browser would send back of the form as it is."""
    form = desk.get("edit", user_id).context["form"]
    values = {name: "on" if value is True else value for name, value in form.initial.items() if value}
    return {**values, "loaded": form.snapshot.sign(form.current)}


def resent(page: Any) -> dict[str, Any]:
    """What a browser would send of a form that came back: its values as rendered, and the new snapshot."""
    form = page.context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value()}
    return {**values, "loaded": form.snapshot.sign(form.current)}


class TestTheForm:
    def test_has_every_member_that_workmail_lets_anybody_change(self) -> None:
        writable = model.input_members("UpdateUser").keys() - {"OrganizationId", "UserId"}
        assert {name for names in PROFILE_MEMBERS.values() for name in names} == writable

    def test_a_display_name_cannot_be_cleared(self, helga: Desk, wire: Wire) -> None:
        page = helga.post("edit", ADA, data={**loaded(helga), "DisplayName": ""})
        assert page.context["form"].errors.keys() == {"DisplayName"}
        assert "UpdateUser" not in wire.calls

    def test_is_read_from_workmail_before_it_is_shown(
        self, helga: Desk, town: TestSandbox, wire: Wire
    ) -> None:
        town.call("UpdateUser", UserId=ADA, Department="Archive")
        page = helga.get("edit", ADA)
        assert 'value="Archive"' in page.content.decode()
        assert "DescribeUser" in wire.calls

    def test_gives_no_role_that_workmail_does_not_give(self, helga: Desk) -> None:
        form: ProfileForm = helga.get("edit", ADA).context["form"]
        assert [value for value, _ in form.fields["Role"].choices] == ["USER", "REMOTE_USER"]  # type: ignore[attr-defined]  # a ChoiceField

    def test_says_so_when_workmail_is_away(self, helga: Desk, wire: Wire) -> None:
        wire.is_down = True
        page = helga.get("edit", ADA)
        assert page.status_code == 503
        assert "could not reach WorkMail" in page.content.decode()


class TestSaving:
    def test_sends_only_what_changed_and_clears_what_was_emptied(
        self, helga: Desk, town: TestSandbox
    ) -> None:
        town.call("UpdateUser", UserId=ADA, Department="Archive", Office="B-9")
        sent = {
            **loaded(helga),
            "Department": "",
            "JobTitle": "Countess",
            "reason": "she asked",
            "ticket": "T-1",
        }
        assert helga.post("edit", ADA, data=sent).status_code == 303
        shown = town.call("DescribeUser", UserId=ADA)
        assert (shown.get("Department", ""), shown["JobTitle"], shown["Office"]) == ("", "Countess", "B-9")
        (entry,) = written("UpdateUser")
        assert entry.body["params"].keys() - {"OrganizationId", "UserId"} == {"Department", "JobTitle"}
        assert (entry.reason, entry.ticket, entry.operator) == ("she asked", "T-1", helga.operator.email)

    def test_is_seen_at_once(self, helga: Desk) -> None:
        helga.post("edit", ADA, data={**loaded(helga), "Department": "Engines"})
        assert Entity.objects.get(entity_id=ADA).department == "Engines"
        assert "ada" in str(helga.get("list", data={"q": "engines"}).context["page"].values)

    def test_an_unchanged_form_writes_nothing(self, helga: Desk, wire: Wire) -> None:
        page = helga.client.post(helga.url("edit", ADA), loaded(helga), follow=True)
        assert "There was nothing to change." in page.content.decode()
        assert "UpdateUser" not in wire.calls

    def test_hides_and_shows_in_the_address_book(self, helga: Desk, town: TestSandbox) -> None:
        helga.post("edit", ADA, data={**loaded(helga), "HiddenFromGlobalAddressList": "on"})
        assert town.call("DescribeUser", UserId=ADA)["HiddenFromGlobalAddressList"] is True
        shown = {
            name: value for name, value in loaded(helga).items() if name != "HiddenFromGlobalAddressList"
        }
        helga.post("edit", ADA, data=shown)
        assert town.call("DescribeUser", UserId=ADA)["HiddenFromGlobalAddressList"] is False

    def test_what_does_not_fit_comes_back_with_what_was_typed(self, helga: Desk, wire: Wire) -> None:
        page = helga.post("edit", ADA, data={**loaded(helga), "Department": "x" * 257, "Office": "B-9"})
        assert page.status_code == 422
        assert page.context["form"].errors.keys() == {"Department"}
        assert 'value="B-9"' in page.content.decode()
        assert "UpdateUser" not in wire.calls

    def test_a_refusal_is_said_in_the_form(self, helga: Desk, wire: Wire) -> None:
        sent = {**loaded(helga), "Department": "Engines"}
        wire.refused["UpdateUser"] = "UnsupportedOperationException"
        page = helga.post("edit", ADA, data=sent)
        assert page.status_code == 422
        assert "Active Directory" in page.content.decode()

    def test_silence_is_said_as_what_it_is(self, helga: Desk, wire: Wire) -> None:
        sent = {**loaded(helga), "Department": "Engines"}
        wire.lost.add("UpdateUser")
        page = helga.post("edit", ADA, data=sent)
        assert page.status_code == 503
        assert "this may have been done" in page.content.decode()
        assert Entry.objects.filter(operation="UpdateUser", outcome="unknown").count() == 1


class TestConflicts:
    def test_show_what_was_loaded_is_now_and_was_typed(self, helga: Desk, town: TestSandbox) -> None:
        sent = {**loaded(helga), "Department": "Mine", "JobTitle": "Countess"}
        town.call("UpdateUser", UserId=ADA, Department="Theirs", Office="B-9")
        page = helga.post("edit", ADA, data=sent)
        assert page.status_code == 409
        shown = [(each.field, each.now, each.typed) for each in page.context["form"].conflicts]
        assert shown == [("Department", "Theirs", "Mine"), ("Office", "B-9", None)]
        assert 'value="Countess"' in page.content.decode()
        assert town.call("DescribeUser", UserId=ADA)["Department"] == "Theirs"

    def test_keep_mine_overwrites_what_i_typed_and_nothing_else(self, helga: Desk, town: TestSandbox) -> None:
        sent = {**loaded(helga), "Department": "Mine"}
        town.call("UpdateUser", UserId=ADA, Department="Theirs", Office="B-9")
        again = helga.post("edit", ADA, data=resent(helga.post("edit", ADA, data=sent)))
        assert again.status_code == 303
        shown = town.call("DescribeUser", UserId=ADA)
        assert (shown["Department"], shown["Office"]) == ("Mine", "B-9")

    def test_take_theirs_saves_the_rest(self, helga: Desk, town: TestSandbox) -> None:
        sent = {**loaded(helga), "Department": "Mine", "JobTitle": "Countess"}
        town.call("UpdateUser", UserId=ADA, Department="Theirs")
        page = helga.post("edit", ADA, data=sent)
        again = {**resent(page), "theirs": page.context["form"].theirs}
        assert helga.post("edit", ADA, data=again).status_code == 303
        shown = town.call("DescribeUser", UserId=ADA)
        assert (shown["Department"], shown["JobTitle"]) == ("Theirs", "Countess")

    def test_a_change_between_comparing_and_writing_is_seen_too(
        self, helga: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sent = {**loaded(helga), "Department": "Mine"}
        call = gateway.call

        def late(actor: Any, operation: str, organization: Any, **params: Any) -> Any:
            if operation == "UpdateUser":
                town.call("UpdateUser", UserId=ADA, Department="Theirs")
            return call(actor, operation, organization, **params)

        monkeypatch.setattr(gateway, "call", late)
        page = helga.post("edit", ADA, data=sent)
        assert page.status_code == 409
        assert [each.typed for each in page.context["form"].conflicts] == ["Mine"]
        assert written("UpdateUser") == []

    @pytest.mark.parametrize("snapshot", ["", "made-up", "another's"])
    def test_a_snapshot_that_is_not_ours_saves_nothing(self, helga: Desk, snapshot: str, wire: Wire) -> None:
        other = loaded(helga, DEE)["loaded"]
        sent = {
            **loaded(helga),
            "Department": "Mine",
            "loaded": other if snapshot == "another's" else snapshot,
        }
        assert helga.post("edit", ADA, data=sent).status_code == 422
        assert "UpdateUser" not in wire.calls


class TestScope:
    def test_bruno_mends_his_branch(self, bruno: Desk, town: TestSandbox) -> None:
        assert bruno.post("edit", DEE, data={**loaded(bruno, DEE), "Office": "B-9"}).status_code == 303
        assert town.call("DescribeUser", UserId=DEE)["Office"] == "B-9"

    def test_bruno_mends_nobody_else(self, bruno: Desk, helga: Desk, wire: Wire) -> None:
        sent = {**loaded(helga), "Department": "Mine"}
        wire.calls.clear()
        assert bruno.post("edit", ADA, data=sent).status_code == 404
        assert wire.calls == []

    def test_aude_mends_nobody_and_the_ledger_knows_that_she_tried(self, aude: Desk, wire: Wire) -> None:
        assert aude.post("edit", ADA, data={"Department": "Mine"}).status_code == 403
        assert wire.calls == []
        assert Entry.objects.filter(kind="denied", operation="UpdateUser", target=ADA).count() == 1
