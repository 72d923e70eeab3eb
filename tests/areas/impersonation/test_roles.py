"""Roles: listed, shown in words, made, changed without overwriting anybody, deleted."""

import re
from random import Random
from typing import Any

import pytest

from console.areas.impersonation import roles
from console.ledger.models import Entry
from console.mirror.models import Entity
from console.sandbox.fixtures import ADA, BO, CY, TestSandbox
from tests.areas import world
from tests.areas.desk import Desk
from tests.areas.impersonation.conftest import EVERYBODY, role, rule


def shown(town: TestSandbox, role_id: str) -> dict[str, Any]:
    return town.call("GetImpersonationRole", ImpersonationRoleId=role_id)


def form(page: Any, **changed: str) -> dict[str, str]:
    """What the page's form would send, but for what is changed."""
    filled = page.context["form"]
    data = {name: str(filled[name].value() or "") for name in filled.fields}
    for each in filled.rules:
        for name in each.fields:
            value = each[name].value()
            if value or name != "everybody":
                data[each.add_prefix(name)] = "on" if value is True else str(value or "")
    loaded = re.search(r'name="loaded" value="([^"]+)"', page.content.decode())
    return {**data, **({"loaded": loaded[1]} if loaded else {}), **changed}


class TestTheList:
    def test_says_that_there_is_none_and_what_one_is_for(self, adam: Desk) -> None:
        assert "No program can act as anybody" in adam.get("list").content.decode()

    def test_has_every_page_of_workmail(
        self, adam: Desk, town: TestSandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("console.sandbox.handlers.impersonation.PAGE_SIZE", 2)
        for number in range(5):
            role(town, name=f"role {number}")
        body = adam.get("list").content.decode()
        assert all(f"role {number}" in body for number in range(5))


class TestARole:
    @pytest.mark.parametrize(
        ("rules", "sentence"),
        [
            ([], "Nobody."),
            ([EVERYBODY], "<strong>Everybody</strong>, and everybody who comes later."),
            ([rule(only=[ADA, BO])], "Ada Çelik, Bo Ek, and nobody else."),
            ([EVERYBODY, rule(2, "DENY", only=[ADA])], "<strong>Everybody</strong> except Ada Çelik."),
            ([rule(but=[BO])], "<strong>Everybody</strong> except Bo Ek."),
            ([rule(only=[ADA]), rule(2, "DENY", but=[BO])], "Nobody."),
        ],
    )
    def test_says_in_one_sentence_whom_it_reaches(
        self, aude: Desk, town: TestSandbox, rules: list[dict[str, Any]], sentence: str
    ) -> None:
        body = aude.get("detail", role(town, *rules)).content.decode()
        assert sentence in " ".join(body.split())

    @pytest.mark.parametrize("seed", range(40))
    def test_reaches_whom_workmail_says_it_does(self, town: TestSandbox, seed: int) -> None:
        """The sentence against WorkMail's own answer, for people whom rules name and one whom none does."""
        dice = Random(seed)
        people = [ADA, BO, CY]
        rules = [
            rule(
                number,
                dice.choice(["ALLOW", "DENY"]),
                only=dice.sample(people, dice.randint(0, 2)),
                but=dice.sample(people, dice.randint(0, 1)),
            )
            for number in range(dice.randint(0, 4))
        ]
        made = role(town, *rules)
        everybody, others = roles.split_reach(shown(town, made)["Rules"])
        for person in (*people, "dee"):
            answer = town.call("GetImpersonationRoleEffect", ImpersonationRoleId=made, TargetUser=person)
            assert (answer["Effect"] == "ALLOW") is (everybody != (person in others))

    def test_has_buttons_for_those_who_may_press_them(
        self, aude: Desk, adam: Desk, olga: Desk, town: TestSandbox
    ) -> None:
        made = role(town, EVERYBODY)
        has = {
            who.operator.name: [
                name for name in ("edit", "delete", "assume", "test") if self.offers(who, name, made)
            ]
            for who in (aude, adam, olga)
        }
        assert has == {
            "Aude": ["test"],
            "Adam": ["edit", "delete", "test"],
            "Olga": ["edit", "delete", "assume", "test"],
        }

    def offers(self, who: Desk, name: str, role_id: str) -> bool:
        return f'href="{who.url(name, role_id)}"' in who.get("detail", role_id).content.decode()

    def test_that_is_gone_says_so(self, adam: Desk) -> None:
        assert adam.get("detail", "no-such-role").status_code == 404

    def test_is_not_shown_to_whom_only_a_branch_is(self, nell: Desk, town: TestSandbox) -> None:
        made = role(town, EVERYBODY)
        with world.counted() as calls:
            for name, *args in (("list",), ("detail", made), ("edit", made), ("test", made), ("create",)):
                assert nell.get(name, *args).status_code == 403
        assert calls == []


class TestMaking:
    def test_a_role_with_rules_in_words(self, adam: Desk, town: TestSandbox) -> None:
        sent = form(
            adam.get("create"),
            **{
                "Name": "Archive",
                "Type": "FULL_ACCESS",
                "reason": "the new archive",
                "rule0-Effect": "ALLOW",
                "rule0-TargetUsers": "ada\r\nbo@example.com\r\n",
                "rule1-Effect": "DENY",
                "rule1-TargetUsers": "cy",
                "rule1-Name": "Not Cy",
            },
        )
        answer = adam.post("create", data=sent)
        assert answer.status_code == 303
        found = shown(town, answer["Location"].rstrip("/").rpartition("/")[2])
        assert (found["Name"], found["Type"], found.get("Description")) == ("Archive", "FULL_ACCESS", None)
        first, second = found["Rules"]
        assert (first["Effect"], first["TargetUsers"]) == ("ALLOW", [ADA, BO])
        assert (second["Effect"], second["TargetUsers"], second["Name"]) == ("DENY", [CY], "Not Cy")
        entry = Entry.objects.get(operation="CreateImpersonationRole", outcome="done")
        assert entry.reason == "the new archive"

    @pytest.mark.parametrize(
        ("given", "field", "said"),
        [
            ({"Effect": "ALLOW"}, "everybody", "Tick this if the rule is for everybody"),
            ({"Effect": "ALLOW", "everybody": "on", "TargetUsers": "ada"}, "everybody", "Either everybody"),
            ({"everybody": "on"}, "Effect", "allows or denies"),
            ({"Effect": "ALLOW", "TargetUsers": "nobody"}, "TargetUsers", "No match was found for “nobody”"),
            (
                {"Effect": "ALLOW", "TargetUsers": "\n".join(f"p{n}" for n in range(3))},
                "TargetUsers",
                "No match was found",
            ),
            ({"Effect": "ALLOW", "everybody": "on", "Name": "<b>"}, "Name", "not allowed"),
        ],
    )
    def test_a_rule_that_is_not_clear_comes_back_with_everything_typed(
        self, adam: Desk, given: dict[str, str], field: str, said: str
    ) -> None:
        data = {"Name": "Archive", "Type": "READ_ONLY", "Description": "kept words"}
        with world.counted() as calls:
            page = adam.post("create", data={**data, **{f"rule0-{k}": v for k, v in given.items()}})
        assert page.status_code == 422
        assert said in str(page.context["form"].rules[0].errors[field])
        assert "kept words" in page.content.decode()
        assert calls == []

    def test_a_role_for_everybody_takes_a_tick(self, adam: Desk, town: TestSandbox) -> None:
        data = {"Name": "All", "Type": "READ_ONLY", "rule0-Effect": "ALLOW", "rule0-everybody": "on"}
        answer = adam.post("create", data=data)
        (made,) = shown(town, answer["Location"].rstrip("/").rpartition("/")[2])["Rules"]
        assert set(made) == {"ImpersonationRuleId", "Effect"}

    def test_more_than_ten_people_are_too_many_for_a_rule(self, adam: Desk, town: TestSandbox) -> None:
        people = [
            Entity.objects.create(
                organization=adam.organization,
                entity_id=f"user-{n:012}",
                kind="user",
                name=f"p{n}",
                sort_name=f"p{n}",
            )
            for n in range(11)
        ]
        data = {"Name": "x", "Type": "READ_ONLY", "rule0-Effect": "ALLOW"}
        page = adam.post(
            "create", data={**data, "rule0-TargetUsers": "\n".join(each.name for each in people)}
        )
        assert "At most 10; these are 11" in str(page.context["form"].rules[0].errors["TargetUsers"])


class TestChanging:
    def test_a_name_leaves_the_rest_as_it_is(self, adam: Desk, town: TestSandbox) -> None:
        rules = [{**rule(1, only=[ADA], but=[BO]), "Name": "Some"}, rule(2, "DENY", only=[CY])]
        made = role(town, *rules, Description="For the archive")
        before = shown(town, made)
        page = adam.get("edit", made)
        assert adam.post("edit", made, data=form(page, Name="renamed")).status_code == 303
        after = shown(town, made)
        assert after["Name"] == "renamed"
        assert [after[name] for name in ("Type", "Description", "Rules")] == [
            before[name] for name in ("Type", "Description", "Rules")
        ]

    def test_a_rule_goes_when_its_effect_does(self, adam: Desk, town: TestSandbox) -> None:
        made = role(town, rule(1, only=[ADA]), rule(2, only=[BO]))
        adam.post("edit", made, data=form(adam.get("edit", made), **{"rule0-Effect": ""}))
        assert [each["ImpersonationRuleId"] for each in shown(town, made)["Rules"]] == ["rule-2"]

    def test_there_is_always_room_for_two_more_up_to_ten(self, adam: Desk, town: TestSandbox) -> None:
        made = role(town, *(rule(number, only=[ADA]) for number in range(9)))
        assert len(adam.get("edit", made).context["form"].rules) == 10
        assert len(adam.get("edit", role(town)).context["form"].rules) == 2

    def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(
        self, adam: Desk, town: TestSandbox
    ) -> None:
        made = role(town, rule(1, only=[ADA]))
        sent = form(adam.get("edit", made), Description="mine")
        changed = {"Name": "archive", "Type": "READ_ONLY", "Rules": [rule(1, only=[BO])]}
        town.call("UpdateImpersonationRole", ImpersonationRoleId=made, **changed)
        page = adam.post("edit", made, data=sent)
        assert page.status_code == 422
        assert "This was changed after you opened it" in page.content.decode()
        assert "Bo Ek" in page.content.decode()
        assert shown(town, made)["Rules"] == [rule(1, only=[BO])]
        again = adam.post("edit", made, data=form(page))
        assert again.status_code == 303
        assert shown(town, made)["Rules"] == [rule(1, only=[ADA])]

    def test_a_person_whom_the_console_does_not_know_may_stay_named(
        self, adam: Desk, town: TestSandbox
    ) -> None:
        made = role(town, rule(1, only=[CY]))
        adam.organization.entities.filter(entity_id=CY).delete()
        page = adam.get("edit", made)
        assert CY in page.content.decode()
        assert adam.post("edit", made, data=form(page, Name="kept")).status_code == 303
        assert shown(town, made)["Rules"][0]["TargetUsers"] == [CY]


class TestDeleting:
    def test_takes_its_name(self, adam: Desk, town: TestSandbox) -> None:
        made = role(town, EVERYBODY)
        assert adam.post("delete", made, data={"typed": "wrong"}).status_code == 422
        assert shown(town, made)
        assert adam.post("delete", made, data={"typed": "archive", "reason": "gone"}).status_code == 303
        assert adam.get("detail", made).status_code == 404
        assert Entry.objects.get(operation="DeleteImpersonationRole", outcome="done").reason == "gone"
