"""From a rule that is asked for, over what it flips, to one that is saved and proven."""

import pytest

from console.actor import Actor
from console.areas.access_rules.models import NamedNetwork, ProtectedPerson
from console.changes import engine
from console.changes.models import Change
from console.gateway import gateway
from console.rules import access_simulation
from console.rules.evaluation import ALLOW
from console.sandbox import rule_evaluation
from console.sandbox.fixtures import ADA, BO, TestSandbox
from tests.areas import world
from tests.areas.access_rules.conftest import INSIDE, OUTSIDE, Desk, answer, deny, names, save


class TestReview:
    def test_shows_every_answer_that_flips_and_saves_nothing(self, adam: Desk, town: TestSandbox) -> None:
        with world.counted() as calls:
            page = adam.post("create", **deny())
        matrix = page.context["matrix"]
        assert page.status_code == 200
        assert [(row.who, row.place) for row in matrix.rows] == [("Ada Çelik", "anywhere else")]
        assert list(matrix.actions) == ["IMAP"]
        assert matrix.rows[0].cells[0].after == "denied"
        assert page.context["plan"].phrase == ""
        assert calls.writes == []
        assert names(town) == ["default"]

    def test_says_when_nothing_flips(self, adam: Desk) -> None:
        page = adam.post("create", **deny(Effect="ALLOW"))
        assert "access changes" in world.body(page)
        assert page.context["matrix"].rows == []

    def test_takes_people_who_flip_alike_together(self, adam: Desk) -> None:
        page = adam.post("create", **deny(UserIds="ada@example.com\nbo"))
        assert [row.who for row in page.context["matrix"].rows] == ["Ada Çelik and Bo Ek"]

    def test_warns_of_an_outlook_without_what_it_needs(self, adam: Desk) -> None:
        page = adam.post("create", **deny(Actions=["EWS"]))
        assert "Outlook for Windows" in page.context["advice"][0]

    def test_leads_back_to_the_editor_with_everything_typed(self, adam: Desk) -> None:
        page = adam.post("create", **deny(), step="edit")
        body = world.body(page)
        assert page.status_code == 200
        assert "ada@example.com" in body
        assert "Show what changes" in body


class TestSaving:
    def test_saves_asks_workmail_and_says_when_it_is_in_effect(self, adam: Desk, town: TestSandbox) -> None:
        sent = save(adam, "create", data=deny(), reason="HR", ticket="T-1")
        assert sent.status_code == 303
        change = Change.objects.get()
        assert (change.state, change.kind, change.reason) == ("done", "access-rules", "HR")
        asked = [
            step for step in change.steps.order_by("position") if step.operation == "GetAccessControlEffect"
        ]
        assert asked[0].expects == {"Effect": "DENY"}
        assert answer(town, ADA, "IMAP", OUTSIDE) == "DENY"
        assert answer(town, ADA, "IMAP", INSIDE) == "ALLOW"
        page = world.body(adam.get("list"))
        assert "Deny IMAP for Ada Çelik outside Office" in page
        assert "In effect by" in page
        assert "In effect everywhere by" in page

    def test_describes_the_rule_in_a_sentence_if_nobody_does(self, adam: Desk, town: TestSandbox) -> None:
        save(adam, "create", data=deny())
        rule = next(r for r in town.call("ListAccessControlRules")["Rules"] if r["Name"] == "no-imap")
        assert rule["Description"] == "Deny IMAP for Ada Çelik outside Office"

    def test_asks_about_every_protected_person(self, adam: Desk, protected: ProtectedPerson) -> None:
        save(adam, "create", data=deny())
        asked = Change.objects.get().steps.filter(operation="GetAccessControlEffect")
        assert BO in {step.params["UserId"] for step in asked}

    def test_takes_it_back_when_workmail_answers_otherwise(
        self, adam: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A service that decides by other rules than ours: one that allows beats one that denies."""
        monkeypatch.setattr(
            rule_evaluation,
            "evaluate_access",
            lambda rules, **_: rule_evaluation.Verdict(ALLOW, tuple(rules)),
        )
        page = adam.client.get(save(adam, "create", data=deny())["Location"])
        assert "taken back" in world.body(page)
        assert names(town) == ["default"]
        assert Change.objects.filter(kind="undo").count() == 1

    def test_refuses_what_was_worked_out_for_other_rules(self, adam: Desk, town: TestSandbox) -> None:
        seen = adam.post("create", **deny())
        town.call("PutAccessControlRule", Name="more", Effect="DENY", Description="x", Actions=["SMTP"])
        sent = adam.post("create", **deny(), step="save", seal=seen.context["plan"].seal)
        assert "Somebody changed the rules since you looked" in world.body(sent)
        assert names(town) == ["default", "more"]


class TestManyProofs:
    """Of many protected people a worker asks WorkMail, and takes it back as well."""

    @pytest.fixture(autouse=True)
    def many(self, town: TestSandbox, adam: Desk) -> None:
        for number in range(12):
            person = town.enabled_user(f"vip{number}")
            ProtectedPerson.objects.create(organization=adam.organization, entity_id=person.entity_id)
        gateway.call(Actor.system("mirror"), "ListUsers", adam.organization)

    def test_are_left_to_a_worker(self, adam: Desk, town: TestSandbox) -> None:
        sent = save(adam, "create", data=deny())
        change = Change.objects.get()
        assert sent["Location"].endswith(f"/changes/{change.pk}/")
        assert change.state == "running"
        engine.sweep()
        change.refresh_from_db()
        assert change.state == "done"
        assert change.total > 12
        assert names(town) == ["default", "no-imap"]

    def test_take_it_back_all_the_same(
        self, adam: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(
            rule_evaluation,
            "evaluate_access",
            lambda rules, **_: rule_evaluation.Verdict(ALLOW, tuple(rules)),
        )
        save(adam, "create", data=deny())
        engine.sweep()
        assert "taken back" in Change.objects.get(kind="access-rules").note
        assert names(town) == ["default"]


class TestLockOut:
    def test_of_everybody_has_to_be_typed_out(self, adam: Desk, town: TestSandbox) -> None:
        everything = {"Name": "stop", "Effect": "DENY"}
        refused = save(adam, "create", data=everything)
        assert refused.status_code == 422
        assert "Nobody in the whole organization" in world.body(refused)
        assert names(town) == ["default"]
        assert save(adam, "create", data=everything, typed="lock out everybody").status_code == 303
        assert names(town) == ["default", "stop"]

    def test_of_somebody_protected_has_to_be_typed_out(
        self, adam: Desk, town: TestSandbox, protected: ProtectedPerson
    ) -> None:
        against = {"Name": "bo", "Effect": "DENY", "UserIds": "bo"}
        refused = save(adam, "create", data=against, typed="lock out everybody")
        assert refused.status_code == 422
        assert "Bo Ek is protected" in world.body(refused)
        assert save(adam, "create", data=against, typed="lock out 1 protected person").status_code == 303
        assert answer(town, BO, "WebMail", INSIDE) == "DENY"

    def test_by_deleting_the_last_rule_has_to_be_typed_out(self, adam: Desk, town: TestSandbox) -> None:
        refused = save(adam, "delete", "default", data={})
        assert refused.status_code == 422
        assert names(town) == ["default"]
        assert save(adam, "delete", "default", data={}, typed="lock out everybody").status_code == 303
        assert names(town) == []
        assert "nobody can reach any mailbox" in world.body(adam.get("list"))

    def test_of_everybody_from_one_protocol_too(self, adam: Desk) -> None:
        page = adam.post("create", Name="no-imap", Effect="DENY", Actions=["IMAP", "SMTP"])
        assert page.context["plan"].phrase == "take IMAP and SMTP from everybody"

    def test_is_looked_at_again_when_it_is_saved(self, adam: Desk, town: TestSandbox) -> None:
        """Somebody was protected between the look and the click: the seal is of the rules alone."""
        against = {"Name": "bo", "Effect": "DENY", "UserIds": "bo"}
        seen = adam.post("create", **against)
        ProtectedPerson.objects.create(organization=adam.organization, entity_id=BO)
        sent = adam.post("create", **against, step="save", seal=seen.context["plan"].seal)
        assert sent.status_code == 422
        assert names(town) == ["default"]


class TestChanging:
    def test_shows_people_by_address_and_ranges_by_name(self, adam: Desk) -> None:
        save(adam, "create", data=deny())
        form = adam.get("edit", "no-imap").context["form"]
        assert form["UserIds"].value() == "ada@example.com"
        assert form["NotIpRanges"].value() == "Office"
        assert "Name" not in form.fields

    def test_replaces_the_rule(self, adam: Desk, town: TestSandbox) -> None:
        save(adam, "create", data=deny())
        save(adam, "edit", "no-imap", data=deny(Actions=["IMAP", "SMTP"]))
        assert names(town) == ["default", "no-imap"]
        assert answer(town, ADA, "SMTP", OUTSIDE) == "DENY"

    def test_of_what_is_not_there_is_not_found(self, adam: Desk) -> None:
        assert adam.get("edit", "nothing").status_code == 404
        assert adam.get("delete", "nothing").status_code == 404


class TestManyPeople:
    @pytest.fixture
    def crowd(self, town: TestSandbox, adam: Desk) -> list[str]:
        made = [town.enabled_user(f"p{n:02}") for n in range(23)]
        gateway.call(Actor.system("mirror"), "ListUsers", adam.organization)
        return [each.email for each in made]

    def test_are_several_rules_that_are_shown_as_one(
        self, adam: Desk, town: TestSandbox, crowd: list[str]
    ) -> None:
        sent = save(adam, "create", data=deny(UserIds="\n".join(crowd)))
        assert sent.status_code == 303
        assert names(town) == ["default", *(f"no-imap-part{n}" for n in (1, 2, 3))]
        assert "Deny IMAP for 23 people outside Office" in world.body(adam.get("list"))

    def test_are_fewer_rules_when_people_leave(self, adam: Desk, town: TestSandbox, crowd: list[str]) -> None:
        save(adam, "create", data=deny(UserIds="\n".join(crowd)))
        save(adam, "edit", "no-imap", data=deny(UserIds="\n".join(crowd[:4])))
        assert names(town) == ["default", "no-imap"]

    def test_are_deleted_together(self, adam: Desk, town: TestSandbox, crowd: list[str]) -> None:
        save(adam, "create", data=deny(UserIds="\n".join(crowd)))
        save(adam, "delete", "no-imap", data={})
        assert names(town) == ["default"]

    def test_cannot_be_excepted(self, adam: Desk, crowd: list[str]) -> None:
        page = adam.post("create", **deny(UserIds="", NotUserIds="\n".join(crowd)))
        assert page.status_code == 422
        assert "at most 10" in world.body(page)


class TestBadInput:
    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("UserIds", "nobody@example.com", "No match was found for “nobody@example.com”"),
            ("NotIpRanges", "Offices", "neither the name of a network nor a range"),
            ("NotIpRanges", "2001:db8::/32", "IPv6"),
            ("Name", "no imap", "Name"),
            ("Name", "default", "already"),
            ("Actions", ["POP"], "POP"),
        ],
    )
    def test_is_said_at_its_field_and_nothing_typed_is_lost(
        self, adam: Desk, field: str, value: str, said: str
    ) -> None:
        page = adam.post("create", **deny(**{field: value}))
        body = world.body(page)
        assert page.status_code == 422
        assert said in body
        assert page.context["form"].errors.keys() == {field}
        assert field == "UserIds" or "ada@example.com" in body

    def test_a_single_address_is_a_range_of_one(self, adam: Desk) -> None:
        page = adam.post("create", **deny(NotIpRanges="198.51.100.9"))
        assert page.context["plan"].after[-1]["NotIpRanges"] == ["198.51.100.9/32"]


def test_a_network_that_is_renamed_changes_no_rule(adam: Desk, office: NamedNetwork) -> None:
    save(adam, "create", data=deny())
    NamedNetwork.objects.filter(pk=office.pk).update(name="Head office")
    assert "outside Head office" in world.body(adam.get("list"))


def test_the_plan_after_is_what_workmail_has_then(adam: Desk, town: TestSandbox) -> None:
    """The rules that were simulated are the rules that WorkMail lists afterwards."""
    plan = adam.post("create", **deny()).context["plan"]
    save(adam, "create", data=deny())
    listed = town.call("ListAccessControlRules")["Rules"]
    draft = access_simulation.AccessDraft(plan.after, listed, {})
    assert draft.flips == []
